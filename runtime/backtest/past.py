"""What really happened, moved from the ledger into a scratch one as its time comes, some thousand rows at a time.

Everything is filed under its own time and not under that at which it was received, so that a history that was imported
yesterday counts as what it is.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Row, Table, Text, cast, delete, func, select, union

from blocks.actions.list_member import ListMember
from blocks.contract import Timed
from blocks.rules import Did, Ever, Got, InSegment, LastDays, Window
from blocks.scheduled import Scheduled
from runtime.clock import DAY, MINUTE
from runtime.engagement import PERSON
from runtime.engine import echo
from runtime.engine.entries import occasions
from runtime.engine.lookback.past_mail import DEEDS, STATES
from runtime.engine.program import Program
from runtime.house import House
from runtime.ledger import Tx
from runtime.ledger.bulk import insert_tuples
from runtime.ledger.tables import (
    EVENT_ROW,
    consent,
    contact,
    engagement,
    erased,
    event,
    identity,
    member,
    message,
    run,
    segment,
    suppression,
)
from runtime.scratch import MAILED, copy, copy_sends

PAGE = 5000
"""Rows that are held in memory at once."""
_CONTACT = (
    "id", "workspace", "email", "phone", "name", "language", "zone", "fields", "typed", "tags", "created_at", "seen_at",
)  # fmt: skip
_JSON = frozenset({"fields", "typed", "tags", "proof"})
_CONSENT = ("id", "workspace", "contact", "channel", "answer", "at", "source", "proof")
_SUPPRESSION = ("workspace", "channel", "address", "reason", "at", "detail")
_MAIL = (
    "id", "workspace", "flow", "version", "block", "contact", "channel", "marketing", "test", "state", "queued_at", "due_at",
    "tries", "done_at",
)  # fmt: skip
_DEED = (
    "workspace", "message", "what", "who", "link", "contact", "version", "block", "first_at", "last_at", "count", "told",
)  # fmt: skip
_RUN = (
    "id", "workspace", "flow", "version", "contact", "key", "state", "block", "hops", "messages", "entered_at", "arrived_at",
)  # fmt: skip

Dated = tuple[int, Table, tuple[str, ...], tuple[Any, ...]]
"""(when, table, columns, row)"""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which events a flow has anything to do with. `names` None: all, because it waits for somebody's silence."""

    names: frozenset[str] | None
    looked_back: frozenset[str]
    """Those that are counted or waited for long after they happened."""
    own: frozenset[str]
    """Those that the flow lets happen itself: in the play it does so again."""
    timed: bool
    back: int | None
    """How far before the beginning it looks, microseconds; None for ever."""
    got: tuple[Got, ...]
    """What it asks about e-mails that somebody got."""
    segments: frozenset[str]
    """Of which it asks who is in them, or puts somebody on (slugs)."""

    @classmethod
    def by(cls, program: Program) -> "Wanted":
        """As one version has it."""
        triggers = [trigger for _, trigger in program.triggers]
        timed = [trigger for trigger in triggers if isinstance(trigger, Timed)]
        watched = {trigger.watches() for trigger in timed}
        dids = [leaf for leaf in program.reads if isinstance(leaf, Did)]
        looked_back = {leaf.event for leaf in dids} | watched - {""}
        heard = {name for trigger in triggers for name in trigger.listens_to()} | program.heard
        names = heard | looked_back | {leave.event for leave in program.exits}
        own = {name for block in program.blocks.values() for name in block.lets_happen()}
        everything = "" in watched
        asked = (*program.reads, *program.blocks.values())
        return cls(
            None if everything else frozenset(names),
            frozenset(looked_back),
            frozenset(own),
            bool(timed),
            None if watched else _reach(leaf.window for leaf in dids),
            tuple(leaf for leaf in program.reads if isinstance(leaf, Got)),
            frozenset(one.segment for one in asked if isinstance(one, InSegment | ListMember))
            | frozenset(trigger.whom() for trigger in triggers if isinstance(trigger, Scheduled)),
        )


@dataclass(slots=True)
class Past:
    """The history of one workspace from `start` to `until`, for one play of one flow."""

    house: House
    workspace: int
    flow: int
    wanted: Wanted
    start: int
    until: int
    events: int = 0
    """How many have been played so far."""
    _coming: deque[Dated] = field(default_factory=deque)
    _known: set[int] = field(default_factory=set)
    _spans: Iterator[tuple[int, int]] = field(default_factory=lambda: iter(()))

    def furnish(self, real: Tx, into: Tx, again: str) -> None:
        """What was there when it began: contacts, answers, blocked addresses, mail that counts for caps, and who had been in
        the flow, where that decides who may come in `again`."""
        start = self.start
        for rows in _pages(real, contact, _CONTACT, real.mine(contact), contact.c.created_at < start):
            self._meet(real, into, rows, start)
        _move(real, into, consent, _CONSENT, real.mine(consent), consent.c.at < start)
        rows = real.all(_picked(suppression, _SUPPRESSION).where(real.mine(suppression), suppression.c.at < start))
        insert_tuples(into, suppression, _SUPPRESSION, [tuple(row) for row in rows])
        back = _reach((leaf.window for leaf in self.wanted.got), MAILED)
        earlier = (message.c.done_at < start, message.c.done_at >= (0 if back is None else start - back))
        _move(real, into, message, _MAIL, *self._mail(real), *earlier)
        insert_tuples(into, engagement, _DEED, [deed for _, deed in self._deeds(real, 0, start)])
        copy_sends(real, into, {leaf.email for leaf in self.wanted.got})
        self._belong(real, into)
        if again != "always":
            for rows in _pages(real, run, _RUN, real.mine(run), run.c.flow == self.flow, run.c.entered_at < start):
                over = [tuple("ended" if name == "state" else row._mapping[name] for name in _RUN) for row in rows]
                insert_tuples(into, run, _RUN, over)
        copy(real, into, erased, real.mine(erased))
        self._remember(real, into)
        self._spans = self._cut(start, self.until, self.wanted.names)

    @property
    def next_at(self) -> int | None:
        """When something happens next, UTC microseconds; None once all has happened."""
        return self._coming[0][0] if self._coming else None

    def load(self, into: Tx) -> None:
        """Have ready what happens next, unless there still is some, and clear away what is of no more use."""
        while not self._coming and (span := next(self._spans, None)) is not None:
            with self.house.ledger.read(self.workspace) as real:
                self._read(real, into, *span)
            self._tidy(into, span[0])

    def happen(self, into: Tx, now: int) -> None:
        """Let everything up to `now` have happened."""
        rows: dict[tuple[Table, tuple[str, ...]], list[tuple[Any, ...]]] = {}
        while self._coming and self._coming[0][0] <= now:
            _, table, columns, row = self._coming.popleft()
            rows.setdefault((table, columns), []).append(row)
        for (table, columns), some in rows.items():
            if table is event:
                self.events += len(some)
                ids = into.reserve(len(some))
                some = [(id_, *row[1:]) for id_, row in zip(ids, some, strict=True)]
            insert_tuples(into, table, columns, some)

    # ---- reading

    def _read(self, real: Tx, into: Tx, since: int, before: int) -> None:
        happened = real.all(self._events(real, since, before, self.wanted.names))
        made = contact.c.created_at >= since, contact.c.created_at < before
        for rows in _pages(real, contact, _CONTACT, real.mine(contact), *made):
            self._meet(real, into, rows, since)
        # Who was written down later than what they did: imported, or known by another address before.
        ids = sorted({row.contact for row in happened} - self._known)
        for first in range(0, len(ids), 500):
            some = contact.c.id.in_(ids[first : first + 500])
            self._meet(real, into, real.all(_picked(contact, _CONTACT).where(real.mine(contact), some)), since)
        found: list[Dated] = []
        whos = _whos(into, {row.contact for row in happened}) if self.wanted.timed else {}
        for row in happened:
            # Who has something to do with the clock is met at the door like anybody; else the contact is named at once.
            if (who := whos.get(row.contact)) is not None:
                new = self._event(row, None, who, "new")
            else:
                new = self._event(row, row.contact, row.who if row.source == echo.SOURCE else "{}", "new")
            found.append((row.at, event, EVENT_ROW, new))
        answers = _picked(consent, _CONSENT).where(real.mine(consent), consent.c.at >= since, consent.c.at < before)
        found += [(row.at, consent, _CONSENT, tuple(row)) for row in real.all(answers)]
        blocked = suppression.c.at >= since, suppression.c.at < before
        rows = real.all(_picked(suppression, _SUPPRESSION).where(real.mine(suppression), *blocked))
        found += [(row.at, suppression, _SUPPRESSION, tuple(row)) for row in rows]
        others = message.c.flow.is_distinct_from(self.flow)
        lately = message.c.done_at >= since, message.c.done_at < before
        mails = real.all(_picked(message, _MAIL).where(*self._mail(real), *lately, others))
        found += [(row.done_at, message, _MAIL, tuple(row)) for row in mails]
        found += [(at, engagement, _DEED, deed) for at, deed in self._deeds(real, since, before)]
        # A sort that leaves alone what happened at the same time.
        self._coming.extend(sorted(found, key=lambda one: one[0]))

    def _events(self, real: Tx, since: int, before: int, names: frozenset[str] | None) -> Any:
        columns = (event.c.name, event.c.at, event.c.contact, event.c.source)
        texts = (cast(event.c.who, Text).label("who"), cast(event.c.typed, Text).label("typed"))
        return (
            select(*columns, *texts)
            .where(real.mine(event), event.c.at >= since, event.c.at < before, *self._which(names))
            .order_by(event.c.at, event.c.id)
        )

    def _which(self, names: frozenset[str] | None) -> list[ColumnElement[bool]]:
        """What the clock brought and what the flow itself let happen comes again by itself."""
        which = [event.c.state == "done", event.c.contact.is_not(None), event.c.source != occasions.SOURCE]
        if names is not None:
            which.append(event.c.name.in_(sorted(names)))
        if self.wanted.own:
            which.append(~((event.c.source == echo.SOURCE) & event.c.name.in_(sorted(self.wanted.own))))
        return which

    def _event(self, row: Row[Any], who: int | None, said: str, state: str) -> tuple[Any, ...]:
        # Properties are only for letters.
        return 0, self.workspace, row.name, row.source, who, row.at, row.at, said, "{}", row.typed, state

    def _remember(self, real: Tx, into: Tx) -> None:
        """What the flow looks back at."""
        names = self.wanted.looked_back
        since = 0 if self.wanted.back is None else self.start - self.wanted.back
        if not names:
            return
        first = real.scalar(select(func.min(event.c.at)).where(real.mine(event), event.c.name.in_(sorted(names))))
        for a, b in self._cut(max(since, first or self.start), self.start, names):
            rows = real.all(self._events(real, a, b, names))
            events = [self._event(row, row.contact, "{}", "done") for row in rows]
            ids = into.reserve(len(events))
            insert_tuples(into, event, EVENT_ROW, [(id_, *row[1:]) for id_, row in zip(ids, events, strict=True)])

    def _cut(self, since: int, until: int, names: frozenset[str] | None) -> Iterator[tuple[int, int]]:
        """Spans of a day, or of so much of one that a page of events is in it."""
        which = self._which(names)
        while since < until:
            before = min(since + DAY, until)
            with self.house.ledger.read(self.workspace) as real:
                while before - since > MINUTE and self._count(real, since, before, which) > PAGE:
                    before = since + (before - since) // 2
            yield since, before
            since = before

    def _count(self, real: Tx, since: int, before: int, which: Sequence[ColumnElement[bool]]) -> int:
        counted = select(event.c.id).where(real.mine(event), event.c.at >= since, event.c.at < before, *which)
        return int(real.scalar(select(func.count()).select_from(counted.limit(PAGE + 1).subquery())) or 0)

    def _deeds(self, real: Tx, since: int, before: int) -> Iterator[tuple[int, tuple[Any, ...]]]:
        """What contacts did for the first time with e-mails of other flows, if the flow asks for that. How it was in between
        is not kept: the last time counts where it had come by then, else the first."""
        if not any(leaf.what in DEEDS for leaf in self.wanted.got):
            return
        query = select(*(engagement.c[name] for name in _DEED)).join(message, message.c.id == engagement.c.message)
        others = message.c.flow.is_distinct_from(self.flow)
        which = (engagement.c.first_at >= since, engagement.c.first_at < before, engagement.c.who == PERSON, others)
        for row in real.all(query.where(real.mine(engagement), *which)):
            last = row.last_at if row.last_at < before else row.first_at
            yield row.first_at, tuple(last if name == "last_at" else row._mapping[name] for name in _DEED)

    def _mail(self, real: Tx) -> list[ColumnElement[bool]]:
        """E-mails that count for caps; all that came to an end, where it asks what became of any."""
        which = [real.mine(message), message.c.test.is_(False), message.c.contact.is_not(None)]
        if self.wanted.got:
            return [*which, message.c.state.in_([state for states in STATES.values() for state in states])]
        return [*which, message.c.marketing.is_(True), message.c.state.in_(STATES["sent"])]

    # ---- people

    def _belong(self, real: Tx, into: Tx) -> None:
        """Put everybody into the segments in which they are now, as if they always had been."""
        for asked in real.all(select(segment.c.id).where(real.mine(segment), segment.c.slug.in_(self.wanted.segments))):
            after = -1
            there = select(member.c.contact).where(member.c.segment == asked.id).order_by(member.c.contact).limit(PAGE)
            while rows := real.all(there.where(member.c.contact > after)):
                after = rows[-1].contact
                belong = [(into.workspace, asked.id, row.contact, self.start) for row in rows]
                insert_tuples(into, member, ("workspace", "segment", "contact", "since_at"), belong)

    def _meet(self, real: Tx, into: Tx, rows: Sequence[Row[Any]], at: int) -> None:
        """Bring contacts along at an instant, with one identity each by which they are found where that is needed."""
        new = [row for row in rows if row.id not in self._known]
        if not new:
            return
        ids = [row.id for row in new]
        self._known.update(ids)
        seen = self._seen(real, ids) if self.wanted.names is None else {}
        people = [(*tuple(row)[:-1], seen.get(row.id, min(row.created_at, at))) for row in new]
        insert_tuples(into, contact, _CONTACT, people)
        if self.wanted.timed:
            named = [_name_of(row) for row in new]
            rows_of = [(into.workspace, *name, id_, 0) for name, id_ in zip(named, ids, strict=True)]
            unique = {row[:3]: row for row in reversed(rows_of)}
            insert_tuples(into, identity, ("workspace", "kind", "value", "contact", "since_at"), list(unique.values()))

    def _seen(self, real: Tx, ids: Sequence[int]) -> dict[int, int]:
        """When these contacts were heard of last before the beginning."""
        found: dict[int, int] = {}
        for first in range(0, len(ids), 500):
            last = select(event.c.contact, func.max(event.c.at)).where(
                event.c.contact.in_(ids[first : first + 500]), event.c.at < self.start
            )
            found |= dict(tuple(row) for row in real.all(last.group_by(event.c.contact)))
        return found

    def _tidy(self, into: Tx, before: int) -> None:
        """Delete what nobody will ask for again, so that the scratch ledger does not grow with the events."""
        if self.wanted.names is None:
            return
        open_ = run.c.state == "open"
        used = union(select(run.c.event).where(open_), select(run.c.entry_event).where(open_)).subquery()
        for name in sorted(self.wanted.names - self.wanted.looked_back):
            old = (event.c.workspace == into.workspace, event.c.name == name, event.c.at < before)
            into.execute(delete(event).where(*old, event.c.state == "done", event.c.id.not_in(select(used.c[0]))))


def _picked(table: Table, names: Sequence[str]) -> Any:
    return select(*(cast(table.c[name], Text).label(name) if name in _JSON else table.c[name] for name in names))


def _pages(real: Tx, table: Table, names: Sequence[str], *where: ColumnElement[bool]) -> Iterator[Sequence[Row[Any]]]:
    after = -1
    while rows := real.all(_picked(table, names).where(*where, table.c.id > after).order_by(table.c.id).limit(PAGE)):
        yield rows
        after = rows[-1].id


def _move(real: Tx, into: Tx, table: Table, names: tuple[str, ...], *where: ColumnElement[bool]) -> None:
    for rows in _pages(real, table, names, *where):
        insert_tuples(into, table, names, [tuple(row) for row in rows])


def _reach(windows: Iterable[Window], least: int = 0) -> int | None:
    """How far back these look, microseconds; None for ever. "Since entering" never looks behind the beginning."""
    reach = [least]
    for window in windows:
        if isinstance(window, Ever):
            return None
        if isinstance(window, LastDays):
            reach.append(window.days * DAY)
    return max(reach)


def _name_of(row: Row[Any]) -> tuple[str, str]:
    if row.email:
        return "email", row.email
    if row.phone:
        return "phone", row.phone
    return "customer_id", str(orjson.loads(row.fields).get("customer_id") or row.id)


def _whos(into: Tx, contacts: set[int]) -> dict[int, str]:
    """What an event has to carry to be about each of these contacts."""
    found: dict[int, str] = {}
    ids = sorted(contacts)
    for first in range(0, len(ids), 500):
        known = select(identity.c.contact, identity.c.kind, identity.c.value)
        for row in into.all(known.where(identity.c.contact.in_(ids[first : first + 500]))):
            found[row.contact] = orjson.dumps({row.kind: row.value}).decode()
    return found
