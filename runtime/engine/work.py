"""The engine's loop: new events first, then what is due, a batch and a transaction at a time."""

import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager

from sqlalchemy import or_, select, text

from runtime.engine.batch import Batch
from runtime.engine.coupons import Mint
from runtime.engine.duties import DUTIES, HOME, Duty
from runtime.engine.entries import occasions, schedules
from runtime.engine.entries.following import follow
from runtime.engine.leaving.watch import look_again
from runtime.engine.new_dates import wait_as_it_is_now
from runtime.engine.new_zones import wait_by_new_clocks
from runtime.engine.pace import MOST, Pace
from runtime.engine.program import Programs
from runtime.house import House
from runtime.ledger.prepared import Prepared
from runtime.ledger.tables import workspace
from runtime.segments import keeping

LONGEST = 0.015
"""Seconds a write transaction should last at most; while it does, intake waits. Batches shrink and grow to keep to it."""

_BUSY = Prepared(
    select(HOME, *(duty.there_is.label(duty.name) for duty in DUTIES))
    .select_from(workspace)
    .where(or_(*(duty.there_is for duty in DUTIES)))
    .order_by(HOME)
)
# One engine a workspace at a time, so that the events of one contact stay in order. SQLite has one writer anyway.
_ALONE = text("SELECT pg_advisory_xact_lock(7264, :workspace)")


class Engine:
    """Works off what there is to do. One in a process; several processes may each have one."""

    def __init__(self, house: House, longest: float = LONGEST) -> None:
        """`longest` is how many seconds a transaction should last, where somebody else has to write as well."""
        self.house = house
        self._longest = longest
        self._programs = Programs()
        self._paces: dict[str, Pace] = {}
        self.at_most = MOST
        """No transaction takes more than this, however quickly they go."""

    def work(self) -> bool:
        """Up to one batch of each duty, for each workspace. Returns whether there was anything.

        Only a batch of events, so that a long backlog keeps nobody waiting who is due.
        """
        with self.house.ledger.read() as tx:
            busy = [row._mapping for row in tx.all(_BUSY, {"now": self.house.clock.now()})]
        for row in busy:
            self.do(row["id"], [duty.name for duty in DUTIES if row[duty.name]])
        return bool(busy)

    def do(self, workspace_id: int, names: Collection[str]) -> None:
        """A batch of each of these duties, in their order."""
        for duty in DUTIES:
            if duty.name in names:
                self._batch(workspace_id, duty)

    def next_due(self) -> int | None:
        """When the next of anything falls due, UTC microseconds; None if nothing waits."""
        with self.house.ledger.read() as tx:
            moments = [row[0] for duty in DUTIES if duty.next_at is not None for row in tx.all(duty.next_at)]
        return min((at for at in moments if at is not None), default=None)

    def _batch(self, workspace_id: int, duty: Duty) -> None:
        pace = self._paces.setdefault(duty.name, Pace(self._longest))
        with one_batch(self.house, workspace_id, self._programs) as batch:
            began = time.perf_counter()
            done = duty.do(batch, self._programs, min(pace.limit, self.at_most))
        pace.learn(done, time.perf_counter() - began)


@contextmanager
def one_batch(house: House, workspace_id: int, programs: Programs) -> Iterator[Batch]:
    """A transaction in which the engine, or a person by its rules, changes runs. What was gathered is written at its end."""
    with house.ledger.write(workspace_id) as tx:
        if tx.dialect == "postgresql":
            tx.execute(_ALONE, {"workspace": workspace_id})
        batch = Batch(tx, house.clock.now(), mint=Mint(house.vault, paper=house.paper))
        yield batch
        follow(batch, programs)
        look_again(batch, programs)
        wait_as_it_is_now(batch, programs)
        wait_by_new_clocks(batch, programs)
        batch.write()
        occasions.keep(batch, programs)
        schedules.keep(batch, programs)
        keeping.keep(batch)
