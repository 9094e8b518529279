"""What a block sees of the run that stands at it, and what it may ask for."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from blocks.contract import Offer
from blocks.facts import Item, Outcome
from blocks.rules import Counted
from blocks.values import Typed, empty, moment
from runtime.engine import coupons
from runtime.engine.batch import Batch
from runtime.engine.echo import Emitted
from runtime.engine.lookback.lookups import outcome
from runtime.engine.lookback.standpoint import Seen
from runtime.engine.people import Person
from runtime.engine.program import Program
from runtime.engine.run import Run
from runtime.people import consent, contacts
from runtime.segments.lists import Listing


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
        self._batch.enlist(Listing(segment, self._run.contact, on=True, at=self._up_to))

    def take_off(self, segment: str) -> None:
        self._batch.enlist(Listing(segment, self._run.contact, on=False, at=self._up_to))

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
        return self._batch.people.one(self._run.contact)

    def _change(self, change: contacts.Change) -> None:
        self._batch.people.change(change, self._up_to)


def lot(*whose: object) -> float:
    """A number in [0, 1) that is always the same for these, and for no two of them related."""
    seed = ":".join(map(str, whose)).encode()
    return int.from_bytes(hashlib.blake2b(seed, digest_size=7).digest()) / (1 << 56)
