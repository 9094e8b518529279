"""Runs whose time has come."""

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Protocol

import orjson
from sqlalchemy import Text, bindparam, cast, func, select

from runtime.engine.advance import Standpoint, advance
from runtime.engine.batch import Batch
from runtime.engine.program import Program
from runtime.engine.programs import Programs
from runtime.engine.run import AS_RUN, Run
from runtime.ledger.lists import among, listed
from runtime.ledger.prepared import Prepared
from runtime.ledger.tables import event, run

_DUE = Prepared(
    select(*AS_RUN)
    .where(run.c.workspace == bindparam("workspace"), run.c.state == "open", run.c.wake_at <= bindparam("now"))
    .order_by(run.c.wake_at)
    .limit(bindparam("limit"))
)
FIELDS = Prepared(
    select(event.c.id, cast(event.c.typed, Text).label("typed")).where(
        event.c.workspace == bindparam("workspace"), among(event.c.id, "ids")
    )
)
NEXT_WAKE = select(func.min(run.c.wake_at)).where(run.c.state == "open", run.c.wake_at.is_not(None))
EVERYTHING = (1 << 62) - 1
NOTHING = '{"n":{},"t":{},"d":{},"b":{}}'


class Arrived(Protocol):
    """An event that has just come in."""

    @property
    def id(self) -> int: ...
    @property
    def contact(self) -> int: ...


def wake(batch: Batch, programs: Programs, limit: int) -> int:
    """Take up to `limit` due runs of the batch's workspace a step further, the longest due first."""
    tx = batch.tx
    runs = [Run.of(row) for row in tx.all(_DUE, {"workspace": tx.workspace, "now": batch.now, "limit": limit})]
    if not runs:
        return 0
    take_further(batch, programs, runs)
    return len(runs)


def first_due(batch: Batch) -> int | None:
    """The run that is taken further first."""
    rows = batch.tx.all(_DUE, {"workspace": batch.tx.workspace, "now": batch.now, "limit": 1})
    return Run.of(rows[0]).id if rows else None


def let_be(batch: Batch, which: int, error: Exception) -> str | None:
    """Let a due run fail that cannot be taken further. Somebody may let it try again."""
    row = batch.tx.first(select(*AS_RUN).where(run.c.id == which, run.c.state == "open", run.c.wake_at <= batch.now))
    if row is None:
        return None
    batch.fail(Run.of(row), error)
    batch.write()
    return f"The run {which}"


def take_further(
    batch: Batch, programs: Programs, runs: Sequence[Run], replies: Mapping[int, str] = MappingProxyType({})
) -> None:
    """Let these runs go on from the block they stand at, with all that deciding takes fetched at once. `replies` says, by
    run, what became of the messages that held them."""
    tx = batch.tx
    batch.people.expect(one.contact for one in runs)
    values = {"workspace": tx.workspace, "ids": listed(tx, {one.event for one in runs})}
    fields = {row.id: row.typed for row in tx.all(FIELDS, values)}
    rules = dict.fromkeys(rule for id_ in {one.version for one in runs} for rule in programs.get(tx, id_).reads)
    # At once: of a contact who is due in two flows, a second fetch would count everything twice.
    earliest = min(one.entered_at for one in runs)
    batch.history.fetch(tx, (one.contact for one in runs), tuple(rules), batch.now, earliest)
    look_up(batch, [programs.get(tx, id_) for id_ in {one.version for one in runs}], runs)
    for one in runs:
        typed = orjson.loads(fields.get(one.event) or NOTHING)
        advance(batch, programs.get(tx, one.version), one, Standpoint(typed, EVERYTHING, replies.get(one.id, "")))


def look_up(batch: Batch, programs: Iterable[Program], runs: Sequence[Run], arrivals: Iterable[Arrived] = ()) -> None:
    """Fetch what the blocks of these programs ask of the contacts of `runs` and of `arrivals`, events that have just come
    in. Costs nothing where none of them asks."""
    tx, lookups, programs, arrivals = batch.tx, batch.lookups, list(programs), list(arrivals)
    whom = {one.contact for one in (*runs, *arrivals)}
    batch.history.reach.fetch(tx, whom, frozenset[str]().union(*(one.reaches for one in programs)))
    lookups.fetch_outcomes(tx, {one.id for one in runs}, frozenset[str]().union(*(one.follows for one in programs)))
    if any(one.looks_at_items for one in programs):
        lookups.fetch_items(tx, {one.event for one in runs} | {one.id for one in arrivals})
