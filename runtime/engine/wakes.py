"""Runs whose time has come."""

from collections import defaultdict

import orjson
from sqlalchemy import Text, bindparam, cast, func, select

from runtime.engine.advance import Standpoint, advance
from runtime.engine.batch import Batch, Run
from runtime.engine.program import Programs
from runtime.ledger import Tx
from runtime.ledger.lists import among, listed
from runtime.ledger.tables import event, run

_DUE = (
    select(run)
    .where(run.c.workspace == bindparam("workspace"), run.c.state == "open", run.c.wake_at <= bindparam("now"))
    .order_by(run.c.wake_at)
    .limit(bindparam("limit"))
)
_FIELDS = select(event.c.id, cast(event.c.typed, Text).label("typed")).where(
    event.c.workspace == bindparam("workspace"), among(event.c.id, "ids")
)
_NEXT = select(func.min(run.c.wake_at)).where(run.c.state == "open", run.c.wake_at.is_not(None))
_EVERYTHING = (1 << 62) - 1
_NOTHING = '{"n":{},"t":{},"d":{},"b":{}}'


def wake(batch: Batch, programs: Programs, limit: int) -> int:
    """Take up to `limit` due runs of the batch's workspace a step further, the longest due first."""
    tx = batch.tx
    runs = [Run.of(row) for row in tx.all(_DUE, {"workspace": tx.workspace, "now": batch.now, "limit": limit})]
    if not runs:
        return 0
    batch.expect(one.contact for one in runs)
    values = {"workspace": tx.workspace, "ids": listed(tx, {one.event for one in runs})}
    fields = {row.id: row.typed for row in tx.all(_FIELDS, values)}
    by_version: dict[int, list[Run]] = defaultdict(list)
    for one in runs:
        by_version[one.version].append(one)
    for version_id, group in by_version.items():
        program = programs.get(tx, version_id)
        earliest = min(one.entered_at for one in group)
        batch.history.fetch(tx, (one.contact for one in group), program.reads, batch.now, earliest)
    for one in runs:
        typed = orjson.loads(fields.get(one.event) or _NOTHING)
        advance(batch, programs.get(tx, one.version), one, Standpoint(typed, _EVERYTHING))
    return len(runs)


def next_wake(tx: Tx) -> int | None:
    """When the next run of any workspace is due, UTC microseconds."""
    due: int | None = tx.scalar(_NEXT)
    return due
