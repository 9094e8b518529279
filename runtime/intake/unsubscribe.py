"""/u/<token>: unsubscribing, without signing in and with one click (RFC 8058).

A GET changes nothing, because programs open every link they see. A POST unsubscribes, and may be repeated; whether a
message may go out is asked at the moment of sending, so nothing needs to be cancelled here.
"""

import asyncio
import logging
from dataclasses import dataclass
from functools import partial
from typing import Any

from starlette.types import Receive, Scope, Send

from runtime.accounts import workspaces
from runtime.house import House
from runtime.intake import links
from runtime.intake.html import answer_page
from runtime.intake.http import TooLarge, address_of, answer_text, headers_of, peer_of, read_body
from runtime.intake.keyed import NO_STORE, TOO_LARGE, TOO_OFTEN, Refusal
from runtime.intake.limits import Limit
from runtime.intake.links import PATH, Unsubscribe
from runtime.intake.unsubscribe_page import State, unsubscribe_page
from runtime.people import consent, contacts
from runtime.words import LANGUAGES

log = logging.getLogger(__name__)

MOST_BYTES = 100_000
_AGENT = 300


@dataclass(frozen=True, slots=True)
class Situation:
    """Who followed a link, as far as the page needs to know, and what counts for them now."""

    state: State
    shop: str = ""
    address: str = ""
    language: str | None = None
    shop_language: str = "en"


class UnsubscribePages:
    """The addresses, with the tries they count."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._pages = Limit(rate=10, burst=200)
        self._failures = Limit(rate=1 / 6, burst=30)
        # By link and not by address: mailbox providers unsubscribe thousands of people from a few machines.
        self._of_link = Limit(rate=1 / 10, burst=20)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self._answer(scope, receive, send)
        except Refusal as refusal:
            await answer_text(send, refusal.status, refusal.sentence, *refusal.headers)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        token, _, rest = scope["path"].removeprefix(PATH).partition("/")
        method, peer, headers = scope["method"], peer_of(scope), headers_of(scope)
        link = links.read(self._house, token)
        if method not in ("GET", "HEAD", "POST"):
            raise Refusal(405, "Open this address, or send a POST to it.", (b"allow", b"GET, HEAD, POST"))
        if not self._may(link, method, token, peer):
            raise Refusal(429, TOO_OFTEN, (b"retry-after", b"10"))
        if method == "POST":
            try:
                # Nothing in it matters: the link says it all.
                await read_body(receive, headers, MOST_BYTES)
            except TooLarge:
                raise Refusal(413, TOO_LARGE) from None
        if link is None or rest not in ("", "undo"):
            situation = Situation("unknown")
        elif link.test:
            situation = Situation("test")
        else:
            agent = headers.get(b"user-agent", b"")[:_AGENT].decode("latin-1")
            proof = {"message": link.message, "ip": address_of(scope), "agent": agent, "one_click": not _by_page(scope)}
            look = partial(self._situation, link, undo=rest == "undo", changes=method == "POST", proof=proof)
            try:
                situation = await asyncio.to_thread(look)
            except Exception as error:  # noqa: BLE001 - any driver's error means the same to whoever clicks
                log.error("An unsubscribe link cannot be followed: %s", error)
                raise Refusal(503, NO_STORE, (b"retry-after", b"5")) from None
        await self._show(scope, send, token, rest == "undo", situation)

    def _may(self, link: Unsubscribe | None, method: str, token: str, peer: str) -> bool:
        if link is None:
            return self._failures.allows(peer)
        return self._of_link.allows(token) if method == "POST" else self._pages.allows(peer)

    async def _show(self, scope: Scope, send: Send, token: str, undo: bool, situation: Situation) -> None:
        status = 404 if situation.state == "unknown" else 200
        if scope["method"] == "POST" and not _by_page(scope) and not undo:
            # A mailbox provider, which reads nothing but the status.
            await answer_text(send, status, "Unsubscribed." if status == 200 else "This link does not work.")
            return
        wished = headers_of(scope).get(b"accept-language", b"").decode("latin-1")
        language = language_for(situation.language, wished, situation.shop_language)
        here = "" if not undo else f"../{token}"
        html = unsubscribe_page(
            language,
            situation.state,
            shop=situation.shop,
            address=situation.address,
            unsubscribe=f"{here}?page=1",
            undo=f"{token}/undo?page=1" if not undo else "?page=1",
        )
        await answer_page(send, status, html)

    def _situation(self, link: Unsubscribe, *, undo: bool, changes: bool, proof: dict[str, Any]) -> Situation:
        house = self._house
        with house.ledger.read(link.workspace) as tx:
            shop, who = workspaces.of_tx(tx), contacts.get(tx, link.contact)
            stands = consent.standing(tx, [link.contact], link.channel).get(link.contact)
        if shop is None or who is None:
            # Erased since: nobody is written to, which is what was wanted.
            return Situation("done_for_good", shop.name if shop is not None else "")
        answer = stands.answer if stands is not None else "yes"
        ours = stands is not None and stands.source == consent.UNSUBSCRIBE_LINK
        wanted = ("yes" if ours else answer) if undo else "no"
        if changes and answer != wanted:
            source = consent.UNDONE if undo else consent.UNSUBSCRIBE_LINK
            with house.ledger.write(link.workspace) as tx:
                # Later than whatever was said with a time ahead of ours, so that it counts at once.
                at = max(house.clock.now(), stands.at if stands is not None else 0)
                consent.record(tx, link.contact, link.channel, "yes" if undo else "no", at, source, proof)
            answer, ours = wanted, not undo
        state: State = "undone" if changes and undo else "ask"
        if answer == "no":
            state = "done" if ours else "done_for_good"
        return Situation(state, shop.name, masked(who.email or who.phone or ""), who.language, shop.language)


def _by_page(scope: Scope) -> bool:
    """Whether a button of our page was pressed, and not a mailbox provider's."""
    query: bytes = scope.get("query_string", b"")
    return query == b"page=1"


def masked(address: str) -> str:
    """Enough of an address to recognise one's own: "d•••i@example.com"."""
    name, at, domain = address.partition("@")
    return f"{name[:1]}•••{name[-1:] if len(name) > 2 else ''}{at}{domain}"


def language_for(contacts_own: str | None, wished: str, shops: str) -> str:
    """The language of the page: the contact's, else the first that the browser asks for and that there is, else the
    shop's, else English."""
    asked = [part.partition(";")[0].strip() for part in wished.split(",")[:20]]
    for tag in (contacts_own or "", *asked, shops):
        short = tag.replace("_", "-").partition("-")[0].lower()
        if short in LANGUAGES:
            return short
    return "en"
