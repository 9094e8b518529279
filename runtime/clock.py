"""The time, as a parameter. Instants are UTC microseconds since 1970."""

import time
from typing import Protocol

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR


class Clock(Protocol):
    """Tells the time. Tests and rehearsals bring their own."""

    def now(self) -> int:
        """UTC microseconds since 1970."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> int:
        return time.time_ns() // 1000


class SetClock:
    """A clock that stands where it was set, for tests and rehearsals."""

    def __init__(self, now: int) -> None:
        self._now = now

    def now(self) -> int:
        return self._now

    def set(self, now: int) -> None:
        """Stand at this instant."""
        self._now = now

    def advance(self, *, days: float = 0, hours: float = 0, minutes: float = 0, seconds: float = 0) -> None:
        """Move on by a length of time."""
        self._now += length(days=days, hours=hours, minutes=minutes, seconds=seconds)


def length(*, days: float = 0, hours: float = 0, minutes: float = 0, seconds: float = 0) -> int:
    """A length of time in microseconds."""
    return round(days * DAY + hours * HOUR + minutes * MINUTE + seconds * SECOND)
