"""Leaving by an exit: the run ends, or goes the last way that is drawn for those who leave, until somebody puts it back."""

from blocks.contract import Context, Reason
from blocks.flow import Exit
from blocks.phrase import Quoted
from blocks.rule_words import say_rule
from runtime.engine.batch import Batch
from runtime.engine.program import Program
from runtime.engine.run import Run
from runtime.ledger.documents import dump_args


def by_event(leave: Exit) -> Reason:
    """Why they leave whom an event takes out."""
    return Reason("exit_event", {"event": Quoted(leave.event)})


def met(batch: Batch, program: Program, ctx: Context) -> tuple[Exit, Reason] | None:
    """The first exit whose rule holds, and how that is said."""
    for leave, rule in program.conditions:
        if rule.meets(ctx):
            return leave, Reason("exit_rule", {"rule": say_rule(rule, batch.names)})
    return None


def depart(batch: Batch, program: Program, one: Run, leave: Exit, reason: Reason, *, last_way: bool = True) -> bool:
    """Let a run leave by an exit, with all that waits for it cancelled. Whether it goes a last way, at whose block it then is.

    Who has not taken a step yet goes none: they were not to get anything of this flow.
    """
    last_way = last_way and one.hops > 0
    batch.touch(one)
    batch.cancel(one)
    batch.note(one, one.block, "", reason)
    batch.counts[one.flow, one.block, "left"] += 1
    block = program.farewell(leave) if last_way else None
    if block is None:
        one.end("left", batch.now, reason)
        return False
    one.code, one.args = reason.code, dump_args(reason.args)
    one.block, one.arrived_at, one.wake_at = block, batch.now, None
    one.state, one.ended_at = "open", None
    return True


def come_back(program: Program, one: Run) -> None:
    """Let who had left be inside again if they were put back on the main way: exits count for them as for anybody there."""
    if one.leaving and one.block in program.main_way:
        one.code = one.args = None
