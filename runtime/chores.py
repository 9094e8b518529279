"""What has to be done now and then, and nobody rings for."""

import logging
import time

from runtime import delivery, shop
from runtime.accounts import housekeeping
from runtime.desk import KEPT_IN_BIN, DeskDamaged
from runtime.house import House
from runtime.people import erasure
from runtime.scratch_folder import sweep

log = logging.getLogger(__name__)

OFTEN = 10.0
"""Seconds between two looks for messages whose worker is gone, which another takes up within a minute of its end, and for
contacts who are to be erased."""
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
            erasure.work(self._house)
        if now - self._cleared_at >= DAILY:
            self._cleared_at = now
            housekeeping.sweep(self._house)
            shop.clear_up(self._house)
            if removed := sweep(self._house.settings.data):
                log.info("Removed the folders of backtests that were killed: %d", removed)
            self._empty_bins()

    def _empty_bins(self) -> None:
        house = self._house
        for workspace in house.ledger.workspaces():
            try:
                removed = house.desk.drafts(workspace).empty_bin(house.clock.now() - KEPT_IN_BIN)
            except DeskDamaged as damaged:
                log.warning("The bin of workspace %d is not emptied: %s", workspace, damaged)
            else:
                if removed:
                    log.info("Removed what had been in the bin for 30 days: %d drafts", removed)
