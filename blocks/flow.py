"""The flow document: a graph of blocks, saved as JSON (`"format": 1`).

A draft may be unfinished, so a block's settings are kept as they were typed; `blocks/checks.py` says what is missing and
`read_block` makes the strict block of them. `Flow.model_json_schema()` is the exported schema.
"""

from collections import defaultdict
from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from blocks.clocks import ZoneName
from blocks.examples import MOST_EXAMPLES, Example, told_apart
from blocks.limits import FlowLimits
from blocks.pauses import MOST_PAUSES, Pause, some_days_left
from blocks.rules import Rule

Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
MAX_BLOCKS = 1000


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


FARTHEST = 1_000_000
Pixels = Annotated[float, Field(ge=-FARTHEST, le=FARTHEST, allow_inf_nan=False)]
"""At 100 %. Browsers draw nothing, or stop, where a number is beyond all measure."""


class Position(_Part):
    """Where a card stands on the canvas."""

    x: Pixels = 0
    y: Pixels = 0


class BlockDoc(_Part):
    """One block as drawn."""

    id: Id
    kind: Annotated[str, Field(max_length=64)]
    settings: dict[str, Any] = {}
    position: Position = Position()


class Link(_Part):
    """From an outlet of one block to the next block. An outlet has one link at most; a block may be reached by several."""

    from_: Annotated[Id, Field(alias="from")]
    outlet: Annotated[str, Field(max_length=64)] = "next"
    to: Id


class Note(_Part):
    """A yellow note on the canvas. It does nothing."""

    id: Id
    text: Annotated[str, Field(max_length=2000)] = ""
    position: Position = Position()


class Exit(_Part):
    """Contacts leave at once, at any block, when `event` happens or as soon as `rule` holds for them, and what still waits
    to be sent to them is cancelled. An exit has one of the two.

    Of an event: with `key`, one that carries the run's key in that property ends the run with that key, and one without a
    match ends all the contact's runs in this flow; without `key`, it always ends all of them.

    A rule is held against the contact whenever something happens to them, and before each block of their run.
    """

    event: Annotated[str, Field(max_length=200, title="Leaves when")] = ""
    where: Annotated[Rule | None, Field(title="Only if")] = None
    key: Annotated[str, Field(max_length=200, title="For the same")] = ""
    rule: Annotated[Rule | None, Field(title="As soon as")] = None
    name: Annotated[str, Field(max_length=80, title="Name")] = ""
    """What a block calls it that takes those who leave by it; one without a name is called by its event."""

    @model_validator(mode="after")
    def _one_of_both(self) -> "Exit":
        if bool(self.event) == (self.rule is not None):
            raise ValueError("An exit names an event or a rule: fill in one of the two.")
        if self.rule is not None and (self.where is not None or self.key):
            raise ValueError("“Only if” and “for the same” belong to an event; put what you mean into the rule.")
        return self

    @property
    def called(self) -> str:
        """By what a block that takes those who leave knows it; "" for a rule without a name."""
        return self.name or self.event


class Entry(_Part):
    """Who may be in the flow, how often, and what a further event does.

    `key` names the event property that tells runs apart (a cart, an order); "" means one run a contact. A further event
    with the key of an open run never starts a second one: before the first message it restarts the run, afterwards it
    only refreshes the event that the run stands on. With `again` "once_each", one whose key had a run already starts none,
    however long ago that ended: a shop that tells of an order twice thanks for it once.
    """

    key: Annotated[str, Field(max_length=200, title="One Run for each")] = ""
    again: Annotated[Literal["always", "once_each", "after_days", "never"], Field(title="Coming back")] = "always"
    again_days: Annotated[int, Field(ge=1, le=3650, title="Days")] = 30
    newest_wins: Annotated[bool, Field(title="A newer one replaces the older Run")] = False


class Conversion(_Part):
    """The event that the flow wants, counted when it comes within `days` × 24 h of entering."""

    event: Annotated[str, Field(min_length=1, max_length=200)]
    days: Annotated[int, Field(ge=1, le=90)] = 5


class Flow(_Part):
    """A flow as drawn."""

    format: Literal[1] = 1
    name: Annotated[str, Field(min_length=1, max_length=120)]
    blocks: Annotated[tuple[BlockDoc, ...], Field(max_length=MAX_BLOCKS)] = ()
    links: Annotated[tuple[Link, ...], Field(max_length=MAX_BLOCKS * 4)] = ()
    exits: Annotated[tuple[Exit, ...], Field(max_length=20)] = ()
    entry: Entry = Entry()
    conversion: Conversion | None = None
    zone: Annotated[ZoneName, Field(title="Time zone")] = ""
    """By whose clocks its hours and days are meant: those of this zone (an IANA name) for everybody, or with "" each contact's
    own, for schedules and pauses the shop's. A schedule that goes by each contact's own clocks does so in any case."""
    priority: Annotated[int, Field(ge=1, le=5, title="Priority")] = 3
    """Whose message goes first where a contact may get only one: 5 before 1."""
    speaks_alone: Annotated[bool, Field(title="One Flow speaks for each order or cart")] = False
    """Keep quiet about a cart, an order or another event of which a flow of higher priority writes within the hour."""
    limits: Annotated[FlowLimits, Field(title="How often, and when")] = FlowLimits()
    pauses: Annotated[tuple[Pause, ...], Field(max_length=MOST_PAUSES)] = ()
    """Dates over which marketing of this flow waits, in its zone, else the shop's; people still enter and wait."""
    hold_out: Annotated[int, Field(ge=0, le=50, title="Hold-out")] = 0
    """Per cent of those who would enter who get nothing and are only counted, always the same people."""
    notes: Annotated[tuple[Note, ...], Field(max_length=200)] = ()
    examples: Annotated[tuple[Example, ...], Field(max_length=MOST_EXAMPLES)] = ()
    """What it must do with somebody made up; they run before it is published."""

    @field_validator("pauses")
    @classmethod
    def _leave_some_days(cls, pauses: tuple[Pause, ...]) -> tuple[Pause, ...]:
        if not some_days_left(pauses):
            raise ValueError("Pauses of every year must leave some days of the year.")
        return pauses

    @field_validator("examples")
    @classmethod
    def _tell_examples_apart(cls, examples: tuple[Example, ...]) -> tuple[Example, ...]:
        return told_apart(examples)

    @cached_property
    def ways(self) -> Mapping[tuple[str, str], str]:
        """(block, outlet) to the block it leads to."""
        return {(link.from_, link.outlet): link.to for link in self.links}

    def onward(self, *blocks: str) -> frozenset[str]:
        """These blocks, and all to which somebody may come from them."""
        seen, todo = set(blocks), list(blocks)
        while todo:
            for target in self._next.get(todo.pop(), ()):
                if target not in seen:
                    seen.add(target)
                    todo.append(target)
        return frozenset(seen)

    @cached_property
    def _next(self) -> Mapping[str, list[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for link in self.links:
            found[link.from_].append(link.to)
        return found

    def to_json(self) -> dict[str, Any]:
        """The document as it is saved."""
        return self.model_dump(mode="json", by_alias=True)
