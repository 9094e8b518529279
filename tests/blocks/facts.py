"""A contact standing at a block, for tests: everything a block may ask, and a list of what it asked for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from blocks.contract import Block, Known, Offer
from blocks.facts import Item, Outcome
from blocks.registry import read_block
from blocks.rules import Counted, Did, Got, InSegment
from blocks.values import Typed, type_document

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
NOTHING_KNOWN = Known()


def utc(text: str) -> datetime:
    """An ISO 8601 text as an instant, UTC unless it says otherwise."""
    at = datetime.fromisoformat(text)
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)


@dataclass
class Stand:
    """A `blocks.contract.Context` that needs no engine."""

    now: datetime = NOON
    entered_at: datetime = NOON
    arrived_at: datetime = NOON
    held: bool = False
    reply: str = ""
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("Asia/Bangkok"))
    contact: Typed = field(default_factory=lambda: type_document({}))
    event: Typed = field(default_factory=lambda: type_document({}))
    kept: Typed = field(default_factory=lambda: type_document({}))
    counts: Mapping[str, int] = field(default_factory=dict)
    flow: str = "flow"
    reached_by: frozenset[str] = frozenset()
    outcomes: Mapping[str, Outcome] = field(default_factory=dict)
    basket: Sequence[Item] = ()
    done: list[tuple[Any, ...]] = field(default_factory=list)

    def count(self, leaf: Counted) -> int:
        match leaf:
            case Did():
                return self.counts.get(leaf.event, 0)
            case Got():
                return self.counts.get(leaf.email, 0)
            case InSegment():
                return self.counts.get(leaf.segment, 0)
            case _:
                return self.counts.get(leaf.channel, 0)

    def reachable(self, channel: str) -> bool:
        return channel in self.reached_by

    def message(self, block: str) -> Outcome | None:
        return self.outcomes.get(block)

    def items(self) -> Sequence[Item]:
        return self.basket

    def chance(self) -> float:
        return 0.25

    def send(self, channel: str) -> None:
        self.done.append(("send", channel))

    def set_field(self, name: str, value: Any) -> None:
        self.done.append(("set_field", name, value))

    def add_tag(self, tag: str) -> None:
        self.done.append(("add_tag", tag))

    def remove_tag(self, tag: str) -> None:
        self.done.append(("remove_tag", tag))

    def put_on(self, segment: str) -> None:
        self.done.append(("put_on", segment))

    def take_off(self, segment: str) -> None:
        self.done.append(("take_off", segment))

    def unsubscribe(self, channel: str) -> None:
        self.done.append(("unsubscribe", channel))

    def suppress(self, channel: str) -> None:
        self.done.append(("suppress", channel))

    def erase(self) -> None:
        self.done.append(("erase",))

    def emit(self, name: str, more: Mapping[str, Any] | None = None) -> None:
        self.done.append(("emit", name, more) if more else ("emit", name))

    def keep(self, name: str, value: Any) -> None:
        self.done.append(("keep", name, value))

    def issue(self, name: str, offer: Offer) -> None:
        self.done.append(("issue", name, offer))


def contact(**fields: Any) -> Stand:
    """A contact with these fields."""
    return Stand(contact=type_document(fields))


def event(**properties: Any) -> Stand:
    """A run that stands on an event with these properties."""
    return Stand(event=type_document(properties))


def block(kind: str, **settings: Any) -> Block:
    """A block as a flow file has it."""
    return read_block(kind, settings)
