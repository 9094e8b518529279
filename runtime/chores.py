"""What has to be done now and then, and nobody rings for."""

import time

from runtime import delivery
from runtime.accounts import housekeeping
from runtime.house import House

OFTEN = 10.0
"""Seconds between two looks for messages whose worker is gone: within a minute of its end another has taken them up."""
DAILY = 86_400.0


class Chores:
    """Knows when each was done last in this process."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._swept_at = self._cleared_at = float("-inf")

    def do_what_is_due(self) -> None:
        """Cheap when nothing is."""
        now = time.monotonic()
        if now - self._swept_at >= OFTEN:
            self._swept_at = now
            delivery.sweep(self._house)
        if now - self._cleared_at >= DAILY:
            self._cleared_at = now
            housekeeping.sweep(self._house)
