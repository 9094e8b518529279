"""Numbers beside a flow and on the cards of its blocks. What has happened is in the tallies: no step is counted here, and of
messages only those that are still to go out.

A day is one of the shop's own time zone, as in the tallies. "This week" is today and the six days before.
"""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import CTE, func, select

from runtime.engine.leaving.endings import FINISHED
from runtime.insight.pausing import pausing_now
from runtime.ledger import Tx
from runtime.ledger.tables import flow, message, run, tally, version
from runtime.ledger.tallies import OUTLET, day_of

WEEKS = 12


@dataclass(frozen=True, slots=True)
class FlowNumbers:
    """One published flow. `since_at` and `last_entry_at` are UTC microseconds."""

    id: int
    state: str
    """live, paused, finishing or archived."""
    since_at: int
    """Since when it is in that state."""
    inside: int
    """Runs that are open now."""
    sent_week: int
    sent_weeks: tuple[int, ...]
    """Messages sent in each of the last twelve weeks, this one last."""
    last_entry_at: int | None
    """When somebody last entered."""
    finished: bool = False
    """Whether it is archived because it was finishing and everybody is out."""
    pauses_until: int | None = None
    """When the dates are over over which it pauses now; None if it does not."""


@dataclass(frozen=True, slots=True)
class BlockNumbers:
    """One block, since the flow was first published, on whatever version."""

    entered: int = 0
    """Runs that began here: a trigger's number."""
    passed: int = 0
    """Runs that left by an outlet, stopped here or were held out."""
    waiting: int = 0
    """Runs that are here now."""
    queued: int = 0
    """Messages that are still to go out: until an allowed hour, the flow goes on, or the server takes them."""
    sent: int = 0
    skipped: int = 0
    """Messages that were not allowed out."""
    failed: int = 0
    outlets: dict[str, int] | None = None
    """How many left by each outlet."""


def flow_numbers(tx: Tx, now: int) -> dict[str, FlowNumbers]:
    """Every flow that was ever published, by slug."""
    today = day_of(tx, now)
    rows = tx.all(select(flow).where(tx.mine(flow)))
    inside = _inside(tx)
    sent = _sent_by_day(tx, today - 7 * WEEKS + 1)
    latest = select(func.max(run.c.entered_at)).where(run.c.flow == flow.c.id).scalar_subquery()
    entries = {row.id: row.at for row in tx.all(select(flow.c.id, latest.label("at")).where(tx.mine(flow)))}
    pauses = pausing_now(tx, now)
    return {
        row.slug: FlowNumbers(
            id=row.id,
            state=row.state,
            since_at=row.since_at,
            inside=inside.get(row.id, 0),
            sent_week=sum(count for day, count in sent[row.id].items() if day > today - 7),
            sent_weeks=_weeks(sent[row.id], today),
            last_entry_at=entries.get(row.id),
            finished=row.code == FINISHED,
            pauses_until=pauses.get(row.id),
        )
        for row in rows
    }


def block_numbers(tx: Tx, slug: str) -> dict[str, BlockNumbers]:
    """The blocks of a flow by their ids; {} for one that was never published. Blocks nobody reached are left out."""
    flow_id = tx.scalar(select(flow.c.id).where(tx.mine(flow), flow.c.slug == slug))
    if flow_id is None:
        return {}
    counts: dict[str, dict[str, int]] = defaultdict(dict)
    total = (
        select(tally.c.block, tally.c.what, func.sum(tally.c.count).label("total"))
        .where(tx.mine(tally), tally.c.flow == flow_id)
        .group_by(tally.c.block, tally.c.what)
    )
    for row in tx.all(total):
        counts[row.block][row.what] = int(row.total)
    waiting = waiting_at(tx, flow_id)
    queued = _queued(tx, flow_id, counts.keys())
    return {
        block: _block(counts[block], waiting.get(block, 0), queued.get(block, 0))
        for block in counts.keys() | waiting.keys()
    }


def waiting_at(tx: Tx, flow_id: int) -> dict[str, int]:
    """How many runs are at each block of a flow now, on whatever version."""
    versions = select(version.c.id).where(tx.mine(version), version.c.flow == flow_id)
    here = (
        select(run.c.block, func.count().label("total"))
        .where(run.c.version.in_(versions), run.c.state == "open")
        .group_by(run.c.block)
    )
    return {row.block: row.total for row in tx.all(here)}


def _queued(tx: Tx, flow_id: int, blocks: Collection[str]) -> dict[str, int]:
    """Messages on their way, by block. The blocks are named, so that an index finds those messages and no others."""
    if not blocks:
        return {}
    query = (
        select(message.c.block, func.count().label("total"))
        .where(message.c.flow == flow_id, message.c.block.in_(list(blocks)), message.c.state.in_(("queued", "sending")))
        .group_by(message.c.block)
    )
    return {row.block: row.total for row in tx.all(query)}


def _block(counts: dict[str, int], waiting: int, queued: int) -> BlockNumbers:
    outlets = {what.removeprefix(OUTLET): count for what, count in counts.items() if what.startswith(OUTLET)}
    return BlockNumbers(
        entered=counts.get("entered", 0),
        passed=sum(outlets.values()) + counts.get("stopped", 0) + counts.get("held_out", 0),
        waiting=waiting,
        queued=queued,
        sent=counts.get("sent", 0),
        skipped=counts.get("skipped", 0),
        failed=counts.get("failed", 0),
        outlets=outlets,
    )


def _inside(tx: Tx) -> dict[int, int]:
    count = select(func.count()).where(run.c.flow == flow.c.id, run.c.state == "open").scalar_subquery()
    return {row.id: row.inside for row in tx.all(select(flow.c.id, count.label("inside")).where(tx.mine(flow)))}


def _sent_by_day(tx: Tx, first_day: int) -> dict[int, dict[int, int]]:
    """Messages sent, by flow and day."""
    spots = places(tx)
    days = (
        select(tally.c.flow, tally.c.day, func.sum(tally.c.count).label("total"))
        .join(spots, (tally.c.flow == spots.c.flow) & (tally.c.block == spots.c.block))
        .where(tally.c.day >= first_day, tally.c.what == "sent")
        .group_by(tally.c.flow, tally.c.day)
    )
    found: dict[int, dict[int, int]] = defaultdict(dict)
    for row in tx.all(days):
        found[row.flow][row.day] = int(row.total)
    return found


def places(tx: Tx) -> CTE:
    """Every (flow, block) with a tally, found by hopping along the primary key; a year of days is not read for it."""
    following = tally.alias()
    first = select(func.min(following.c.block)).where(following.c.flow == flow.c.id).scalar_subquery()
    spots = select(flow.c.id.label("flow"), first.label("block")).where(tx.mine(flow)).cte("places", recursive=True)
    onward = (
        select(func.min(following.c.block))
        .where(following.c.flow == spots.c.flow, following.c.block > spots.c.block)
        .scalar_subquery()
    )
    return spots.union_all(select(spots.c.flow, onward).where(spots.c.block.is_not(None)))


def _weeks(days: dict[int, int], today: int) -> tuple[int, ...]:
    weeks = [0] * WEEKS
    for day, count in days.items():
        ago = (today - day) // 7
        if 0 <= ago < WEEKS:
            weeks[WEEKS - 1 - ago] += count
    return tuple(weeks)
