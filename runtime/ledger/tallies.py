"""Counts by flow, block and day, kept up with by every batch so that no screen has to count steps."""

from collections.abc import Mapping

from sqlalchemy.dialects import postgresql, sqlite

from runtime.clock import DAY
from runtime.ledger.database import Tx
from runtime.ledger.tables import tally

TallyKey = tuple[int, str, str]
"""(flow, block, what)"""


def _upsert(insert: type[sqlite.Insert] | type[postgresql.Insert]) -> sqlite.Insert | postgresql.Insert:
    statement = insert(tally)
    return statement.on_conflict_do_update(
        index_elements=["flow", "block", "day", "what"],
        set_={"count": tally.c.count + statement.excluded.count},
    )


_UPSERT = {"sqlite": _upsert(sqlite.Insert), "postgresql": _upsert(postgresql.Insert)}


def add(tx: Tx, counts: Mapping[TallyKey, int], now: int) -> None:
    """Add to today's counts (days of UTC). Rows go in one order everywhere, so that writers do not deadlock."""
    if counts:
        day = now // DAY
        rows = [
            {"workspace": tx.workspace, "flow": flow, "block": block, "day": day, "what": what, "count": count}
            for (flow, block, what), count in sorted(counts.items())
        ]
        tx.execute(_UPSERT[tx.dialect], rows)
