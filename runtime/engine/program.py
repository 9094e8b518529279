"""A published version, ready to run: its blocks read once, not once a contact."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from zoneinfo import ZoneInfo

from blocks import read_block
from blocks.contract import Block, Farewell, Send, Timed, Trigger
from blocks.flow import Entry, Exit, Flow
from blocks.rules import Compare, Counted, Did, Rule, counted, leaves


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
        """Whether any of these looks at the event that a run stands on, or some block that who leaves by one comes to may."""
        asked = (leaf for _, rule in self.conditions for leaf in leaves(rule))
        by_rule = any(self.farewell(leave) for leave, _ in self.conditions)
        return by_rule or any(isinstance(leaf, Compare) and leaf.of == "event" for leaf in asked)

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
