"""How fast this machine is right now, beside the one for which seconds were written down as figures to hold.

Machines differ, and a shared one drifts by a third within minutes (one was seen to halve). What is a matter of the
processor alone is therefore also said at the speed of the machine the figures are for: it counted to a million in 8.92 ms.
"""

import statistics
import time

REFERENCE = 0.00892
"""Seconds for `sum(range(1_000_000))` there, with CPython 3.11."""


class Machine:
    """How much slower than that machine this one was each time it was looked at. Look around what is measured."""

    def __init__(self) -> None:
        self.spent = 0.0
        """Seconds that looking took, to be taken off."""
        self._seen: list[float] = []

    def look(self) -> None:
        """Takes about 0.1 s."""
        took = [_count() for _ in range(5)]
        self.spent += sum(took)
        self._seen.append(min(took) / REFERENCE)

    def look_now_and_then(self, share: float) -> None:
        """Look once in every tenth of something, of which `share` (0 to 1) is done."""
        if share * 10 >= len(self._seen):
            self.look()

    @property
    def slower(self) -> float:
        """How many times as long everything took, the mean of all looks."""
        return statistics.mean(self._seen)

    def say(self) -> str:
        """A line for the end of a bench."""
        low, high = min(self._seen), max(self._seen)
        return f"this machine: {self.slower:.1f} times as slow as the one the figures are for ({low:.1f} to {high:.1f})"


def _count() -> float:
    began = time.perf_counter()
    sum(range(1_000_000))
    return time.perf_counter() - began
