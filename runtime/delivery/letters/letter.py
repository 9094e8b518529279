"""One message, made for one contact: the same for sending, for a test to oneself and for the preview."""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from blocks.values import moment
from runtime.delivery.decision.facts import Case, Person, Shop, parsed
from runtime.delivery.letters.press import MOST_WORDS, Press, Sender
from runtime.house import House
from runtime.intake import links
from runtime.mail import Brand, Follow, Rendered, mail_data, sample_data
from runtime.public_address import is_local

TEST_MARK = "[Test] "
_LONGEST_NUMBER = 13
"""Digits of the largest number of a message, to the base of 36."""
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class Letter:
    """What one recipient gets. `sent_at`: UTC microseconds, for the Date field."""

    rendered: Rendered
    sender: Sender
    to_address: str
    to_name: str
    message_id: str
    sent_at: int
    unsubscribe_url: str

    def source(self, press: Press) -> bytes:
        """The message as it goes over the wire; the same bytes each time. Raises HeaderRefused."""
        return press.skeleton(self.sender).fill(
            self.rendered,
            to_address=self.to_address,
            to_name=self.to_name,
            message_id=self.message_id,
            date=moment(self.sent_at),
            unsubscribe_url=self.unsubscribe_url,
        )


def contact_data(person: Person) -> dict[str, Any]:
    """A contact's fields with what is kept in columns, as merge tags name them."""
    contact: dict[str, Any] = parsed(person.fields)
    contact |= {"email": person.email, "phone": person.phone, "name": person.name, "tags": parsed(person.tags)}
    if not contact.get("first_name") and person.name:
        contact["first_name"] = person.name.split()[0]
    return contact


def letter_data(
    shop: Shop,
    person: Person | None,
    properties: Mapping[str, Any] | None,
    brand: Brand,
    language: str,
    *,
    kept: Mapping[str, Any] | None = None,
    unsubscribe_url: str = "",
    pixel_url: str = "",
    invent: bool = False,
) -> dict[str, object]:
    """The values that merge tags read. Dates and amounts are written in the e-mail's `language`, in the contact's zone.

    `invent`: an example stands in for a contact or an event that was not given.
    """
    example: Mapping[str, Any] = sample_data(brand, language) if invent else {}
    contact = example.get("contact", {}) if person is None else contact_data(person)
    return mail_data(
        contact,
        example.get("event") if properties is None else properties,
        brand,
        run=kept,
        unsubscribe_url=unsubscribe_url,
        pixel_url=pixel_url,
        language=language,
        currency=shop.currency,
        timezone=(person.zone if person is not None else None) or shop.zone,
    )


class Scribe:
    """Writes letters for one house."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._key = house.vault.derived("message-id").encode()
        self._domain = _name_of(house.settings.base_url)

    def write(self, case: Case, press: Press, shop: Shop, *, to: str, preferred: Sender | None, sent_at: int) -> Letter:
        """The letter of a message. Raises RenderFailed."""
        message, test, person = case.message.id, case.message.test, case.person
        unsubscribe_url = ""
        if press.compiled.marketing:
            if test or person is None:
                # Whoever tries the link of a test must not unsubscribe a customer.
                unsubscribe_url = links.test_unsubscribe_url(self._house)
            else:
                unsubscribe_url = links.unsubscribe_url(self._house, shop.id, person.id, message)
        # What is only rehearsed or tried is opened by nobody whose message it is.
        noticed = press.compiled.tracked and person is not None and not test and not self._house.paper
        word = links.message_word(self._house, shop.id, message) if noticed else ""
        data = letter_data(
            shop,
            person,
            parsed(case.properties) if case.properties is not None else None,
            press.brand,
            press.compiled.language,
            kept=press.kept if test else parsed(case.kept),
            unsubscribe_url=unsubscribe_url,
            pixel_url=links.picture_url(self._house, word) if word else "",
            invent=test,
        )
        rendered = press.renderer.render(data, self._follow(press, shop, word) if word else None)
        if test:
            rendered = Rendered(TEST_MARK + rendered.subject, rendered.preview, rendered.html, rendered.text)
        sender = press.sender(preferred)
        return Letter(
            rendered,
            sender,
            to_address=to,
            to_name=(person.name or "") if person is not None and not test else "",
            message_id=self.message_id(message, sender),
            sent_at=sent_at,
            unsubscribe_url=unsubscribe_url,
        )

    def _follow(self, press: Press, shop: Shop, word: str) -> Follow:
        """Makes the tracked links of one message: what says where a link leads is signed once for all who get the e-mail."""
        own, known = self._house.settings.own_url, press.link_words
        beginning, leaving = f"{own}{links.CLICKS}{word}/", own + links.PATH

        def follow(link: str, target: str) -> str:
            place = (link, target)
            if place not in known:
                # Leaving must work whatever becomes of the tracking, and is no click.
                if target.startswith(leaving):
                    return target
                if len(known) >= MOST_WORDS:
                    known.clear()
                known[place] = links.link_word(self._house, shop.id, link, target)
            return beginning + known[place]

        return follow

    def message_id(self, message: int, sender: Sender) -> str:
        """The Message-ID of a message: the same however often it is tried, whoever is its sender by then, and nobody else
        can make it up. Only where this installation has no name in the internet it ends with the sender's."""
        return f"<{self.key(message)}@{self._domain or sender.domain}>"

    def message_of(self, message_id: str) -> int | None:
        """The message with this Message-ID, or None if we did not make it."""
        key = message_id.strip().removeprefix("<").partition("@")[0]
        number = key.partition(".")[0]
        if not number.isascii() or not number.isalnum() or len(number) > _LONGEST_NUMBER:
            return None
        message = int(number, 36)
        return message if hmac.compare_digest(self.key(message).encode(), key.encode()) else None

    def key(self, message: int) -> str:
        """The key of a message: the same however often it is tried, and nobody else can make it up."""
        proof = hmac.digest(self._key, b"%d" % message, hashlib.sha256).hex()[:16]
        return f"{_base36(message)}.{proof}"


def _name_of(base_url: str) -> str:
    """The name by which the internet knows this installation; "" if it has none."""
    host = (urlsplit(base_url).hostname or "").rstrip(".")
    return host if host.isascii() and not is_local(base_url) and not host.rpartition(".")[2].isdigit() else ""


def _base36(number: int) -> str:
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = _DIGITS[digit] + digits
    return digits or "0"
