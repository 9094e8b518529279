"""How many of those who came into a flow had happen what it wants, beside those held out of it.

Each contact counts once (once for each cart or order, where those have runs of their own), from when they first came in.
Runs as such are not counted: where they have no key, whoever is held out has none that stays open, so that each further
event makes them another one, while it is taken in by the open run of everybody else.
"""

from dataclasses import dataclass
from math import sqrt
from typing import Literal

from sqlalchemy import Integer, and_, case, exists, func, literal_column, or_, select, type_coerce

from blocks.flow import Conversion
from runtime.clock import DAY
from runtime.engine.entries.reception import COUNTS
from runtime.ledger import Tx
from runtime.ledger.tables import contact, event, flow, run, step, version
from runtime.ledger.tables.columns import Json

SPAN = 90
"""Days on which people came in who are counted; fewer where the flow is younger, or its hold-out was another one before."""
FEWEST = 30
"""People in each group; with fewer nothing is said of the difference."""
_SURE = 1.96
"""Standard deviations: what chance alone makes in one of twenty cases."""
_HELD_SHARE = type_coerce(version.c.document.op("->")(literal_column("'hold_out'")), Json())

Verdict = Literal["more", "fewer", "same", "unclear", "too_few"]


@dataclass(frozen=True, slots=True)
class Group:
    """People whose time is over, and how many of them had it happen within it."""

    entered: int = 0
    succeeded: int = 0

    @property
    def share(self) -> float:
        """0 to 1, to a tenth of a per cent; 0 of nobody."""
        return round(self.succeeded / self.entered, 3) if self.entered else 0.0


@dataclass(frozen=True, slots=True)
class Success:
    """What came of a flow. Counted are those who entered from `since` to `until` (UTC microseconds)."""

    since: int
    until: int
    """So long ago that everybody's days are over."""
    inside: Group
    """Those who were let in."""
    held: Group | None
    """Those held out; None where nobody is."""
    open: int
    """Who entered after `until` and has not had it happen yet."""
    early: int
    """Who entered after `until` and has."""

    @property
    def points(self) -> float:
        """By how many points of a hundred the share of those let in is over that of those held out."""
        return round(100 * (self.inside.share - self.held.share), 1) if self.held is not None else 0.0

    @property
    def verdict(self) -> Verdict | None:
        """What may be said of the difference; "unclear" if chance alone could have made it. None without a hold-out."""
        if self.held is None:
            return None
        if min(self.inside.entered, self.held.entered) < FEWEST:
            return "too_few"
        if not self.points:
            return "same"
        least, most = _between(self.inside, self.held)
        return "more" if least > 0 else "fewer" if most < 0 else "unclear"


def success(tx: Tx, slug: str, wanted: Conversion, now: int) -> Success | None:
    """What came of a flow that wants this; None if it was never published. Reads each run of the last `SPAN` days: a second
    for 100,000 of them."""
    flow_id = tx.scalar(select(flow.c.id).where(tx.mine(flow), flow.c.slug == slug))
    if flow_id is None:
        return None
    window = wanted.days * DAY
    until = now - window
    share, since = _held_out_since(tx, flow_id)
    since = max(until - SPAN * DAY, since)
    # Who starts over before the first message enters anew; those held out do not, so both count from their first step.
    first = case((step.c.at < run.c.entered_at, step.c.at), else_=run.c.entered_at)
    came = (
        select(
            run.c.contact,
            first.label("entered_at"),
            func.coalesce(run.c.entry_event, 0).label("by"),
            case((run.c.code == "held_out", 1), else_=0).label("held"),
            func.row_number()
            .over(partition_by=(run.c.contact, run.c.key), order_by=(run.c.entered_at, run.c.id))
            .label("nth"),
        )
        .select_from(run.outerjoin(step, and_(step.c.run == run.c.id, step.c.hop == 0)))
        .where(tx.mine(run), run.c.flow == flow_id, run.c.entered_at >= since, run.c.entered_at <= now, COUNTS)
        .cte("came")
    )
    happened = exists().where(
        tx.mine(event),
        event.c.contact == came.c.contact,
        event.c.name == wanted.event,
        event.c.at.between(came.c.entered_at, came.c.entered_at + window),
        # Not the one by which they came in, and of one instant only what came after it, as "since entering" has it.
        event.c.id != came.c.by,
        or_(event.c.at > came.c.entered_at, event.c.id > came.c.by),
    )
    there = exists().where(tx.mine(contact), contact.c.id == came.c.contact)
    early = case((came.c.entered_at > until, 1), else_=0).label("early")
    counted = (
        select(came.c.held, early, case((happened, 1), else_=0).label("done"))
        # Of whoever was erased nothing is known any more, so they count neither way.
        .where(came.c.nth == 1, there)
        .subquery()
    )
    totals = select(
        counted.c.held,
        counted.c.early,
        func.count().label("entered"),
        func.sum(counted.c.done, type_=Integer).label("succeeded"),
    ).group_by(counted.c.held, counted.c.early)
    found = {(row.held, row.early): Group(row.entered, int(row.succeeded)) for row in tx.all(totals)}
    nobody = Group()
    late = [group for (_, early), group in found.items() if early]
    return Success(
        since=since,
        until=until,
        inside=found.get((0, 0), nobody),
        held=found.get((1, 0), nobody) if share else None,
        open=sum(group.entered - group.succeeded for group in late),
        early=sum(group.succeeded for group in late),
    )


def _held_out_since(tx: Tx, flow_id: int) -> tuple[int, int]:
    """The share (per cent) that is held out, and since when it is that one: who came in before cannot be compared. Without
    a hold-out there is nothing to compare, and it is since when the flow is published."""
    drawn = select(version.c.published_at, _HELD_SHARE.label("share")).where(
        tx.mine(version), version.c.flow == flow_id
    )
    versions = tx.all(drawn.order_by(version.c.number))
    share = versions[-1].share or 0
    others = [nth for nth, one in enumerate(versions) if share and (one.share or 0) != share]
    return share, versions[others[-1] + 1 if others else 0].published_at


def _between(one: Group, other: Group) -> tuple[float, float]:
    """Between what the true difference of two shares lies, in 19 of 20 cases (Newcombe, of Wilson's limits)."""
    (p, low_p, high_p), (q, low_q, high_q) = _limits(one), _limits(other)
    return p - q - sqrt((p - low_p) ** 2 + (high_q - q) ** 2), p - q + sqrt((high_p - p) ** 2 + (q - low_q) ** 2)


def _limits(group: Group) -> tuple[float, float, float]:
    n, p = group.entered, group.succeeded / group.entered
    square = _SURE**2 / n
    middle = (p + square / 2) / (1 + square)
    apart = sqrt(square * (p * (1 - p) + square / 4)) / (1 + square)
    return p, middle - apart, middle + apart
