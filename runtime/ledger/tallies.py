"""Counts by flow, block and day, kept up with by every batch so that no screen has to count steps."""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache

from blocks.values import moment
from runtime.ledger.bulk import run_many
from runtime.ledger.database import Tx
from runtime.zones import zone_of

_THE_FIRST = date(1970, 1, 1).toordinal()
TallyKey = tuple[int, str, str]
"""(flow, block, what): what became of messages and runs there by its word, and ways out by `by_outlet`."""
OUTLET = ">"
"""What a way out is counted under begins with it, and no other word does: a way out may be called as a state is."""


@lru_cache(maxsize=4096)
def by_outlet(outlet: str) -> str:
    """The word under which it is counted that somebody left a block by this outlet."""
    return OUTLET + outlet


_ADD = (
    "INSERT INTO tally (workspace, flow, block, day, what, count) VALUES (:workspace, :flow, :block, :day, :what, :count)"
    " ON CONFLICT (flow, block, day, what) DO UPDATE SET count = tally.count + excluded.count"
)


def add(tx: Tx, counts: Mapping[TallyKey, int], now: int) -> None:
    """Add to the counts of the shop's day. Rows go in one order everywhere, so that writers do not deadlock."""
    if counts:
        day = day_of(tx, now)
        rows = [
            {"workspace": tx.workspace, "flow": flow, "block": block, "day": day, "what": what, "count": count}
            for (flow, block, what), count in sorted(counts.items())
        ]
        run_many(tx, _ADD, rows)


def day_of(tx: Tx, at: int) -> int:
    """The day that an instant is in where the shop is, in days since 1970. What is counted keeps its day if the shop moves
    to another zone."""
    return moment(at).astimezone(zone_of(tx.zone)).toordinal() - _THE_FIRST
