"""What a block is told when it asks: what became of a message, and what was in an order."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from blocks.phrase import Phrase


@dataclass(frozen=True, slots=True)
class Outcome:
    """What has become of a message by now. "waiting": it may still go out. "sent": the mail server took it, or may have
    taken it. "not_sent": we decided so. "failed": it could not be delivered."""

    state: Literal["waiting", "sent", "not_sent", "failed"]
    why: Phrase | None = None
    came_back: bool = False
    """Of one that failed: the mail server refused it for good, or the mailbox's server sent it back later."""
    opened: bool = False
    """By a person; what machines do does not count. Whoever clicks has opened it."""
    clicked: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """A product in the event that a run stands on, and how many of it. `fields` are the event's own about it and, where it
    has none of that name, the product's."""

    title: str
    quantity: float
    fields: Mapping[str, Any] = field(default_factory=dict)
