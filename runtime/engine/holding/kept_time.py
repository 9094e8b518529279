"""Those who went over to a newer version and kept the time at which they go on: it holds, whatever the block there says."""

from sqlalchemy import bindparam, select

from blocks.contract import Block, Decision, Go, Sleep
from blocks.values import micros
from runtime.engine.batch import Batch
from runtime.engine.run import Run
from runtime.ledger.tables import step

KEPT, ANEW = "moved_in_time", "moved_over"
"""Reasons of the step by which somebody goes over: the time is kept, or is another one."""
WENT_OVER = (KEPT, ANEW)

_HOW = (
    select(step.c.code)
    .where(
        step.c.run == bindparam("run"),
        step.c.block == bindparam("block"),
        step.c.at >= bindparam("since"),
        step.c.code.in_(WENT_OVER),
    )
    .order_by(step.c.hop.desc())
    .limit(1)
)


def in_kept_time(batch: Batch, one: Run, block: Block, decision: Decision) -> Decision | None:
    """What a run does that is looked at again where it is held; None to be held as long as it was to be. Costs a query where
    a block names another time than the one that stands, which it seldom does else."""
    if one.wake_at is None or not block.keeps_time or not _another_time(one.wake_at, batch.now, block, decision):
        return decision
    if not one.keeps_time:
        values = {"run": one.id, "block": one.block, "since": one.arrived_at}
        if batch.tx.scalar(_HOW, values) != KEPT:
            return decision
    return Go(block.waited_out()) if one.wake_at <= batch.now else None


def _another_time(until: int, now: int, block: Block, decision: Decision) -> bool:
    """Whether a block would hold a run for longer or shorter than `until`: until then, or till now."""
    match decision:
        case Sleep(other):
            return micros(other) != until
        case Go(outlet):
            # Only what is awaited may come before the time is up.
            return now < until and outlet == block.waited_out() and bool(block.listens_to())
    return False
