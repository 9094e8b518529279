"""Takes a run as far as it can go: block after block, until one holds it or the way ends."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from blocks.contract import Decision, Go, Offer, Reason, Send, Sleep, Stop
from blocks.facts import Item, Outcome
from blocks.phrase import Moment
from blocks.rules import Counted
from blocks.values import Typed, empty, micros, moment
from runtime.clock import DAY
from runtime.delivery.channels import RECALLED
from runtime.engine import coupons
from runtime.engine.batch import Batch, Person, Queued, Run
from runtime.engine.echo import Emitted
from runtime.engine.kept_time import in_kept_time
from runtime.engine.leaving.departures import depart, met
from runtime.engine.lookback.lookups import outcome
from runtime.engine.lookback.standpoint import Seen
from runtime.engine.program import Program
from runtime.people import consent, contacts
from runtime.segments.lists import Listing

STILL_GOOD = DAY
"""A run that catches up sends what it would have sent within so long; what is older has had its time."""
MOST_HOPS = 1000
"""A run that takes so many steps at once goes round in a circle; the checks refuse such flows, this is the backstop."""


class Ctx:
    """What a block sees while it runs (`blocks.contract.Context`)."""

    __slots__ = ("_batch", "_event", "_now_us", "_run", "_up_to", "_zone", "flow", "queued", "reply")

    def __init__(self, batch: Batch, run: Run, event: Typed, up_to: int, program: Program) -> None:
        self.flow = program.slug
        self._zone = program.zone
        self._batch = batch
        self._run = run
        self._event = event
        self._up_to = up_to
        self._now_us = batch.now
        self.queued: str | None = None
        self.reply = ""

    def stand_at(self, now: int) -> None:
        """Look at everything as of this instant (UTC microseconds)."""
        self._now_us = now

    @property
    def now(self) -> datetime:
        return moment(self._now_us)

    @property
    def entered_at(self) -> datetime:
        return moment(self._run.entered_at)

    @property
    def arrived_at(self) -> datetime:
        return moment(self._run.arrived_at)

    @property
    def held(self) -> bool:
        return self._run.wake_at is not None

    @property
    def zone(self) -> ZoneInfo:
        return self._zone or self._person.zone

    @property
    def contact(self) -> Typed:
        return self._person.typed

    @property
    def event(self) -> Typed:
        return self._event

    @property
    def kept(self) -> Typed:
        return self._run.typed or empty()

    def count(self, leaf: Counted) -> int:
        run = self._run
        seen = Seen(self._now_us, run.entered_at, run.entry_event, self._up_to, run.key)
        return self._batch.history.count(leaf, run.contact, seen)

    def reachable(self, channel: str) -> bool:
        return self._batch.history.reach.reachable(self._run.contact, channel)

    def message(self, block: str) -> Outcome | None:
        known = self._batch.lookups.outcome(self._run.id, block)
        if known is not None and known.state == "waiting" and self._run.id in self._batch.cancelled:
            known = outcome("cancelled", "run_ended", None)
        mine = [one for one in self._batch.messages if (one.run, one.block) == (self._run.id, block)]
        return outcome(mine[-1].state, mine[-1].code, None) if mine else known

    def items(self) -> Sequence[Item]:
        return self._batch.lookups.items(self._run.event)

    def chance(self) -> float:
        # Of the contact, not of the run: who comes again gets the same, and so does a rehearsal.
        return lot(self._run.flow, self._run.block, self._run.contact)

    def send(self, channel: str) -> None:
        self.queued = channel

    def set_field(self, name: str, value: Any) -> None:
        self._change(contacts.Change(self._run.contact, set_fields={name: value}))

    def add_tag(self, tag: str) -> None:
        self._change(contacts.Change(self._run.contact, add_tags=(tag,)))

    def remove_tag(self, tag: str) -> None:
        self._change(contacts.Change(self._run.contact, remove_tags=(tag,)))

    def put_on(self, segment: str) -> None:
        self._batch.enlist(Listing(segment, self._run.contact, on=True))

    def take_off(self, segment: str) -> None:
        self._batch.enlist(Listing(segment, self._run.contact, on=False))

    def unsubscribe(self, channel: str) -> None:
        run = self._run
        proof = {"flow": run.flow, "run": run.id, "block": run.block}
        self._batch.answers.append(consent.Given(run.contact, channel, "no", self._now_us, consent.BY_FLOW, proof))
        self._batch.history.reach.close(run.contact, channel)

    def suppress(self, channel: str) -> None:
        self._batch.suppressed.append((self._run.contact, channel, f"{consent.BY_FLOW}: {self.flow}"))
        self._batch.history.reach.close(self._run.contact, channel)

    def erase(self) -> None:
        self._batch.erased.append((self._run.contact, f"{consent.BY_FLOW}: {self.flow}"))

    def emit(self, name: str, more: Mapping[str, Any] | None = None) -> None:
        run = self._run
        self._batch.emitted.append(Emitted(name, run.contact, run.event, run.entry_event, more or {}))

    def keep(self, name: str, value: Any) -> None:
        self._batch.keep(self._run, name, value)

    def issue(self, name: str, offer: Offer) -> None:
        coupons.issue(self._batch, self._run, name, offer)

    @property
    def _person(self) -> Person:
        return self._batch.person(self._run.contact)

    def _change(self, change: contacts.Change) -> None:
        self._batch.change(change)


def lot(*whose: object) -> float:
    """A number in [0, 1) that is always the same for these, and for no two of them related."""
    seed = ":".join(map(str, whose)).encode()
    return int.from_bytes(hashlib.blake2b(seed, digest_size=7).digest()) / (1 << 56)


@dataclass(frozen=True, slots=True)
class Standpoint:
    """What a run looks at: the event it stands on, and the last event id that counts as having happened."""

    event: Typed
    up_to: int
    reply: str = ""
    """What became of the message for which the block at which it stands holds it."""


def advance(batch: Batch, program: Program, run: Run, at: Standpoint, *, behind: bool = False) -> None:
    """Run blocks until one sleeps or the way ends. A block that raises stops this run, with the reason shown.

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
        if program.conditions and not run.leaving and (leaving := met(batch, program, ctx)) is not None:
            if not depart(batch, program, run, *leaving):
                return
            continue
        block_id = run.block
        block = program.blocks.get(block_id)
        if block is None:
            run.end("failed", now, Reason("block_gone"))
            return
        try:
            if behind and isinstance(block, Send) and clock < now - STILL_GOOD and not ctx.held:
                decision: Decision = _too_late(batch, run, block, ctx)
            else:
                decision = block.run(ctx)
        except Exception as error:  # noqa: BLE001 - whatever a block does wrong must not take the batch with it
            failed = Reason("block_failed", {"error": f"{type(error).__name__}: {error}"[:500]})
            batch.note(run, block_id, "", failed)
            batch.counts[run.flow, block_id, "failed"] += 1
            run.end("failed", now, failed)
            return
        if ctx.queued is not None:
            _queue(batch, program, run, ctx.queued)
            ctx.queued = None
        match decision if behind else in_kept_time(batch, run, block, decision):
            case None:
                return
            case Go(outlet, reason):
                batch.note(run, block_id, outlet, reason)
                batch.counts[run.flow, block_id, outlet] += 1
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


def _too_late(batch: Batch, run: Run, block: Send, ctx: Ctx) -> Go:
    """Go on as if the message had gone out: its time had passed before the run was there."""
    batch.counts[run.flow, run.block, "skipped"] += 1
    return Go(block.waited_out(), Reason("time_passed", {"then": Moment(ctx.now, ctx.zone.key)}))


def leave_if_met(batch: Batch, program: Program, run: Run, at: Standpoint, *, last_way: bool = True) -> bool:
    """Let a run leave if a rule holds by which it does, wherever it stands. Whether it goes a last way, if it may."""
    leaving = met(batch, program, Ctx(batch, run, at.event, at.up_to, program))
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
