"""E-mail to the team: a small plain document around the block's own words, made once for each language of the users."""

import html
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import func, select

from blocks.actions.notify_team import NotifyTeam
from blocks.phrase import Quoted, say
from runtime.accounts import users
from runtime.accounts.users import User
from runtime.delivery import notices
from runtime.delivery.carriers import Parcel
from runtime.delivery.channels import TEAM
from runtime.delivery.decision.facts import Case, Shop, parsed
from runtime.delivery.letters import bodies
from runtime.delivery.letters.letter import Letter, Scribe, contact_data
from runtime.delivery.letters.press import Press, Sender
from runtime.delivery.preferred import preferred_sender, readiness
from runtime.delivery.sending.answers import Answer
from runtime.delivery.sending.book import Outgoing
from runtime.delivery.sending.claims import Claimed
from runtime.delivery.sending.writer import Writer
from runtime.house import House
from runtime.ledger import Tx
from runtime.ledger.tables import contact, flow, message
from runtime.mail import Brand, EmailDocument, MailError, compile_email, headers, mail_data
from runtime.words import Words, words

BY_A_PROGRAM = {"Auto-Submitted": "auto-generated"}
"""So that nobody's out-of-office answers (RFC 3834)."""
NAMED = 50
"""Contacts that a sum-up names; the others it counts."""
_IN_SUBJECT = 3
_KEPT = 64
"""E-mails kept ready."""


class NoBlock(MailError):
    """The block that asked for it is not in its version, or cannot be read."""


class Announcer:
    """Makes the letters to a team. Call `load` for each batch first."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._scribe = Scribe(house)
        self._presses: OrderedDict[tuple[Any, ...], Press] = OrderedDict()
        self.blocks: OrderedDict[int, notices.Blocks] = OrderedDict()
        self._users: Mapping[str, User] = {}
        self._flows: Mapping[int, tuple[str, str]] = {}
        self._bundles: dict[int, Sequence[tuple[str | None, int]]] = {}
        self._in_bundle: Mapping[int, int] = {}

    def know(self, tx: Tx, versions: set[int]) -> None:
        """Read the blocks of versions that are not known yet. A version never changes."""
        while len(self.blocks) > _KEPT:
            self.blocks.popitem(last=False)
        if missing := versions - self.blocks.keys():
            self.blocks |= notices.blocks_of(tx, missing)

    def load(self, tx: Tx, messages: Sequence[Claimed]) -> None:
        """Read what these are made from: four statements, and one for each sum-up."""
        self.know(tx, {one.version for one in messages if one.version is not None})
        self._users = {one.email: one for one in users.reachable(tx)}
        these = select(flow.c.id, flow.c.name, flow.c.slug).where(flow.c.id.in_({one.flow for one in messages}))
        self._flows = {row.id: (row.name, row.slug) for row in tx.all(these.where(tx.mine(flow)))}
        bundled = select(message.c.id, message.c.bundle).where(
            message.c.id.in_([one.id for one in messages]), message.c.bundle.is_not(None)
        )
        self._in_bundle = {row.id: row.bundle for row in tx.all(bundled)}
        self._bundles = {of: _who_came(tx, of) for of in set(self._in_bundle.values())}

    def sums_up(self, claimed: Claimed) -> bool:
        """Whether it tells of several notices at once."""
        return claimed.id in self._in_bundle

    def press(self, claimed: Claimed, shop: Shop) -> Press:
        """The e-mail around the block's words. Raises NoBlock, TagBroken and CompileFailed."""
        block = self.blocks.get(claimed.version or 0, {}).get(claimed.block)
        if block is None:
            raise NoBlock(say("its Block is not there any more"))
        language = self._language(claimed)
        summed, linked = self.sums_up(claimed), claimed.contact is not None
        key = (shop.name, language, *(() if summed else (claimed.version, claimed.block, linked)))
        press = self._presses.get(key)
        if press is None:
            while len(self._presses) >= _KEPT:
                self._presses.popitem(last=False)
            document = _sum_up(language) if summed else _document(block, language, linked=linked)
            press = self._presses[key] = _pressed(document, shop)
        self._presses.move_to_end(key)
        return press

    def letter(self, case: Case, shop: Shop, preferred: Sender | None, sent_at: int) -> Letter:
        """What one user gets. Raises what `press` raises, and RenderFailed."""
        claimed = case.message
        press, language = self.press(claimed, shop), self._language(claimed)
        sender = press.sender(preferred)
        person = case.person
        data = mail_data(
            contact_data(person) if person is not None else {},
            parsed(case.properties),
            press.brand,
            run=parsed(case.kept),
            language=language,
            currency=shop.currency,
            timezone=shop.zone,
        )
        data["notice"] = self._notice(claimed, language)
        to = claimed.address or ""
        user = self._users.get(to)
        return Letter(
            press.renderer.render(data),
            sender,
            to_address=to,
            to_name=user.name if user is not None else "",
            message_id=self._scribe.message_id(claimed.id, sender),
            sent_at=sent_at,
            unsubscribe_url="",
        )

    def _language(self, claimed: Claimed) -> str:
        user = self._users.get(claimed.address or "")
        return user.language if user is not None else "en"

    def _notice(self, claimed: Claimed, language: str) -> dict[str, object]:
        """What the document around the block's words prints. Values, so that no name is ever read as a template."""
        name, slug = self._flows.get(claimed.flow or 0, ("", ""))
        own = self._house.settings.own_url
        w = words(language)
        whence = w("From the Flow {flow}", flow=Quoted(name))
        if not self.sums_up(claimed):
            return {"url": f"{own}/contacts/{claimed.contact}", "whence": whence}
        came = self._bundles[self._in_bundle[claimed.id]]
        count = sum(times for _, times in came)
        most = self.blocks[claimed.version or 0][claimed.block].most
        names = _names(came, _IN_SUBJECT, w)
        return {
            "url": f"{own}/flows/{slug}",
            "whence": whence,
            "subject": w("{flow}: and {n} more: {names}", flow=name, n=count, names=names),
            "said": w(
                "The Flow {flow} tells you {most} times in an hour at most. Besides that, it was to tell you {n} more "
                "times, of: {names}",
                flow=Quoted(name),
                most=most,
                n=count,
                names=_names(came, NAMED, w),
            ),
        }


class TeamWriter(Writer):
    """Writes what the team gets."""

    channel = TEAM

    def __init__(
        self,
        house: House,
        workspace: int,
        scribe: Scribe,
        answered: Callable[[Parcel, Answer], None],
        *,
        leaves: bool = True,
    ) -> None:
        """`leaves`: whether it goes to a mail server, and not into the local outbox."""
        super().__init__(house, workspace, answered)
        self._leaves = leaves
        self._announcer = Announcer(house)
        self._sender: Sender | None = None

    def prepare(self, messages: Sequence[Claimed]) -> list[Case]:
        """Share out what has no address yet before anything else is asked."""
        if any(one.address is None for one in messages):
            with self._house.ledger.write(self._workspace) as tx:
                now = self._house.clock.now()
                self._announcer.know(tx, {one.version for one in messages if one.version is not None})
                messages = notices.share_out(tx, messages, self._announcer.blocks, now, self.zone)
        return super().prepare(messages)

    def _read(self, tx: Tx) -> None:
        super()._read(tx)
        self._sender = preferred_sender(tx)
        self._ready = readiness(self._house, self._sender, leaves=self._leaves)

    def _load(self, tx: Tx, messages: Sequence[Claimed]) -> None:
        self._announcer.load(tx, messages)

    def _written(self, case: Case) -> Outgoing:
        claimed, shop = case.message, self._shop
        if shop is None:
            raise LookupError("there is no shop")
        letter = self._announcer.letter(case, shop, self._sender, self._house.clock.now())
        press = self._announcer.press(claimed, shop)
        sender, to = headers.address("From", letter.sender.address), headers.address("To", letter.to_address)
        parcel = Parcel(sender, to, letter.source(press), self._answered)
        # A sum-up names many, of whom one may be erased later; it is made again from who is still there.
        packed = b"" if self._announcer.sums_up(claimed) else bodies.pack(letter, press)
        return Outgoing(claimed, case.facts, parcel, letter.rendered.subject, packed, self._looked_at)


def _pressed(document: EmailDocument, shop: Shop) -> Press:
    brand = Brand(name=shop.name[:100])
    return Press(compile_email(document, brand), brand, extra=BY_A_PROGRAM)


def _document(block: NotifyTeam, language: str, *, linked: bool) -> EmailDocument:
    """The block's words as a plain e-mail. `linked`: with a button that leads to the contact."""
    paragraphs = html.escape(block.text.strip(), quote=False).replace("\n\n", "</p><p>").replace("\n", "<br>")
    w = words(language)
    button = w("Open the Contact") if linked else ""
    return _made(block.subject, f"<p>{paragraphs}</p>" if paragraphs else "", button, language)


def _sum_up(language: str) -> EmailDocument:
    """The e-mail that tells of several notices at once."""
    w = words(language)
    return _made("{{ notice.subject }}", "<p>{{ notice.said }}</p>", w("Open the Flow"), language)


def _made(subject: str, text: str, button: str, language: str) -> EmailDocument:
    left = {"align": "left"}
    sections = [
        {"kind": "divider", "id": "above", "rule": False, "space": "small"},
        {"kind": "text", "id": "said", "html": text, **left} if text else None,
        {"kind": "button", "id": "open", "label": button, "link": "{{ notice.url }}", **left} if button else None,
        {"kind": "text", "id": "whence", "html": "<p><i>{{ notice.whence }}</i></p>", **left},
        {"kind": "divider", "id": "below", "rule": False, "space": "small"},
    ]
    head = {"kind": "transactional", "subject": subject, "language": language}
    return EmailDocument.model_validate({**head, "sections": [one for one in sections if one is not None]})


def _who_came(tx: Tx, bundle: int) -> Sequence[tuple[str | None, int]]:
    """The contacts that a bundle tells of, the first first, with the number of times; None for who was erased."""
    named = func.coalesce(contact.c.name, contact.c.email, contact.c.phone)
    query = (
        select(named, func.count())
        .select_from(message.outerjoin(contact, contact.c.id == message.c.contact))
        .where(tx.mine(message), message.c.bundle == bundle, message.c.hop.is_not(None))
        .group_by(contact.c.id, named)
        .order_by(func.min(message.c.id))
    )
    rows: Sequence[Any] = tx.all(query)
    return [(name, times) for name, times in rows]


def _names(came: Sequence[tuple[str | None, int]], most: int, w: Words) -> str:
    """Names for a sentence: Dewi ×3, Budi …"""
    named = [name or w("Contact") for name, _ in came[:most]]
    told = [f"{name} ×{times}" if times > 1 else name for name, (_, times) in zip(named, came, strict=False)]
    return ", ".join(told) + (" …" if len(came) > most else "")
