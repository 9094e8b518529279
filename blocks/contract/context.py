"""What a block may know and ask for while it runs. It has no other way to the world."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from blocks.facts import Item, Outcome
from blocks.rules import Counted
from blocks.values import Typed


@dataclass(frozen=True, slots=True)
class Offer:
    """How a coupon code looks, and until when it is good (UTC; None for ever)."""

    prefix: str
    length: int
    """Of the part that is drawn by lot."""
    expires: datetime | None = None


class Context(Protocol):
    """What a block may know and ask for while it runs."""

    @property
    def now(self) -> datetime:
        """UTC."""
        ...

    @property
    def entered_at(self) -> datetime:
        """When the contact entered the flow, UTC."""
        ...

    @property
    def arrived_at(self) -> datetime:
        """When the contact arrived at this block, UTC."""
        ...

    @property
    def held(self) -> bool:
        """Whether the contact was held at this block already, and is looked at again."""
        ...

    @property
    def reply(self) -> str:
        """What became of the message that this block sent and waits for: "answered", "failed", or "" while it is out."""
        ...

    @property
    def zone(self) -> ZoneInfo:
        """The flow's zone; where it has none the contact's, else the workspace's, else UTC."""
        ...

    @property
    def flow(self) -> str:
        """The flow's slug."""
        ...

    @property
    def contact(self) -> Typed:
        """The contact's fields in typed form."""
        ...

    @property
    def event(self) -> Typed:
        """The properties of the event the run stands on, in typed form."""
        ...

    @property
    def kept(self) -> Typed:
        """What earlier blocks have kept with the run, in typed form."""
        ...

    def count(self, leaf: Counted) -> int:
        """How often what a declared leaf of a rule asks for is there: events, e-mails; 1 for being in a segment or
        reachable. Raises UndeclaredRead for what was not declared."""
        ...

    def reachable(self, channel: str) -> bool:
        """Whether marketing may reach the contact by a declared channel now: there is an address, it is not blocked, and
        they agreed. Raises UndeclaredRead otherwise."""
        ...

    def message(self, block: str) -> Outcome | None:
        """What has become of the latest message that a declared send block queued in this run, None if it queued none.
        Raises UndeclaredRead otherwise."""
        ...

    def items(self) -> Sequence[Item]:
        """What is in the event the run stands on. Raises UndeclaredRead for a block that does not say it looks there."""
        ...

    def chance(self) -> float:
        """A number in [0, 1) that is the same whenever this contact comes to this block, in this run or a later one."""
        ...

    def send(self, channel: str) -> None:
        """Queue this block's message. It is sent after the run's step is recorded, if it may be sent then."""
        ...

    def set_field(self, name: str, value: Any) -> None:
        """Set a field of the contact; None clears it."""
        ...

    def add_tag(self, tag: str) -> None:
        """Give the contact a tag."""
        ...

    def remove_tag(self, tag: str) -> None:
        """Take a tag from the contact."""
        ...

    def put_on(self, segment: str) -> None:
        """Put the contact on a list: a segment without a rule."""
        ...

    def take_off(self, segment: str) -> None:
        """Take the contact off a list."""
        ...

    def unsubscribe(self, channel: str) -> None:
        """Note that the contact wants no more marketing on this channel."""
        ...

    def suppress(self, channel: str) -> None:
        """Never send the contact anything on this channel again but what they ordered; a person can take it back."""
        ...

    def erase(self) -> None:
        """Forget the contact for good, as soon as the run has ended."""
        ...

    def emit(self, name: str, more: Mapping[str, Any] | None = None) -> None:
        """Let an event of this name happen to the contact, with the properties of the one the run stands on and `more`."""
        ...

    def keep(self, name: str, value: Any) -> None:
        """Keep a JSON value with the run under a name, for later blocks, rules and e-mails. Raises TooMuchKept."""
        ...

    def issue(self, name: str, offer: Offer) -> None:
        """Make a coupon code that is this contact's alone and keep it with the run under a name, as `code` and `expires`. At
        this block a run gets one code, however often it comes."""
        ...


class TooMuchKept(ValueError):
    """A run is to keep more than it may."""


class UndeclaredRead(Exception):
    """A block read something that it had not declared in `reads`, so it was not fetched for the batch."""
