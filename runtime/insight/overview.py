"""What happened in the last thirty days, for the page that says how it goes."""

from collections import defaultdict
from dataclasses import dataclass

from sqlalchemy import func, select

from runtime.insight.numbers import places
from runtime.ledger import Tx
from runtime.ledger.tables import tally
from runtime.ledger.tallies import day_of

SPAN = 30
WHATS = ("entered", "sent", "skipped", "failed")


@dataclass(frozen=True, slots=True)
class Days:
    """Numbers of the days from `first_day` (days since 1970, in the shop's time zone) to today, one list for each of WHATS."""

    first_day: int
    by_day: dict[str, list[int]]
    before: dict[str, int]
    """The totals of as many days before."""
    by_flow: dict[int, dict[str, int]]
    """Totals by flow."""

    def total(self, what: str) -> int:
        """The sum of all days."""
        return sum(self.by_day[what])


def last_days(tx: Tx, now: int, span: int = SPAN) -> Days:
    """The last `span` days, today included, and the totals of as many before."""
    today = day_of(tx, now)
    first = today - span + 1
    spots = places(tx)
    counted = (
        select(tally.c.flow, tally.c.day, tally.c.what, func.sum(tally.c.count).label("total"))
        .join(spots, (tally.c.flow == spots.c.flow) & (tally.c.block == spots.c.block))
        .where(tally.c.day > first - 1 - span, tally.c.what.in_(WHATS))
        .group_by(tally.c.flow, tally.c.day, tally.c.what)
    )
    by_day = {what: [0] * span for what in WHATS}
    before = dict.fromkeys(WHATS, 0)
    by_flow: dict[int, dict[str, int]] = defaultdict(lambda: dict.fromkeys(WHATS, 0))
    for row in tx.all(counted):
        if first <= row.day <= today:
            by_day[row.what][row.day - first] += int(row.total)
            by_flow[row.flow][row.what] += int(row.total)
        elif row.day < first:
            before[row.what] += int(row.total)
    return Days(first, by_day, before, dict(by_flow))
