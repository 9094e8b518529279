"""What happened to a contact, newest first, in sentences: what they did, what we sent or did not send and why."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, Literal, get_args

from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from blocks import KINDS, read_block
from blocks.contract import Known
from blocks.phrase import Phrase, Quoted, say
from runtime.engagement import PERSON
from runtime.ledger import Tx
from runtime.ledger.mail_names import mail_names
from runtime.ledger.tables import consent, contact, engagement, event, flow, message, run, step, suppression, version
from runtime.ledger.why import WHY
from runtime.people import telling
from runtime.people.telling import Tone
from runtime.reasons import BY_EXIT, reason_phrase
from runtime.segments.publish import names

Kind = Literal["event", "answer", "entered", "step", "message", "machine", "blocked", "left"]
Cursor = tuple[int, int, int, int]
"""Where a page ended: (at, rank of the kind, id, hop)."""

_RANK: Mapping[str, int] = {kind: rank for rank, kind in enumerate(get_args(Kind))}
"""What is recorded in one transaction carries one time; told in this order."""
_HOPS = {"open": 0, "click": 1}
"""Tells apart what was done to one message at one time."""
_TIES = 100
"""Rows of one table that may carry the same time without a page losing one."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened. `icon` is a Material Symbols name, `id` the row it stands for."""

    at: int
    """UTC microseconds."""
    kind: Kind
    icon: str
    tone: Tone
    what: Phrase
    why: Phrase | None
    id: int
    cursor: Cursor


def timeline(tx: Tx, id_: int, limit: int = 50, before: Cursor | None = None) -> list[Entry]:
    """What happened to a contact; for the next page give the last entry's `cursor` as `before`."""
    teller = _Teller(tx, id_, limit + _TIES, before)
    entries = [
        *teller.events(),
        *teller.answers(),
        *teller.runs(),
        *teller.steps(),
        *teller.messages(),
        *teller.machines(),
        *teller.blocked(),
    ]
    if before is not None:
        entries = [entry for entry in entries if entry.cursor < before]
    return sorted(entries, key=attrgetter("cursor"), reverse=True)[:limit]


def _entry(
    at: int, kind: Kind, icon: str, tone: Tone, what: Phrase, why: Phrase | None, id_: int, hop: int = 0
) -> Entry:
    return Entry(at, kind, icon, tone, what, why, id_, (at, _RANK[kind], id_, hop))


class _Teller:
    """Reads and tells the latest rows of each table up to where the page before ended."""

    def __init__(self, tx: Tx, contact_id: int, most: int, before: Cursor | None) -> None:
        self._tx = tx
        self._contact = contact_id
        self._most = most
        self._before = before

    def _latest(self, query: Select[Any], at: ColumnElement[int]) -> Sequence[Any]:
        if self._before is not None:
            query = query.where(at <= self._before[0])
        return self._tx.all(query.order_by(at.desc()).limit(self._most))

    def events(self) -> Iterator[Entry]:
        query = select(event.c.id, event.c.name, event.c.at, event.c.properties)
        rows = self._latest(query.where(self._tx.mine(event), event.c.contact == self._contact), event.c.at)
        flows = self._flow_names() if any(row.name in telling.OF_A_FLOW for row in rows) else {}
        for row in rows:
            told = telling.with_names(row.name, row.properties, flows)
            icon, tone, what = telling.happened(row.name, told)
            yield _entry(row.at, "event", icon, tone, what, telling.about_of(row.name, told), row.id)

    def _flow_names(self) -> dict[str, str]:
        """What the flows are called, by their slugs."""
        return {row.slug: row.name for row in self._tx.all(select(flow.c.slug, flow.c.name).where(self._tx.mine(flow)))}

    def answers(self) -> Iterator[Entry]:
        query = consent.select().where(self._tx.mine(consent), consent.c.contact == self._contact)
        for row in self._latest(query, consent.c.at):
            yes = row.answer == "yes"
            yield _entry(
                row.at,
                "answer",
                "check_circle" if yes else "do_not_disturb_on",
                "ok" if yes else "bad",
                telling.answered(row.channel, yes),
                telling.source_of(row.source),
                row.id,
            )

    def runs(self) -> Iterator[Entry]:
        """Entering and leaving are two entries of one row."""
        query = select(
            run.c.id, run.c.state, run.c.entered_at, run.c.ended_at, run.c.code, run.c.args, flow.c.name
        ).join(flow, flow.c.id == run.c.flow)
        mine = and_(self._tx.mine(run), run.c.contact == self._contact)
        for row in self._latest(query.where(mine), run.c.entered_at):
            what = say("Entered the Flow {flow}", flow=Quoted(row.name))
            yield _entry(row.entered_at, "entered", "login", "trigger", what, None, row.id)
        for row in self._latest(query.where(mine, run.c.ended_at.is_not(None)), run.c.ended_at):
            why = reason_phrase(row.code, row.args) if row.code else None
            if row.state == "failed":
                what = say("Stopped in the Flow {flow}", flow=Quoted(row.name))
                yield _entry(row.ended_at, "left", "error", "bad", what, why, row.id)
            elif row.state == "ended":
                what = say("Reached the end of the Flow {flow}", flow=Quoted(row.name))
                yield _entry(row.ended_at, "left", "flag", "timing", what, why, row.id)
            else:
                what = say("Left the Flow {flow}", flow=Quoted(row.name))
                yield _entry(row.ended_at, "left", "logout", "timing", what, why, row.id)

    def steps(self) -> Iterator[Entry]:
        """What a flow changed about the contact, and where it waits now. The way through splits is no news."""
        query = (
            select(
                step.c.run,
                step.c.hop,
                step.c.block,
                step.c.at,
                step.c.outlet,
                step.c.code,
                step.c.args,
                flow.c.name,
                run.c.state,
                run.c.hops,
                run.c.version,
            )
            .join(run, run.c.id == step.c.run)
            .join(flow, flow.c.id == run.c.flow)
            .where(self._tx.mine(run), run.c.contact == self._contact)
        )
        rows = self._latest(query, step.c.at)
        drawn = self._drawn({row.version for row in rows})
        known = Known(segments=names(self._tx)) if rows else Known()
        for row in rows:
            kind, settings = drawn.get(row.version, {}).get(row.block, ("", {}))
            if kind not in KINDS:
                continue
            card = KINDS[kind].card
            if row.state == "open" and row.code in BY_EXIT:
                # Until the end of the last way, after which it is told by the run.
                what, why = say("Left the Flow {flow}", flow=Quoted(row.name)), reason_phrase(row.code, row.args)
                yield _entry(row.at, "step", "logout", "timing", what, why, row.run, row.hop)
            elif card.family == "action" and row.outlet:
                what, why = read_block(kind, settings).say(known), say("In the Flow {flow}", flow=Quoted(row.name))
                yield _entry(row.at, "step", card.icon, "action", what, why, row.run, row.hop)
            elif row.state == "open" and row.hop == row.hops - 1 and not row.outlet and row.code:
                what = say("Waits in the Flow {flow}", flow=Quoted(row.name))
                why = reason_phrase(row.code, row.args, kind)
                yield _entry(row.at, "step", "hourglass_top", "timing", what, why, row.run, row.hop)

    def _drawn(self, versions: set[int]) -> dict[int, dict[str, tuple[str, dict[str, Any]]]]:
        rows = self._tx.all(select(version.c.id, version.c.document).where(version.c.id.in_(sorted(versions))))
        return {
            row.id: {doc["id"]: (doc["kind"], doc.get("settings", {})) for doc in row.document.get("blocks", ())}
            for row in rows
        }

    def messages(self) -> Iterator[Entry]:
        query = (
            select(
                message.c.id,
                message.c.state,
                message.c.channel,
                message.c.version,
                message.c.block,
                message.c.address,
                message.c.queued_at,
                message.c.done_at,
                message.c.subject,
                WHY,
                message.c.args,
                flow.c.name,
            )
            .outerjoin(flow, flow.c.id == message.c.flow)
            .where(self._tx.mine(message), message.c.contact == self._contact, message.c.test.is_(False))
            # Of a notice to the team, only the first of its e-mails has a place in the run.
            .where(or_(message.c.channel != "team", message.c.hop.is_not(None)))
        )
        found: dict[int, Any] = {row.id: row for row in self._latest(query, message.c.queued_at)}
        emails = mail_names(self._tx, ((row.version, row.block) for row in found.values() if not row.subject))
        for row in found.values():
            named = row.address if row.channel == "webhook" else row.subject
            title = telling.title_of(named, emails.get((row.version, row.block)), row.name)
            icon, tone, what = telling.sent(row.state, row.code, title, row.channel)
            from_flow = say("From the Flow {flow}", flow=Quoted(row.name)) if row.name else None
            reason = reason_phrase(row.code, row.args) if row.code else None
            why = from_flow if row.state == "sent" else reason or from_flow
            yield _entry(row.queued_at, "message", icon, tone, what, why, row.id)

    def machines(self) -> Iterator[Entry]:
        """What machines did to messages, once for each message and sign. What a person did is an event."""
        query = (
            select(
                engagement.c.message, engagement.c.what, engagement.c.who, func.min(engagement.c.first_at).label("at")
            )
            .where(self._tx.mine(engagement), engagement.c.contact == self._contact, engagement.c.who != PERSON)
            .group_by(engagement.c.message, engagement.c.what, engagement.c.who)
        )
        found = query.subquery()
        named = select(found, message.c.subject, flow.c.name).join(message, message.c.id == found.c.message)
        for row in self._latest(named.outerjoin(flow, flow.c.id == message.c.flow), found.c.at):
            what = telling.by_machine(row.what, telling.title_of(row.subject, row.name))
            why = reason_phrase(f"machine_{row.who}")
            yield _entry(row.at, "machine", "smart_toy", "timing", what, why, row.message, _HOPS[row.what])

    def blocked(self) -> Iterator[Entry]:
        addresses = select(contact.c.email, contact.c.phone).where(
            self._tx.mine(contact), contact.c.id == self._contact
        )
        row = self._tx.first(addresses)
        if row is None:
            return
        either: list[ColumnElement[bool]] = [
            and_(suppression.c.channel == channel, suppression.c.address == address)
            for channel, address in (("email", row.email), ("sms", row.phone))
            if address
        ]
        if either:
            for found in self._latest(
                suppression.select().where(self._tx.mine(suppression), or_(*either)), suppression.c.at
            ):
                what = say("No more Messages go to {address}", address=found.address)
                why = reason_phrase(f"suppressed_{found.reason}")
                yield _entry(found.at, "blocked", "block", "bad", what, why, 0)
