"""One transaction's worth of engine work, collected in memory and written in a few statements."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any

import orjson
from sqlalchemy import bindparam

from blocks.contract import Known, Reason, TooMuchKept
from blocks.rules import Counted
from blocks.values import type_document
from runtime.delivery.channels import IN_NO_HANDS, RECALLABLE, RECALLED
from runtime.engine import coupons, echo
from runtime.engine.coupons import Issued, Mint
from runtime.engine.echo import Emitted
from runtime.engine.lookback.history import History
from runtime.engine.lookback.lookups import Lookups
from runtime.engine.people import People
from runtime.engine.run import Run, write_changed, write_kept, write_started
from runtime.ledger import Tx, tallies
from runtime.ledger.bulk import insert_tuples, run_many
from runtime.ledger.documents import dump_args
from runtime.ledger.lists import among, listed
from runtime.ledger.tables import message, step
from runtime.people import consent, forgotten
from runtime.segments.lists import Listing
from runtime.segments.names import segments_named

MOST_KEPT = 32_768
"""Bytes of JSON that a run may keep."""

_STEP = ("workspace", "run", "hop", "block", "at", "outlet", "code", "args")
_MESSAGE = (
    "id", "workspace", "flow", "version", "block", "run", "hop", "contact", "event", "channel", "marketing", "test",
    "state", "queued_at", "due_at", "tries", "done_at", "code",
)  # fmt: skip
_message = attrgetter(*_MESSAGE[2:])
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
    people: People = field(init=False)
    history: History = field(default_factory=History)
    lookups: Lookups = field(default_factory=Lookups)
    started: list[Run] = field(default_factory=list)
    changed: dict[int, Run] = field(default_factory=dict)
    steps: list[tuple[Any, ...]] = field(default_factory=list)
    messages: list[Queued] = field(default_factory=list)
    counts: Counter[tallies.TallyKey] = field(default_factory=Counter)
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
    depths: dict[int, int] = field(default_factory=dict)
    """Contacts to whom something of ours or of the clock's happened, to how many flows and segments led to it."""
    listings: list[Listing] = field(default_factory=list)
    """Who is to be put on a list or taken off, in order."""
    came: list[tuple[int, int, str]] = field(default_factory=list)
    """(id, contact, name) of the events that it takes in, in order."""
    ids_at_once: int = 100
    _names: Known | None = None
    _ids: Iterator[int] = field(default_factory=lambda: iter(()))

    def __post_init__(self) -> None:
        self.people = People(self.tx)

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
        write_changed(tx, self.changed.values())
        if self.cancelled:
            tx.execute(_CANCEL, {"ws": tx.workspace, "runs": listed(tx, self.cancelled), "at": self.now})
        run_many(tx, _REFRESH, [{"run": id_, "event": event} for id_, event in self.refreshed.items()])
        write_started(tx, self.started)
        coupons.write(self)
        write_kept(tx, self.keeping.values())
        insert_tuples(tx, step, _STEP, self.steps)
        if tx.story:
            tallies.add(tx, self.counts, self.now)
        messages = [(self.new_id(), tx.workspace, *_message(one)) for one in self.messages]
        insert_tuples(tx, message, _MESSAGE, messages)
        self.people.write()
        if self.answers:
            consent.record_many(tx, self.answers)
        if self.suppressed:
            consent.suppress_many(tx, self.suppressed, self.now)
        if self.erased:
            forgotten.ask_many(tx, self.erased, self.now)
        echo.write(tx, self.emitted, self.now)
