"""One transaction's worth of engine work, collected in memory and written in a few statements."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any
from zoneinfo import ZoneInfo

import orjson
from sqlalchemy import Row, Text, bindparam, cast, select

from blocks.contract import Known, Reason, TooMuchKept
from blocks.own_fields import ZONE
from blocks.rules import Counted
from blocks.values import Typed, type_document
from runtime.delivery.channels import IN_NO_HANDS, RECALLABLE, RECALLED
from runtime.engine import coupons, echo
from runtime.engine.coupons import Issued, Mint
from runtime.engine.echo import Emitted
from runtime.engine.lookback.history import History
from runtime.engine.lookback.lookups import Lookups
from runtime.ledger import Tx, tallies
from runtime.ledger.bulk import insert_tuples, run_many, update_tuples
from runtime.ledger.documents import dump_args
from runtime.ledger.lists import among, listed
from runtime.ledger.prepared import Prepared
from runtime.ledger.tables import contact, message, run, step
from runtime.people import consent, contacts, forgotten
from runtime.people.card import COLUMNS, Card
from runtime.people.who import Who
from runtime.segments.lists import LAST, Listing
from runtime.segments.names import segments_named
from runtime.zones import zone_of

MOST_KEPT = 32_768
"""Bytes of JSON that a run may keep."""

_CONTACTS = Prepared(
    select(contact.c.id, contact.c.zone, cast(contact.c.typed, Text).label("typed")).where(
        contact.c.workspace == bindparam("workspace"), among(contact.c.id, "ids")
    )
)


@dataclass(slots=True)
class Run:
    """A contact's way through a version, as it is being changed. Instants are UTC microseconds."""

    id: int
    flow: int
    version: int
    contact: int
    key: str
    block: str
    entry_event: int
    event: int
    hops: int
    messages: int
    entered_at: int
    arrived_at: int
    wake_at: int | None = None
    state: str = "open"
    ended_at: int | None = None
    code: str | None = None
    args: str | None = None
    kept: Mapping[str, Any] | None = None
    """What blocks keep for later ones, as they gave it."""
    typed: Typed | None = None
    """The same in typed form."""
    fresh: bool = False
    """Started in this batch, so not in the ledger yet."""
    waits: bool = False
    """Whether a message of it may still wait that is taken back if the run is left."""
    keeps_time: bool = False
    """Whether it has gone over to a newer version in this batch, to go on at the same time as before."""
    _was: tuple[Any, ...] = ()
    """What rarely changes, as the ledger has it."""

    @property
    def inside(self) -> bool:
        """Whether it can still be left: it is open, or it has come to its end while a message of it waits."""
        return self.state == "open" or (self.state == "ended" and self.waits)

    @property
    def leaving(self) -> bool:
        """Whether it has left already and goes its last way."""
        return self.state == "open" and self.code is not None

    @classmethod
    def as_if(
        cls, contact: int, event: int, now: int, *, flow: int = 0, version: int = 0, key: str = "", block: str = ""
    ) -> "Run":
        """One that nobody has begun, to hold a filter against: as if this event let the contact in, now."""
        return cls(0, flow, version, contact, key, block, event, event, 0, 0, now, now)

    @classmethod
    def of(cls, row: Row[Any]) -> "Run":
        """A run as the ledger has it; the row begins with `AS_RUN`."""
        one = cls(*row[: len(AS_RUN)])
        one.waits = one.messages > 0
        one._was = one._rare
        return one

    @property
    def _rare(self) -> tuple[Any, ...]:
        return self.version, self.entry_event, self.entered_at, self.state, self.code, self.args

    def changes(self) -> tuple[str, ...]:
        """The columns to be written. An index is written anew for each of its columns that is set, to whatever value, and
        most runs only go on to the next block."""
        is_, was = self._rare, self._was
        if is_ == was:
            return _GOES_ON
        return _ENDS if is_[:3] == was[:3] else _BEGINS_ANEW

    def end(self, state: str, now: int, reason: Reason | None = None) -> None:
        """Close the run. Who has left by an exit and comes to the end of the last way has "departed", for the reason why."""
        if state == "ended" and self.leaving:
            state, reason = "departed", None
        self.state, self.ended_at, self.wake_at = state, now, None
        if reason is not None:
            self.code, self.args = reason.code, dump_args(reason.args)


_STORED = (
    "id", "flow", "version", "contact", "key", "block", "entry_event", "event", "hops", "messages",
    "entered_at", "arrived_at", "wake_at", "state", "ended_at", "code", "args",
)  # fmt: skip
_GOES_ON = ("block", "event", "hops", "messages", "arrived_at", "wake_at")
_ENDS = (*_GOES_ON, "state", "ended_at", "code", "args")
_BEGINS_ANEW = (*_ENDS, "version", "entry_event", "entered_at")
_WAYS: tuple[tuple[str, ...], ...] = (_ENDS, _BEGINS_ANEW, _GOES_ON)
_changed = {columns: attrgetter(*columns, "id") for columns in _WAYS}
AS_RUN = (*(run.c[name] for name in _STORED[:-1]), cast(run.c.args, Text).label("args"), run.c.kept, run.c.typed)
"""What a run is made from, in the order of its fields."""
_RUN = ("workspace", *_STORED)
_STEP = ("workspace", "run", "hop", "block", "at", "outlet", "code", "args")
_MESSAGE = (
    "id", "workspace", "flow", "version", "block", "run", "hop", "contact", "event", "channel", "marketing", "test",
    "state", "queued_at", "due_at", "tries", "done_at", "code",
)  # fmt: skip
_stored, _message = attrgetter(*_STORED), attrgetter(*_MESSAGE[2:])
_CANCEL = (
    message.update()
    .where(
        message.c.workspace == bindparam("ws"),
        among(message.c.run, "runs"),
        RECALLABLE,
    )
    .values(state="cancelled", code="run_ended", done_at=bindparam("at"), **IN_NO_HANDS)
)


_REFRESH = "UPDATE message SET event = :event WHERE run = :run AND state = 'queued'"


@dataclass(slots=True)
class Person:
    """What the engine needs to know of a contact."""

    id: int
    zone: ZoneInfo
    _typed: str
    _parsed: Typed | None = None

    @property
    def typed(self) -> Typed:
        """The fields in typed form, parsed when first asked for."""
        if self._parsed is None:
            self._parsed = orjson.loads(self._typed)
        return self._parsed

    @typed.setter
    def typed(self, value: Typed) -> None:
        self._parsed = value


@dataclass(slots=True)
class Queued:
    """A message that a run has queued."""

    flow: int
    version: int
    block: str
    run: int
    hop: int
    contact: int
    event: int
    channel: str
    marketing: bool
    queued_at: int
    due_at: int
    state: str = "queued"
    test: bool = False
    tries: int = 0
    done_at: int | None = None
    code: str | None = None


@dataclass(slots=True)
class Batch:
    """Everything one transaction reads and will write."""

    tx: Tx
    now: int
    history: History = field(default_factory=History)
    lookups: Lookups = field(default_factory=Lookups)
    started: list[Run] = field(default_factory=list)
    changed: dict[int, Run] = field(default_factory=dict)
    steps: list[tuple[Any, ...]] = field(default_factory=list)
    messages: list[Queued] = field(default_factory=list)
    counts: Counter[tallies.TallyKey] = field(default_factory=Counter)
    contact_changes: list[contacts.Change] = field(default_factory=list)
    answers: list[consent.Given] = field(default_factory=list)
    emitted: list[Emitted] = field(default_factory=list)
    suppressed: list[tuple[int, str, str]] = field(default_factory=list)
    """(contact, channel, who says so): addresses that are not to be written to again."""
    erased: list[tuple[int, str]] = field(default_factory=list)
    """(contact, who says so): to be forgotten once this is written."""
    keeping: dict[int, Run] = field(default_factory=dict)
    """Runs of which something else is kept than the ledger has."""
    issued: list[Issued] = field(default_factory=list)
    mint: Mint = field(default_factory=Mint)
    cancelled: set[int] = field(default_factory=set)
    """Runs whose waiting messages are not to go out."""
    refreshed: dict[int, int] = field(default_factory=dict)
    """Runs to the event that their waiting messages are to be about."""
    heard_of: set[int] = field(default_factory=set)
    """Contacts of whom a shop or a site told something."""
    depths: dict[int, int] = field(default_factory=dict)
    """Contacts to whom something of ours or of the clock's happened, to how many flows and segments led to it."""
    listings: list[Listing] = field(default_factory=list)
    """Who is to be put on a list or taken off, in order."""
    came: list[tuple[int, int, str]] = field(default_factory=list)
    """(id, contact, name) of the events that it takes in, in order."""
    before: dict[int, Card] = field(default_factory=dict)
    """Of these events, those that change a contact who was there before: to the contact as they were until then."""
    told: dict[int, Who] = field(default_factory=dict)
    """Of these events, those from outside: to what they say of their contact."""
    changes_at: list[int] = field(default_factory=list)
    """The event because of which each of the contact changes was made; `LAST` where it was none of these."""
    moved: set[int] = field(default_factory=set)
    """Contacts who live in another time zone now."""
    unchanged: dict[int, Typed] = field(default_factory=dict)
    """The contacts whom flows have changed, to their fields before that."""
    ids_at_once: int = 100
    _people: dict[int, Person] = field(default_factory=dict)
    _at_last: dict[int, tuple[str | None, str]] = field(default_factory=dict)
    """The time zone and the typed fields of contacts once all events of the batch have come."""
    _to_come: dict[int, list[int]] = field(default_factory=dict)
    """Contacts to those of `before` that have not come yet, the last one first."""
    _expected: set[int] = field(default_factory=set)
    _names: Known | None = None
    _ids: Iterator[int] = field(default_factory=lambda: iter(()))

    def expect(self, ids: Iterable[int]) -> None:
        """Name contacts that blocks may look at; they are fetched together when the first one is asked for."""
        self._expected.update(ids)

    def person(self, id_: int) -> Person:
        """A contact that was expected."""
        if id_ not in self._people:
            missing = self._expected.difference(self._people)
            values = {"workspace": self.tx.workspace, "ids": listed(self.tx, missing)}
            for row in self.tx.all(_CONTACTS, values):
                self._at_last[row.id] = row.zone, row.typed
                self._people[row.id] = self._as_told(row.id)
        return self._people[id_]

    def hear(self, told: Mapping[int, Who], before: Mapping[int, tuple[int, Card]]) -> None:
        """Take in what events say of their contacts, and which of them change one, who is as before until these `come`."""
        self.told = dict(told)
        for id_, (whose, card) in sorted(before.items(), reverse=True):
            self.before[id_] = card
            self._to_come.setdefault(whose, []).append(id_)

    def come(self, event: int, whose: int) -> None:
        """Let it be so from now on what this event of the batch says of its contact."""
        if event in self.before:
            self._to_come[whose].pop()
            if whose in self._people and whose not in self.unchanged:
                self._people[whose] = self._as_told(whose)
        if whose in self.unchanged and (who := self.told.get(event)) is not None and (who.fields or who.tags):
            # Said after what a flow has done, and written after it.
            self._alter(contacts.Change(whose, set_fields=who.fields, add_tags=who.tags), event)
            if not ZONE.isdisjoint(who.fields):
                self._people[whose].zone = self._as_told(whose).zone

    def _as_told(self, id_: int) -> Person:
        """A contact as those events say that have come, whatever flows have changed."""
        if to_come := self._to_come.get(id_):
            row = dict(zip(COLUMNS, self.before[to_come[-1]].columns(), strict=True))
            return Person(id_, zone_of(row["zone"], self.tx.zone), row["typed"])
        zone, typed = self._at_last[id_]
        return Person(id_, zone_of(zone, self.tx.zone), typed)

    @property
    def names(self) -> Known:
        """What segments are called, for saying what rules ask; looked up when first asked for."""
        if self._names is None:
            self._names = segments_named(self.tx)
        return self._names

    def new_id(self) -> int:
        """An id for a run or a message."""
        if (id_ := next(self._ids, None)) is not None:
            return id_
        self._ids = iter(self.tx.reserve(self.ids_at_once))
        return next(self._ids)

    def change(self, change: contacts.Change, at: int = LAST) -> None:
        """Change a contact, because of the event `at`, if it was one of this batch. Who looks later in this batch sees it;
        the ledger gets it with the rest."""
        self.expect([change.contact])
        self.unchanged.setdefault(change.contact, self.person(change.contact).typed)
        if not ZONE.isdisjoint(change.set_fields):
            self.moved.add(change.contact)
        self._alter(change, at)

    def _alter(self, change: contacts.Change, at: int) -> None:
        self.contact_changes.append(change)
        self.changes_at.append(at)
        person = self.person(change.contact)
        person.typed = contacts.typed_after(person.typed, change)
        if "zone" in change.set_fields:
            person.zone = zone_of(change.set_fields["zone"], self.tx.zone)

    def enlist(self, listing: Listing) -> None:
        """Put a contact on a list, or take them off. Who looks later in this batch sees it."""
        self.listings.append(listing)
        self._see(listing)

    def look_back(self, ids: Iterable[int], leaves: Sequence[Counted], entered: int) -> None:
        """Fetch what `leaves` need for these contacts, besides what the ledger does not know yet. `entered` is the earliest
        time at which any of their runs began."""
        # Another one: what is fetched a second time would be counted twice.
        self.history = History(self.history.reach)
        self.history.fetch(self.tx, ids, leaves, self.now, entered)
        for listing in self.listings:
            self._see(listing)

    def _see(self, one: Listing) -> None:
        self.history.segments.put(one.contact, one.segment, self.now if one.on else None)

    def touch(self, one: Run) -> None:
        """Note that a run differs from the ledger."""
        if not one.fresh:
            self.changed[one.id] = one

    def keep(self, one: Run, name: str, value: Any) -> None:
        """Keep a JSON value with a run. Raises TooMuchKept."""
        kept = {**(one.kept or {}), name: value}
        if len(orjson.dumps(kept)) > MOST_KEPT:
            raise TooMuchKept(f"A run may keep {MOST_KEPT:,} bytes at most; {name!r} is too large.")
        one.kept, one.typed = kept, type_document(kept)
        self.keeping[one.id] = one

    def fail(self, one: Run, error: Exception) -> None:
        """Let a run fail, where it stands, by what a block or a rule did wrong."""
        failed = Reason("block_failed", {"error": f"{type(error).__name__}: {error}"[:500]})
        self.touch(one)
        self.note(one, one.block, "", failed)
        self.counts[one.flow, one.block, "failed"] += 1
        one.end("failed", self.now, failed)

    def forget(self, one: Run) -> None:
        """Let a run begin with nothing kept."""
        if one.kept is not None:
            one.kept = one.typed = None
            self.keeping[one.id] = one

    def cancel(self, one: Run) -> None:
        """Let what waits to be sent for a run not go out. What it queues after this does."""
        self.cancelled.add(one.id)
        one.waits = False
        for queued in self.messages:
            if queued.run == one.id and queued.channel in RECALLED:
                queued.state, queued.code, queued.done_at = "cancelled", "run_ended", self.now

    def refresh(self, one: Run, event: int) -> None:
        """Let a run stand on a newer event of the same cart or order, and what waits of it be about that."""
        one.event = self.refreshed[one.id] = event
        for queued in self.messages:
            if queued.run == one.id:
                queued.event = event

    def note(self, one: Run, block: str, outlet: str, reason: Reason | None = None) -> None:
        """Record a step of a run."""
        if self.tx.story:
            code, args = (reason.code, dump_args(reason.args)) if reason is not None else (None, None)
            self.steps.append((self.tx.workspace, one.id, one.hops, block, self.now, outlet, code, args))
        one.hops += 1

    def write(self) -> None:
        """Write it all. Changed runs go first: the key of one that ended may be taken by one that starts."""
        tx = self.tx
        changed: dict[tuple[str, ...], list[tuple[Any, ...]]] = defaultdict(list)
        for one in self.changed.values():
            columns = one.changes()
            changed[columns].append(_changed[columns](one))
        for columns in _WAYS:
            update_tuples(tx, run, "id", columns, changed[columns])
        if self.cancelled:
            tx.execute(_CANCEL, {"ws": tx.workspace, "runs": listed(tx, self.cancelled), "at": self.now})
        run_many(tx, _REFRESH, [{"run": id_, "event": event} for id_, event in self.refreshed.items()])
        insert_tuples(tx, run, _RUN, [(tx.workspace, *_stored(one)) for one in self.started])
        coupons.write(self)
        update_tuples(tx, run, "id", ("kept", "typed"), [_kept(one) for one in self.keeping.values()])
        insert_tuples(tx, step, _STEP, self.steps)
        if tx.story:
            tallies.add(tx, self.counts, self.now)
        messages = [(self.new_id(), tx.workspace, *_message(one)) for one in self.messages]
        insert_tuples(tx, message, _MESSAGE, messages)
        if self.contact_changes:
            contacts.update_many(tx, self.contact_changes)
        if self.answers:
            consent.record_many(tx, self.answers)
        if self.suppressed:
            consent.suppress_many(tx, self.suppressed, self.now)
        if self.erased:
            forgotten.ask_many(tx, self.erased, self.now)
        echo.write(tx, self.emitted, self.now)


def _kept(one: Run) -> tuple[str | None, str | None, int]:
    if one.kept is None:
        return None, None, one.id
    return orjson.dumps(one.kept).decode(), orjson.dumps(one.typed).decode(), one.id
