"""A published version, ready to run: its blocks read once, not once a contact."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, or_, select

from blocks import read_block
from blocks.beginning import Beginning
from blocks.contract import Block, Farewell, Send, Timed, Trigger
from blocks.flow import Entry, Exit, Flow
from blocks.offered import Offered
from blocks.rules import Compare, Counted, Did, Rule, counted, leaves
from blocks.scheduled import Scheduled
from runtime.ledger import Tx
from runtime.ledger.prepared import Prepared
from runtime.ledger.tables import flow, message, run, version, version_mail


@dataclass(frozen=True)
class Program:
    """One version of one flow. Never changes, so it is kept in memory as long as it is in use."""

    version: int
    flow: int
    slug: str
    document: Flow
    blocks: Mapping[str, Block]
    marketing: Mapping[str, bool]
    """Send blocks: whether what they send is marketing."""

    @property
    def entry(self) -> Entry:
        return self.document.entry

    @property
    def exits(self) -> tuple[Exit, ...]:
        return self.document.exits

    @cached_property
    def zone(self) -> ZoneInfo | None:
        """The one by whose clocks it goes for everybody; None where it goes by each contact's own."""
        return ZoneInfo(self.document.zone) if self.document.zone else None

    @cached_property
    def ways(self) -> Mapping[tuple[str, str], str]:
        """(block, outlet) to the next block."""
        return self.document.ways

    @cached_property
    def triggers(self) -> tuple[tuple[str, Trigger], ...]:
        """Id and block of each trigger."""
        return tuple((id_, block) for id_, block in self.blocks.items() if isinstance(block, Trigger))

    @cached_property
    def dated(self) -> Mapping[str, Timed]:
        """The triggers whose runs go by a date that may change, by their occasions."""
        timed = (block for _, block in self.triggers if isinstance(block, Timed))
        return {block.occasion(): block for block in timed if block.minds_changes()}

    @cached_property
    def conditions(self) -> tuple[tuple[Exit, Rule], ...]:
        """The exits that are no event but a rule, which is held against the contact."""
        return tuple((leave, leave.rule) for leave in self.exits if leave.rule is not None)

    @cached_property
    def conditions_of_event(self) -> bool:
        """Whether any of these looks at the event that a run stands on."""
        asked = (leaf for _, rule in self.conditions for leaf in leaves(rule))
        return any(isinstance(leaf, Compare) and leaf.of == "event" for leaf in asked)

    def farewell(self, leave: Exit) -> str | None:
        """The block at which those go on who leave by this exit, if there is one."""
        return self.farewells.get(leave.called) or self.farewells.get("")

    @cached_property
    def farewells(self) -> Mapping[str, str]:
        """What an exit is called ("" for any) to the block at which those go on who leave by it."""
        return {block.event: id_ for id_, block in self.triggers if isinstance(block, Farewell)}

    @cached_property
    def main_way(self) -> frozenset[str]:
        """The blocks to which nobody comes who has left by an exit: those on no last way."""
        doors = {id_ for id_, _ in self.triggers} - set(self.farewells.values())
        return self.document.onward(*doors) - self.document.onward(*self.farewells.values())

    @cached_property
    def heard(self) -> frozenset[str]:
        """The events for which any of its blocks may hold somebody."""
        return frozenset(
            name for block in self.blocks.values() if not isinstance(block, Trigger) for name in block.listens_to()
        )

    @cached_property
    def looks_again(self) -> frozenset[str]:
        """The blocks that look again at those whom they hold when something about the contact changes."""
        return frozenset(id_ for id_, block in self.blocks.items() if block.looks_again())

    @cached_property
    def by_clock(self) -> frozenset[str]:
        """The blocks that hold somebody until an hour where they live."""
        return frozenset(id_ for id_, block in self.blocks.items() if self.zone is None and block.goes_by_clock())

    @cached_property
    def reads(self) -> tuple[Counted, ...]:
        """What any of its blocks or exits looks up."""
        blocks = [rule for block in self.blocks.values() for rule in block.reads()]
        return tuple(blocks + [did for leave in self.exits for did in (*counted(leave.where), *counted(leave.rule))])

    @cached_property
    def keyed(self) -> frozenset[tuple[str, str]]:
        """What is counted only for the same cart, order or product: the event, and its property that names which."""
        return frozenset((leaf.event, leaf.key) for leaf in self.reads if isinstance(leaf, Did) and leaf.key)

    @cached_property
    def reaches(self) -> frozenset[str]:
        """The channels for which any of its blocks asks whether a contact can be reached."""
        return frozenset(channel for block in self.blocks.values() for channel in block.reaches())

    @cached_property
    def follows(self) -> frozenset[str]:
        """The send blocks for which any of its blocks asks what became of their messages."""
        return frozenset(id_ for block in self.blocks.values() for id_ in block.follows())

    @cached_property
    def looks_at_items(self) -> bool:
        """Whether any of its blocks asks what is in the event."""
        return any(block.looks_at_items for block in self.blocks.values())


def make_program(version_id: int, flow_id: int, slug: str, document: Flow, marketing: Mapping[str, bool]) -> Program:
    """Read a checked document. Raises what `read_block` raises if it was not checked."""
    blocks = {doc.id: read_block(doc.kind, doc.settings, document.zone) for doc in document.blocks}
    of_no_consent = {id_: False for id_, one in blocks.items() if isinstance(one, Send) and not one.asks_consent}
    return Program(version_id, flow_id, slug, document, blocks, {**marketing, **of_no_consent})


@dataclass(slots=True)
class Roster:
    """Which flows care about which events."""

    starts: dict[str, list[tuple[Program, str, Trigger]]] = field(default_factory=lambda: defaultdict(list))
    """Event name to the triggers that listen to it, of live versions and of those that finish."""
    finishing: set[int] = field(default_factory=set)
    """Flows that take nobody in any more: what starts them is news to those inside only."""
    exits: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    """Event name to the flows that somebody may leave because of it, by any version on which somebody is inside."""
    hears: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    """Event name to the flows in which a block may hold somebody until it happens, by any version on which somebody is inside."""
    overheard: dict[str, list[tuple[int, str]]] = field(default_factory=lambda: defaultdict(list))
    """Event name to the flows that count it for the same cart, order or product whoever did it, each with the event's property
    that names which; by any version on which somebody is inside."""
    watching: list[int] = field(default_factory=list)
    """Flows that somebody may leave because a rule holds for them, by any version on which somebody is inside."""
    following: list[int] = field(default_factory=list)
    """Flows whose runs go by a date that may change, by any version on which somebody is inside."""
    looking: list[int] = field(default_factory=list)
    """Flows in which a block may look again at those whom it holds, by any version on which somebody is inside."""
    by_clock: list[int] = field(default_factory=list)
    """Flows in which a block may hold somebody until an hour where they live, by any version on which somebody is inside."""
    timed: dict[str, Timed] = field(default_factory=dict)
    """Occasion to a trigger of a live version that waits for it."""
    offered: dict[str, Offered] = field(default_factory=dict)
    """Occasion to a trigger of a live version that waits for a change of a product."""
    scheduled: dict[tuple[int, str], Scheduled] = field(default_factory=dict)
    """(flow, occasion) to the trigger of its live version that starts it for many at once."""
    by_own_clocks: dict[tuple[int, str], Scheduled] = field(default_factory=dict)
    """Those of them that come by each contact's own clocks."""
    beginnings: dict[tuple[int, str], Beginning] = field(default_factory=dict)
    """(flow, beginning) to the trigger of its live version by which those enter who matched when it was published."""
    ties: set[str] = field(default_factory=set)
    """Events that tie a contact to a product, for any of these."""
    exit_keys: dict[tuple[int, str], tuple[str, ...]] = field(default_factory=dict)
    """(flow, event name) to the event's properties that may name a run's key."""

    def concerns(self, name: str) -> bool:
        """Whether any flow cares about events of this name."""
        return bool(self.watching) or any(
            name in which for which in (self.starts, self.exits, self.hears, self.overheard)
        )

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
                if isinstance(trigger, Timed) and trigger.waits():
                    roster.timed[trigger.occasion()] = trigger
                if isinstance(trigger, Offered):
                    roster.offered[trigger.occasion()] = trigger
                    roster.ties.update(line.event for line in trigger.lines())
                if isinstance(trigger, Scheduled):
                    roster.scheduled[program.flow, trigger.occasion()] = trigger
                    if trigger.own_clocks():
                        roster.by_own_clocks[program.flow, trigger.occasion()] = trigger
                if isinstance(trigger, Beginning) and trigger.includes():
                    roster.beginnings[program.flow, trigger.beginning()] = trigger
        for program in {one.version: one for one in (*live, *finishing, *inhabited)}.values():
            if program.conditions and program.flow not in roster.watching:
                roster.watching.append(program.flow)
            if program.dated and program.flow not in roster.following:
                roster.following.append(program.flow)
            if program.looks_again and program.flow not in roster.looking:
                roster.looking.append(program.flow)
            if program.by_clock and program.flow not in roster.by_clock:
                roster.by_clock.append(program.flow)
            for leave in program.exits:
                if leave.rule is not None:
                    continue
                if program.flow not in roster.exits[leave.event]:
                    roster.exits[leave.event].append(program.flow)
                known = roster.exit_keys.get((program.flow, leave.event), ())
                if leave.key and leave.key not in known:
                    known = (*known, leave.key)
                roster.exit_keys[program.flow, leave.event] = known
            for name, path in program.keyed:
                if (program.flow, path) not in roster.overheard[name]:
                    roster.overheard[name].append((program.flow, path))
            for name in program.heard:
                if program.flow not in roster.hears[name]:
                    roster.hears[name].append(program.flow)
        return roster


class Programs:
    """The versions in use, read from the ledger when first needed, and who listens to what."""

    def __init__(self, keep: int = 500) -> None:
        self._kept: dict[int, Program] = {}
        self._keep = keep
        self._rosters: dict[int, tuple[object, Roster]] = {}
        self._asked: tuple[Tx, Roster] | None = None

    def get(self, tx: Tx, version_id: int) -> Program:
        """The program of a version."""
        program = self._kept.get(version_id)
        if program is None:
            if len(self._kept) >= self._keep:
                self._kept.clear()
            program = self._kept[version_id] = _load(tx, version_id)
        return program

    def roster(self, tx: Tx) -> Roster:
        """Who listens to what in the workspace. Made anew when anything was published, paused or archived, or somebody came
        back."""
        if self._asked is None or self._asked[0] is not tx:
            self._asked = (tx, self._look(tx))
        return self._asked[1]

    def _look(self, tx: Tx) -> Roster:
        values = {"workspace": tx.workspace}
        going = tuple((row.id, row.version, row.state, row.revived) for row in tx.all(_GOING, values))
        known = self._rosters.get(tx.workspace)
        if known is not None and known[0] == going:
            return known[1]
        versions = {row.id for row in tx.all(_INHABITED, values)}
        live = [self.get(tx, version_id) for _, version_id, state, _ in going if state != "finishing"]
        finishing = [self.get(tx, version_id) for _, version_id, state, _ in going if state == "finishing"]
        roster = Roster.of(live, finishing, [self.get(tx, id_) for id_ in versions])
        self._rosters[tx.workspace] = (going, roster)
        return roster


_GOING = Prepared(
    select(flow.c.id, flow.c.version, flow.c.state, flow.c.revived)
    .where(flow.c.workspace == bindparam("workspace"), flow.c.state.in_(("live", "paused", "finishing")))
    .order_by(flow.c.id)
)
_OPEN = select(run.c.id).where(run.c.version == version.c.id, run.c.state == "open").exists()
_QUEUED = select(message.c.id).where(message.c.version == version.c.id, message.c.state == "queued").exists()
# A server is being handed these few: what it puts off waits again.
_GOING_OUT = select(message.c.version).where(message.c.lease_until.is_not(None), message.c.state == "sending")
_INHABITED = Prepared(
    select(version.c.id).where(
        version.c.workspace == bindparam("workspace"), or_(_OPEN, _QUEUED, version.c.id.in_(_GOING_OUT))
    )
)
"""The versions on which somebody is inside: on their way, or through while a message of theirs still waits."""


def _load(tx: Tx, version_id: int) -> Program:
    query = select(version.c.flow, version.c.document, flow.c.slug).join(flow, flow.c.id == version.c.flow)
    row = tx.connection.execute(query.where(tx.mine(version), version.c.id == version_id)).one()
    mails = tx.all(version_mail.select().where(tx.mine(version_mail), version_mail.c.version == version_id))
    return make_program(
        version_id,
        row.flow,
        row.slug,
        Flow.model_validate(row.document),
        {mail.block: mail.marketing for mail in mails},
    )
