"""Takes a run as far as it can go: block after block, until one holds it or the way ends."""

from dataclasses import dataclass

from blocks.contract import Decision, Go, Reason, Send, Sleep, Stop
from blocks.phrase import Moment
from blocks.values import Typed, micros
from runtime.clock import DAY
from runtime.delivery.channels import RECALLED
from runtime.engine.batch import Batch, Queued
from runtime.engine.context import Ctx
from runtime.engine.holding.kept_time import in_kept_time
from runtime.engine.leaving.departures import depart, met
from runtime.engine.program import Program
from runtime.engine.run import Run
from runtime.ledger.tallies import by_outlet

STILL_GOOD = DAY
"""A run that catches up sends what it would have sent within so long; what is older has had its time."""
MOST_HOPS = 1000
"""A run that takes so many steps at once goes round in a circle; the checks refuse such flows, this is the backstop."""


@dataclass(frozen=True, slots=True)
class Standpoint:
    """What a run looks at: the event it stands on, and the last event id that counts as having happened."""

    event: Typed
    up_to: int
    reply: str = ""
    """What became of the message for which the block at which it stands holds it."""


def advance(batch: Batch, program: Program, run: Run, at: Standpoint, *, behind: bool = False) -> None:
    """Run blocks until one sleeps or the way ends. A block or a rule that raises stops this run, with the reason shown.

    A run that is `behind` catches up: its blocks are run as of the time at which it would have come to them, from
    `run.arrived_at` on, waits that would be over are over, and messages of more than `STILL_GOOD` ago are not sent.
    """
    now = batch.now
    clock = min(run.arrived_at, now) if behind else now
    ctx = Ctx(batch, run, at.event, at.up_to, program)
    ctx.stand_at(clock)
    ctx.reply = at.reply
    batch.touch(run)
    for _ in range(MOST_HOPS):
        try:
            leaving = met(batch, program, ctx) if program.conditions and not run.leaving else None
            decision = _decide(batch, program, run, ctx, behind=behind) if leaving is None else None
        except Exception as error:  # noqa: BLE001 - whatever it does wrong must not take the batch with it
            batch.fail(run, error)
            return
        if leaving is not None:
            if not depart(batch, program, run, *leaving):
                return
            continue
        block_id = run.block
        match decision:
            case None:
                return
            case Go(outlet, reason):
                batch.note(run, block_id, outlet, reason)
                batch.counts[run.flow, block_id, by_outlet(outlet)] += 1
                onward = program.ways.get((block_id, outlet))
                if onward is None:
                    run.end("ended", now)
                    return
                run.block, run.arrived_at, run.wake_at = onward, clock, None
                ctx.reply = ""
            case Sleep(until, _) if behind and micros(until) <= now:
                clock = run.wake_at = max(micros(until), clock + 1)
                ctx.stand_at(clock)
            case Sleep(until, reason):
                if run.wake_at is None:
                    batch.note(run, block_id, "", reason)
                run.wake_at = max(micros(until), now + 1)
                return
            case Stop(reason):
                batch.note(run, block_id, "", reason)
                batch.counts[run.flow, block_id, "stopped"] += 1
                run.end("ended", now, reason)
                return
    run.end("failed", now, Reason("spins"))


def _decide(batch: Batch, program: Program, run: Run, ctx: Ctx, *, behind: bool) -> Decision | None:
    """What the block at which a run stands wants; None where that is all for now: it is gone, or the run keeps its time."""
    block = program.blocks.get(run.block)
    if block is None:
        run.end("failed", batch.now, Reason("block_gone"))
        return None
    late = behind and micros(ctx.now) < batch.now - STILL_GOOD and not ctx.held
    decision = _too_late(batch, run, block, ctx) if late and isinstance(block, Send) else block.run(ctx)
    if ctx.queued is not None:
        _queue(batch, program, run, ctx.queued)
        ctx.queued = None
    return decision if behind else in_kept_time(batch, run, block, decision)


def _too_late(batch: Batch, run: Run, block: Send, ctx: Ctx) -> Go:
    """Go on as if the message had gone out: its time had passed before the run was there."""
    batch.counts[run.flow, run.block, "skipped"] += 1
    return Go(block.waited_out(), Reason("time_passed", {"then": Moment(ctx.now, ctx.zone.key)}))


def leave_if_met(batch: Batch, program: Program, run: Run, at: Standpoint, *, last_way: bool = True) -> bool:
    """Let a run leave if a rule holds by which it does, wherever it stands. Whether it goes a last way, if it may."""
    try:
        leaving = met(batch, program, Ctx(batch, run, at.event, at.up_to, program))
    except Exception as error:  # noqa: BLE001 - as in `advance`
        batch.fail(run, error)
        return False
    if leaving is None or not depart(batch, program, run, *leaving, last_way=last_way):
        return False
    advance(batch, program, run, at)
    return True


def _queue(batch: Batch, program: Program, run: Run, channel: str) -> None:
    run.messages += 1
    run.waits = run.waits or channel in RECALLED
    batch.counts[run.flow, run.block, "queued"] += 1
    batch.messages.append(
        Queued(
            flow=run.flow,
            version=run.version,
            block=run.block,
            run=run.id,
            hop=run.hops,
            contact=run.contact,
            event=run.event,
            channel=channel,
            marketing=program.marketing.get(run.block, True),
            queued_at=batch.now,
            due_at=batch.now,
        )
    )
