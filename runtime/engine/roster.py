"""Which flows of a workspace care about what: made once from the versions in use, and asked for every event."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from blocks.beginning import Beginning
from blocks.contract import Timed, Trigger
from blocks.offered import Offered
from blocks.scheduled import Scheduled
from runtime.engine.program import Program

T = TypeVar("T")
Once = dict[T, None]
"""Each once, in the order in which they came."""


@dataclass(slots=True)
class Roster:
    """Which flows care about which events."""

    starts: dict[str, list[tuple[Program, str, Trigger]]] = field(default_factory=lambda: defaultdict(list))
    """Event name to the triggers that listen to it, of live versions and of those that finish."""
    finishing: set[int] = field(default_factory=set)
    """Flows that take nobody in any more: what starts them is news to those inside only."""

    # By any version on which somebody is inside; each flow once, in their order.
    exits: dict[str, dict[int, Once[str]]] = field(default_factory=lambda: defaultdict(dict))
    """Event name to the flows that somebody may leave because of it, each with the event's properties that may name a run's
    key."""
    hears: dict[str, Once[int]] = field(default_factory=lambda: defaultdict(dict))
    """Event name to the flows in which a block may hold somebody until it happens."""
    overheard: dict[str, Once[tuple[int, str]]] = field(default_factory=lambda: defaultdict(dict))
    """Event name to the flows that count it for the same cart, order or product whoever did it, each with the event's property
    that names which."""
    watching: Once[int] = field(default_factory=dict)
    """Flows that somebody may leave because a rule holds for them."""
    following: Once[int] = field(default_factory=dict)
    """Flows whose runs go by a date that may change."""
    looking: Once[int] = field(default_factory=dict)
    """Flows in which a block may look again at those whom it holds."""
    by_clock: Once[int] = field(default_factory=dict)
    """Flows in which a block may hold somebody until an hour where they live."""

    # By the live versions alone.
    timed: dict[str, Timed] = field(default_factory=dict)
    """Occasion to a trigger that waits for it."""
    offered: dict[str, Offered] = field(default_factory=dict)
    """Occasion to a trigger that waits for a change of a product."""
    scheduled: dict[tuple[int, str], Scheduled] = field(default_factory=dict)
    """(flow, occasion) to the trigger that starts it for many at once."""
    by_own_clocks: dict[tuple[int, str], Scheduled] = field(default_factory=dict)
    """Those of them that come by each contact's own clocks."""
    beginnings: dict[tuple[int, str], Beginning] = field(default_factory=dict)
    """(flow, beginning) to the trigger by which those enter who matched when it was published."""
    ties: set[str] = field(default_factory=set)
    """Events that tie a contact to a product, for any of these."""

    def concerns(self, name: str) -> bool:
        """Whether any flow cares about events of this name."""
        heard = name in self.starts or name in self.exits or name in self.hears or name in self.overheard
        return heard or bool(self.watching)

    @classmethod
    def of(cls, live: Sequence[Program], finishing: Sequence[Program], inhabited: Iterable[Program]) -> "Roster":
        """Starts by the live versions and those that finish, exits by these and those on which somebody is inside."""
        roster = cls(finishing={program.flow for program in finishing})
        for program in (*live, *finishing):
            for block_id, trigger in program.triggers:
                for name in trigger.listens_to():
                    roster.starts[name].append((program, block_id, trigger))
        for program in live:
            for _, trigger in program.triggers:
                roster._comes_by(program.flow, trigger)
        for program in {one.version: one for one in (*live, *finishing, *inhabited)}.values():
            roster._may_concern(program)
        return roster

    def _comes_by(self, flow: int, trigger: Trigger) -> None:
        """Note what a live version waits for besides what happens to somebody."""
        if isinstance(trigger, Timed) and trigger.waits():
            self.timed[trigger.occasion()] = trigger
        if isinstance(trigger, Offered):
            self.offered[trigger.occasion()] = trigger
            self.ties.update(line.event for line in trigger.lines())
        if isinstance(trigger, Scheduled):
            self.scheduled[flow, trigger.occasion()] = trigger
            if trigger.own_clocks():
                self.by_own_clocks[flow, trigger.occasion()] = trigger
        if isinstance(trigger, Beginning) and trigger.includes():
            self.beginnings[flow, trigger.beginning()] = trigger

    def _may_concern(self, program: Program) -> None:
        """Note what those look at and listen to who are inside a version."""
        looked_at = (
            (self.watching, program.conditions),
            (self.following, program.dated),
            (self.looking, program.looks_again),
            (self.by_clock, program.by_clock),
        )
        for flows, whether in looked_at:
            if whether:
                flows.setdefault(program.flow)
        for leave in program.exits:
            if leave.rule is None:
                keys = self.exits[leave.event].setdefault(program.flow, {})
                if leave.key:
                    keys.setdefault(leave.key)
        for name, path in program.keyed:
            self.overheard[name].setdefault((program.flow, path))
        for name in program.heard:
            self.hears[name].setdefault(program.flow)
