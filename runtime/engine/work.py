"""The engine's loop: new events first, then what is due, a batch and a transaction at a time."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import bindparam, func, or_, select, text

from runtime.engine import endings, moving, occasions, overdue
from runtime.engine.arrivals import take_events
from runtime.engine.batch import Batch
from runtime.engine.program import Programs
from runtime.engine.wakes import next_wake, wake
from runtime.engine.watch import look_again
from runtime.house import House
from runtime.ledger.tables import appointment, event, move, occasion, run, workspace

LONGEST = 0.015
"""Seconds a write transaction should last at most; while it does, intake waits. Batches shrink and grow to keep to it."""

_NEW = select(event.c.id).where(event.c.workspace == workspace.c.id, event.c.state == "new").exists()
_DUE = (
    select(run.c.id)
    .where(run.c.state == "open", run.c.wake_at <= bindparam("now"), run.c.workspace == workspace.c.id)
    .exists()
)
_COME = (
    select(appointment.c.contact)
    .where(appointment.c.due_at <= bindparam("now"), appointment.c.workspace == workspace.c.id)
    .exists()
)
_EXPECTED = (
    select(occasion.c.id).where(occasion.c.workspace == workspace.c.id, occasion.c.planned.is_not(None)).exists()
)
_PROMISED = select(move.c.id).where(move.c.workspace == workspace.c.id).exists()
_ENDING = endings.some_end(workspace.c.id)
_RESUMING = overdue.some_promised(workspace.c.id)
_BUSY = (
    select(
        workspace.c.id,
        _NEW.label("new"),
        _DUE.label("due"),
        _COME.label("come"),
        _EXPECTED.label("expected"),
        _PROMISED.label("promised"),
        _ENDING.label("ending"),
        _RESUMING.label("resuming"),
    )
    .where(or_(_NEW, _DUE, _COME, _EXPECTED, _PROMISED, _ENDING, _RESUMING))
    .order_by(workspace.c.id)
)
_NEXT_TO_COME = select(
    select(func.min(appointment.c.due_at)).where(appointment.c.workspace == workspace.c.id).scalar_subquery()
)
# One engine a workspace at a time, so that the events of one contact stay in order. SQLite has one writer anyway.
_ALONE = text("SELECT pg_advisory_xact_lock(7264, :workspace)")


class Engine:
    """Works off what there is to do. One in a process; several processes may each have one."""

    def __init__(self, house: House) -> None:
        self.house = house
        self._programs = Programs()
        self._limit = 100

    def work(self) -> bool:
        """Up to one batch of new events, of due runs and of what the clock brings, for each workspace. Returns whether there
        was anything.

        Events go first, so that an order ends its run before the reminder that is due; but only a batch of them, so
        that a long backlog keeps nobody waiting who is due.
        """
        with self.house.ledger.read() as tx:
            busy = tx.all(_BUSY, {"now": self.house.clock.now()})
        for row in busy:
            if row.new:
                self._batch(row.id, take_events)
            if row.ending:
                self._batch(row.id, endings.end)
            if row.resuming:
                self._batch(row.id, overdue.keep)
            if row.promised:
                self._batch(row.id, moving.keep_promises)
            if row.due:
                self._batch(row.id, wake)
            if row.come:
                self._batch(row.id, occasions.bring)
            if row.expected:
                self._batch(row.id, occasions.plan)
        return bool(busy)

    def next_due(self) -> int | None:
        """When the next run or occasion is due, UTC microseconds; None if nothing waits."""
        with self.house.ledger.read() as tx:
            moments = [next_wake(tx), *(row[0] for row in tx.all(_NEXT_TO_COME))]
        return min((at for at in moments if at is not None), default=None)

    def _batch(self, workspace_id: int, work: Callable[[Batch, Programs, int], int]) -> None:
        with one_batch(self.house, workspace_id, self._programs) as batch:
            began = time.perf_counter()
            done = work(batch, self._programs, self._limit)
        self._adapt(done, time.perf_counter() - began)

    def _adapt(self, done: int, took: float) -> None:
        if took > LONGEST:
            self._limit = max(10, int(self._limit * LONGEST / took))
        elif done >= self._limit:
            self._limit = min(500, self._limit + self._limit // 4 + 1)


@contextmanager
def one_batch(house: House, workspace_id: int, programs: Programs) -> Iterator[Batch]:
    """A transaction in which the engine, or a person by its rules, changes runs. What was gathered is written at its end."""
    with house.ledger.write(workspace_id) as tx:
        if tx.dialect == "postgresql":
            tx.execute(_ALONE, {"workspace": workspace_id})
        batch = Batch(tx, house.clock.now())
        yield batch
        look_again(batch, programs)
        batch.write()
        occasions.keep(batch, programs)
