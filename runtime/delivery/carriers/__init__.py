"""Who carries mail: an SMTP server, or the local outbox where none is set up. One small face for both."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from runtime.delivery.carriers.trouble import Trouble
from runtime.delivery.sending.answers import Answer


@dataclass(slots=True, eq=False)
class Parcel:
    """One finished mail. Addresses are plain ASCII without brackets.

    `good_until` (monotonic seconds): its body must not be sent later, for the lease may be gone.
    """

    sender: str
    recipient: str
    source: bytes
    done: Callable[["Parcel", Answer], None]
    """Called once with what came of it, unless it is dropped."""
    good_until: float = 0.0
    place: str = ""
    """Where it goes, if it is one of many places that the carrier goes to."""


class Carrier(Protocol):
    """Takes parcels to where they go, several at a time and never blocking.

    A parcel goes in two steps: `begin` may say to whom, `go` sends it. Between them its attempt is committed.
    """

    name: str
    """What is written down with an attempt."""
    at_once: int
    """The most parcels it can have in hand."""

    def trouble(self) -> Trouble | None:
        """Why nothing can be carried, told once; None if something can, or if that is not known yet."""
        ...

    def room(self, wanted: int) -> int:
        """How many parcels can begin now, at most `wanted`. Makes more room in the background if that is too few."""
        ...

    def room_at(self, place: str) -> int:
        """How many more parcels to one place it can have in hand, as far as the place goes. Asked where a parcel names one."""
        ...

    def begin(self, parcels: Sequence[Parcel]) -> None:
        """Take in hand as many parcels as there is room for. Nothing that counts is sent yet."""
        ...

    def go(self, parcels: Sequence[Parcel]) -> None:
        """Send what was begun."""
        ...

    def drop(self, parcels: Sequence[Parcel]) -> None:
        """Do not send what was begun. No answer comes for it."""
        ...

    def tick(self, now: float) -> None:
        """Give up what has waited too long, at `now` (monotonic seconds)."""
        ...

    def close(self) -> None:
        """Part politely from the server. What is under way is answered as lost or broken."""
        ...
