"""What can be undone and done again."""

from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from typing import Generic, TypeVar

T = TypeVar("T")

PAUSE = 1.5
"""Seconds without a change after which the next one is a step of its own, though it is of the same field."""
LONGEST = 5.0
"""Seconds of changes to the same field that are one step at most."""


@dataclass(frozen=True, slots=True)
class Step(Generic[T]):
    """A state, and what was looked at when it came about."""

    value: T
    place: str


class History(Generic[T]):
    """The states of a document since the page was opened. Quick changes with the same key are one step.

    `now` is any clock in seconds; the states are immutable values, so they share what they have in common.
    """

    def __init__(self, value: T, place: str = "", *, now: Callable[[], float] = monotonic) -> None:
        self._now = now
        self._steps = [Step(value, place)]
        self._at = 0
        self._key = ""
        self._began_at = self._changed_at = 0.0

    @property
    def value(self) -> T:
        """The present state."""
        return self._steps[self._at].value

    @property
    def can_undo(self) -> bool:
        """Whether there is an earlier state."""
        return self._at > 0

    @property
    def can_redo(self) -> bool:
        """Whether something was undone and nothing changed since."""
        return self._at + 1 < len(self._steps)

    def put(self, value: T, place: str = "", key: str = "") -> None:
        """The next state. With a `key`, it takes the place of the last one if that had the same key a moment ago."""
        now = self._now()
        soon = now - self._changed_at < PAUSE and now - self._began_at < LONGEST
        same = bool(key) and key == self._key and soon and not self.can_redo
        self._key, self._changed_at = key, now
        if not same:
            self._began_at = now
        del self._steps[self._at + (0 if same else 1) :]
        self._steps.append(Step(value, place))
        self._at = len(self._steps) - 1

    def undo(self) -> str:
        """Back to the state before. Returns where the change was that is now undone."""
        if not self.can_undo:
            return self._steps[self._at].place
        place = self._steps[self._at].place
        self._at -= 1
        self._key = ""
        return place

    def redo(self) -> str:
        """Forward again. Returns where the change is that is now done again."""
        if self.can_redo:
            self._at += 1
            self._key = ""
        return self._steps[self._at].place

    def restart(self, value: T) -> None:
        """Another document: what was before cannot be undone."""
        self._steps = [Step(value, "")]
        self._at = 0
        self._key = ""
