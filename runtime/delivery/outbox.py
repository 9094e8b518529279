"""The outbox as screens read it: what is waiting, what went out, what did not and why, and what each message said."""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Select, and_, or_, select, tuple_

from runtime.delivery.channels import CHANNELS, TEAM
from runtime.delivery.decision.facts import Shop, look_up, shop_of
from runtime.delivery.letters import bodies
from runtime.delivery.letters.letter import Letter, Scribe
from runtime.delivery.letters.press import Press, Presses
from runtime.delivery.preferred import preferred_sender
from runtime.delivery.sending.claims import Claimed
from runtime.delivery.team import Announcer
from runtime.house import House
from runtime.ledger import Tx, tallies
from runtime.ledger.mail_names import mail_names, named_like
from runtime.ledger.revival import revive
from runtime.ledger.tables import attempt, body, contact, flow, message
from runtime.ledger.why import WHY
from runtime.mail import Rendered
from runtime.people.contacts import sought
from runtime.segments.stirring import stir

STATES = ("queued", "sending", "sent", "failed", "skipped", "uncertain", "cancelled")
Cursor = tuple[int, int]
"""(queued_at, id) of the last entry of a page."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One message. Instants are UTC microseconds; `code` and `args` say why it stands as it does (`runtime.reasons`)."""

    id: int
    flow: int | None
    version: int | None
    block: str
    run: int | None
    contact: int | None
    event: int | None
    channel: str
    marketing: bool
    test: bool
    address: str | None
    subject: str | None
    state: str
    queued_at: int
    due_at: int
    tries: int
    done_at: int | None
    code: str | None
    args: dict[str, Any] | None
    contact_name: str | None
    contact_email: str | None
    flow_name: str | None
    flow_slug: str | None
    email_name: str | None = None
    """What its e-mail is called here: asked for where there is no subject yet."""

    @property
    def to(self) -> str:
        """The address it went to, or would go to now; "" if there is none."""
        return self.address or (self.contact_email if self.channel == "email" else "") or ""

    @property
    def cursor(self) -> Cursor:
        """For `recent`: what comes after this one."""
        return (self.queued_at, self.id)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt to hand a message over. Without `answered_at` no answer ever came. `carrier`: "smtp" or "local"."""

    number: int
    at: int
    carrier: str
    answered_at: int | None
    answer: str | None


@dataclass(frozen=True, slots=True)
class Said:
    """What a message says. `made_again`: not kept (any more), so made anew from what is known now."""

    letter: Letter
    made_again: bool

    @property
    def rendered(self) -> Rendered:
        """Subject, HTML and text."""
        return self.letter.rendered


class NoSuchMessage(LookupError):
    """This workspace has no message with that id."""


_OWN = [name for name in Entry.__slots__ if name in message.c]
_ENTRIES = select(
    *(message.c[name] if name != "code" else WHY for name in _OWN),
    contact.c.name.label("contact_name"),
    contact.c.email.label("contact_email"),
    flow.c.name.label("flow_name"),
    flow.c.slug.label("flow_slug"),
).select_from(
    message.outerjoin(contact, contact.c.id == message.c.contact).outerjoin(flow, flow.c.id == message.c.flow)
)


def recent(
    tx: Tx,
    limit: int = 50,
    before: Cursor | None = None,
    *,
    state: str | None = None,
    flow_id: int | None = None,
    contact_id: int | None = None,
    find: str = "",
) -> list[Entry]:
    """Messages, the newest first. `find` is part of an address, a contact's name or a subject, or of the e-mail's name
    where there is no subject yet; in any case."""
    query = _ENTRIES.where(tx.mine(message))
    if state is not None:
        query = query.where(message.c.state == state)
    if flow_id is not None:
        query = query.where(message.c.flow == flow_id)
    if contact_id is not None:
        query = query.where(message.c.contact == contact_id)
    if part := sought(find):
        columns = (message.c.address, message.c.subject, contact.c.name, contact.c.email)
        named = tuple_(message.c.version, message.c.block).in_(named_like(tx, part))
        query = query.where(
            or_(
                *(column.icontains(part, autoescape=True) for column in columns),
                and_(message.c.subject.is_(None), named),
            )
        )
    return _page(tx, query, limit, before)


def mailbox(tx: Tx, limit: int = 50, before: Cursor | None = None) -> list[Entry]:
    """What the local outbox holds, the newest first."""
    kept = select(attempt.c.message).where(attempt.c.message == message.c.id, attempt.c.carrier == "local")
    return _page(tx, _ENTRIES.where(tx.mine(message), message.c.state == "sent", kept.exists()), limit, before)


def one(tx: Tx, id_: int) -> tuple[Entry, list[Attempt]]:
    """A message and all attempts to send it, the first first. Raises NoSuchMessage."""
    row = tx.first(_ENTRIES.where(tx.mine(message), message.c.id == id_))
    if row is None:
        raise NoSuchMessage(id_)
    columns = (attempt.c[name] for name in Attempt.__slots__)
    tries: Sequence[Any] = tx.all(
        select(*columns).where(tx.mine(attempt), attempt.c.message == id_).order_by(attempt.c.number)
    )
    return _named(tx, [Entry(**row._asdict())])[0], [Attempt(*each) for each in tries]


def said(house: House, tx: Tx, id_: int) -> Said | None:
    """What a message says: as it was sent while that is kept, else made again; None if its e-mail is gone.

    Raises NoSuchMessage, and RenderFailed if it cannot be made again.
    """
    found = _made(house, tx, id_)
    return found[0] if found is not None else None


def source(house: House, tx: Tx, id_: int) -> bytes | None:
    """The message as it went over the wire (an .eml file), or None if its e-mail is gone.

    Raises NoSuchMessage, RenderFailed, and HeaderRefused if it cannot be made.
    """
    found = _made(house, tx, id_)
    return found[0].letter.source(found[1]) if found is not None else None


def resend(house: House, workspace: int, id_: int) -> bool:
    """Send a message again that is uncertain or has failed, because a person wants it. False if it is neither."""
    now = house.clock.now()
    with house.ledger.write(workspace) as tx:
        query = select(*(message.c[name] for name in ("flow", "block", "channel", "state", "done_at", "contact")))
        stuck = (tx.mine(message), message.c.id == id_, message.c.state.in_(("uncertain", "failed")))
        row = tx.first(query.where(*stuck))
        if row is None:
            return False
        again = {"state": "queued", "due_at": now, "done_at": None, "code": None, "args": None}
        if tx.execute(message.update().where(*stuck).values(again)).rowcount == 0:
            return False
        if row.flow is not None:
            revive(tx, [row.flow])
        to_contact = CHANNELS[row.channel].addressed
        if row.contact is not None and to_contact:
            stir(tx, [row.contact], "got")
        if row.flow is not None and to_contact:
            tallies.add(tx, {(row.flow, row.block, row.state): -1}, row.done_at)
    house.ring()
    return True


def _page(tx: Tx, query: Select[Any], limit: int, before: Cursor | None) -> list[Entry]:
    if before is not None:
        at, id_ = before
        query = query.where(message.c.queued_at <= at, or_(message.c.queued_at < at, message.c.id < id_))
    rows: Sequence[Any] = tx.all(query.order_by(message.c.queued_at.desc(), message.c.id.desc()).limit(limit))
    return _named(tx, [Entry(**row._asdict()) for row in rows])


def _named(tx: Tx, entries: list[Entry]) -> list[Entry]:
    names = mail_names(tx, ((each.version, each.block) for each in entries if not each.subject))
    return [
        each if each.subject else replace(each, email_name=names.get((each.version or 0, each.block)))
        for each in entries
    ]


def _made(house: House, tx: Tx, id_: int) -> tuple[Said, Press] | None:
    columns = (message.c[name] for name in (*Claimed.__slots__, "due_at", "done_at", "channel"))
    row = tx.first(select(*columns).where(tx.mine(message), message.c.id == id_))
    if row is None:
        raise NoSuchMessage(id_)
    claimed = Claimed(*row[: len(Claimed.__slots__)])
    shop = shop_of(tx)
    announcer = Announcer(house) if row.channel == TEAM.name else None
    press = _press(tx, claimed) if announcer is None else _team_press(tx, announcer, claimed, shop)
    if press is None:
        return None
    kept = tx.scalar(select(body.c.packed).where(tx.mine(body), body.c.message == id_))
    if kept is not None:
        try:
            return Said(bodies.unpack(bytes(kept), press), made_again=False), press
        except (zlib.error, ValueError):
            pass  # packed by an older Cartwheel, against a template that is compiled differently now
    (case,) = look_up(tx, [claimed], shop.zone)
    sent_at, preferred = row.done_at or row.due_at, preferred_sender(tx)
    if announcer is not None:
        return Said(announcer.letter(case, shop, preferred, sent_at), made_again=True), press
    to = claimed.address or case.facts.address or ""
    letter = Scribe(house).write(case, press, shop, to=to, preferred=preferred, sent_at=sent_at)
    return Said(letter, made_again=True), press


def _press(tx: Tx, claimed: Claimed) -> Press | None:
    presses, key = Presses(), (claimed.version or 0, claimed.block)
    presses.load(tx, [key])
    return presses.get(key)


def _team_press(tx: Tx, announcer: Announcer, claimed: Claimed, shop: Shop) -> Press | None:
    """None for a notice that is no e-mail yet, or was told of in another one."""
    announcer.load(tx, [claimed])
    return announcer.press(claimed, shop) if claimed.address is not None else None
