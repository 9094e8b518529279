"""What the engine has to do: each kind of work, how to tell that there is some, and when there will be.

In the order in which a workspace's work is done. Events go first, so that an order ends its run before the reminder that is
due.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Select, and_, bindparam, func, not_, select

from runtime.engine import replies, wakes
from runtime.engine.batch import Batch
from runtime.engine.entries import arrivals, beginnings, occasions, offers, schedules, ties
from runtime.engine.entries.reception import take_events
from runtime.engine.leaving import endings
from runtime.engine.programs import Programs
from runtime.engine.publishing import moving, overdue
from runtime.engine.wakes import NEXT_WAKE, wake
from runtime.ledger.tables import (
    appointment,
    event,
    interest_kept,
    move,
    occasion,
    offer,
    product_change,
    reply,
    review,
    run,
    schedule,
    segment,
    workspace,
)
from runtime.segments import keeping

NOW: BindParameter[int] = bindparam("now")
HOME = workspace.c.id


@dataclass(frozen=True, slots=True)
class SetAside:
    """How to let some work be that fails."""

    first: Callable[[Batch], int | None]
    """What would be done first, if anything is to be done."""
    let_be: Callable[[Batch, int, Exception], str | None]
    """Lets it be because of an error. Returns what it was, in words for the log; None if it is not to be done any more."""


@dataclass(frozen=True, slots=True)
class Duty:
    """One kind of work."""

    name: str
    there_is: ColumnElement[bool]
    """Whether there is some `NOW` in the workspace `HOME`."""
    do: Callable[[Batch, Programs, int], int]
    """Does up to a number of it. Returns how much there was."""
    next_at: Select[Any] | None = None
    """Where it falls due by time: when next, UTC microseconds, of each workspace."""
    set_aside: SetAside | None = None


def _soonest(at: Any) -> Select[Any]:
    """The first of these instants in each workspace."""
    return select(select(func.min(at)).where(at.table.c.workspace == HOME).scalar_subquery())


_TIED = (
    select(interest_kept.c.name).where(interest_kept.c.workspace == HOME, interest_kept.c.upto_at.is_not(None)).exists()
)
DUTIES = (
    Duty(
        "new",
        select(event.c.id).where(event.c.workspace == HOME, event.c.state == "new").exists(),
        take_events,
        set_aside=SetAside(arrivals.first_new, arrivals.let_be),
    ),
    Duty("ending", endings.some_end(HOME), endings.end),
    Duty("resuming", overdue.some_promised(HOME), overdue.keep),
    Duty("promised", select(move.c.id).where(move.c.workspace == HOME).exists(), moving.keep_promises),
    Duty("replied", select(reply.c.message).where(reply.c.workspace == HOME).exists(), replies.take),
    Duty(
        "due",
        select(run.c.id).where(run.c.state == "open", run.c.wake_at <= NOW, run.c.workspace == HOME).exists(),
        wake,
        NEXT_WAKE,
        SetAside(wakes.first_due, wakes.let_be),
    ),
    Duty(
        "come",
        select(appointment.c.contact).where(appointment.c.due_at <= NOW, appointment.c.workspace == HOME).exists(),
        occasions.bring,
        _soonest(appointment.c.due_at),
    ),
    Duty(
        "expected",
        select(occasion.c.id).where(occasion.c.workspace == HOME, occasion.c.planned.is_not(None)).exists(),
        occasions.plan,
    ),
    Duty("tied", _TIED, ties.plan),
    Duty(
        "offered",
        # Only once all are tied: whoever asked first is to be first.
        and_(select(offer.c.id).where(offer.c.due_at <= NOW, offer.c.workspace == HOME).exists(), not_(_TIED)),
        offers.bring,
        _soonest(offer.c.due_at),
    ),
    Duty(
        "changed",
        select(product_change.c.id).where(product_change.c.workspace == HOME, offers.FRESH).exists(),
        offers.look,
    ),
    Duty(
        "scheduled",
        schedules.some_due(HOME, NOW),
        schedules.bring,
        _soonest(schedule.c.due_at),
    ),
    Duty("beginning", beginnings.some_begin(HOME), beginnings.bring),
    Duty(
        "turned",
        select(review.c.contact).where(review.c.due_at <= NOW, review.c.workspace == HOME).exists(),
        keeping.review_due,
        _soonest(review.c.due_at),
    ),
    Duty(
        "newly_ruled",
        select(segment.c.id).where(segment.c.workspace == HOME, segment.c.planned.is_not(None)).exists(),
        keeping.plan,
    ),
)
