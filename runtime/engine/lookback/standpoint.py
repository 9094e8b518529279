"""From where in time somebody looks back."""

from dataclasses import dataclass

from blocks.rules import LastDays, SinceEntering, Window
from runtime.clock import DAY


@dataclass(frozen=True, slots=True)
class Seen:
    """What a run, or a rule held against a contact, sees of what happened before. Instants are UTC microseconds."""

    now: int
    entered: int
    """When the run began; for a rule without one, now."""
    entry_event: int = 0
    """Of events since entering, those after this one count."""
    up_to: int = (1 << 62) - 1
    """The last event id that counts as having happened."""
    key: str = ""
    """The run's own key."""


def first_instant(window: Window, now: int, entered: int) -> int:
    """The first instant within a window."""
    match window:
        case SinceEntering():
            return entered
        case LastDays(days=days):
            return now - days * DAY
        case _:
            return 0
