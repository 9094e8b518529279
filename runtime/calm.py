"""A log that can be read while something is away: what fails again and again is told once a minute, and what is only not to
be reached (a database, a queue, a full disk) in a sentence, without a stack trace.

Without it a queue that is down for an hour would fill a small disk: Huey tells of each look that failed.
"""

import logging
import time
from dataclasses import dataclass

EVERY = 60.0
"""Seconds in which the same failure is told once."""
_AWAY = frozenset({"OSError", "OperationalError", "ConnectionError"})
"""Classes of errors, by whatever driver, that say that something is not to be reached or has no room."""


@dataclass(slots=True)
class _Told:
    until: float
    more: int = 0
    """How often it has happened since it was told."""


class Calm(logging.Filter):
    """Put on a handler. Only what comes with an exception is looked at."""

    def __init__(self) -> None:
        super().__init__()
        self._told: dict[tuple[str, str, str], _Told] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        error = record.exc_info[1] if record.exc_info else None
        if error is None:
            return True
        key, now = (record.name, str(record.msg), type(error).__name__), time.monotonic()
        before = self._told.get(key)
        if before is not None and now < before.until:
            before.more += 1
            return False
        self._told[key] = _Told(now + EVERY)
        said = record.getMessage()
        if is_away(error):
            said = f"{said.rstrip('.')}: {(str(error).strip() or type(error).__name__).splitlines()[0]}"
            record.exc_info = record.exc_text = None
        if before is not None and before.more:
            said = f"{said} ({before.more} times more since it was last told)"
        record.msg, record.args = said, ()
        return True


def is_away(error: BaseException) -> bool:
    """Whether it says that something is not to be reached, rather than that something is wrong with us."""
    return any(kind.__name__ in _AWAY for kind in type(error).__mro__)
