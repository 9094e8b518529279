"""What became of messages that ask something of another app: kept with their run, and the run that waits goes on."""

from typing import Any

from sqlalchemy import bindparam, select

from blocks.contract import TooMuchKept
from runtime.engine.batch import Batch
from runtime.engine.programs import Programs
from runtime.engine.run import AS_RUN, Run
from runtime.engine.wakes import take_further
from runtime.ledger.lists import among, listed
from runtime.ledger.prepared import Prepared
from runtime.ledger.tables import reply, run

_CAME = Prepared(
    select(reply).where(reply.c.workspace == bindparam("workspace")).order_by(reply.c.message).limit(bindparam("limit"))
)
_THEIRS = Prepared(select(*AS_RUN).where(run.c.workspace == bindparam("workspace"), among(run.c.id, "ids")))
_DONE = reply.delete().where(reply.c.workspace == bindparam("ws"), among(reply.c.message, "ids"))


def take(batch: Batch, programs: Programs, limit: int) -> int:
    """Take in up to `limit` replies. Returns how many there were."""
    tx = batch.tx
    rows = tx.all(_CAME, {"workspace": tx.workspace, "limit": limit})
    if not rows:
        return 0
    ids = {"workspace": tx.workspace, "ids": listed(tx, {row.run for row in rows})}
    runs = {row.id: Run.of(row) for row in tx.all(_THEIRS, ids)}
    outcomes: dict[int, str] = {}
    for row in rows:
        one = runs.get(row.run)
        if one is not None:
            _keep(batch, one, row)
            if _holds(one, row):
                outcomes[one.id] = row.outcome
    if outcomes:
        take_further(batch, programs, [runs[id_] for id_ in outcomes], outcomes)
    tx.execute(_DONE, {"ws": tx.workspace, "ids": listed(tx, [row.message for row in rows])})
    return len(rows)


def _holds(one: Run, row: Any) -> bool:
    """Whether the run still stands where it asked, on the visit on which it did."""
    return (
        one.state == "open" and one.block == row.block and one.wake_at is not None and row.queued_at >= one.arrived_at
    )


def _keep(batch: Batch, one: Run, row: Any) -> None:
    if not row.name:
        return
    try:
        batch.keep(one, row.name, row.kept)
    except TooMuchKept:
        short = {"status": row.kept["status"], "too_large": True} if "status" in row.kept else {"too_large": True}
        batch.keep(one, row.name, short)
