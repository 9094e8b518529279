"""What the engine has to do: each kind of work, how to tell that there is some, and when there will be.

In the order in which a workspace's work is done. Events go first, so that an order ends its run before the reminder that is
due.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Select, bindparam, func, select

from runtime.engine import endings, moving, occasions, overdue
from runtime.engine.arrivals import take_events
from runtime.engine.batch import Batch
from runtime.engine.program import Programs
from runtime.engine.wakes import NEXT_WAKE, wake
from runtime.ledger.tables import appointment, event, move, occasion, run, workspace

NOW: BindParameter[int] = bindparam("now")
HOME = workspace.c.id


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


def _soonest(at: Any) -> Select[Any]:
    """The first of these instants in each workspace."""
    return select(select(func.min(at)).where(at.table.c.workspace == HOME).scalar_subquery())


DUTIES = (
    Duty("new", select(event.c.id).where(event.c.workspace == HOME, event.c.state == "new").exists(), take_events),
    Duty("ending", endings.some_end(HOME), endings.end),
    Duty("resuming", overdue.some_promised(HOME), overdue.keep),
    Duty("promised", select(move.c.id).where(move.c.workspace == HOME).exists(), moving.keep_promises),
    Duty(
        "due",
        select(run.c.id).where(run.c.state == "open", run.c.wake_at <= NOW, run.c.workspace == HOME).exists(),
        wake,
        NEXT_WAKE,
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
)
