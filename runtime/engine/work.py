"""The engine's loop: new events first, then what is due, a batch and a transaction at a time.

What fails keeps nobody else: a batch is halved until what fails stands alone, and that is set aside, with its error in the
log. Unless the database is away, which is nobody's fault and passes.
"""

import logging
import time
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from functools import partial

from sqlalchemy import or_, select, text

from runtime.calm import is_away
from runtime.engine.batch import Batch
from runtime.engine.coupons import Mint
from runtime.engine.duties import DUTIES, HOME, Duty, SetAside
from runtime.engine.entries import occasions, schedules
from runtime.engine.entries.following import follow
from runtime.engine.holding.new_dates import wait_as_it_is_now
from runtime.engine.holding.new_zones import wait_by_new_clocks
from runtime.engine.leaving.watch import look_again
from runtime.engine.pace import MOST, Pace
from runtime.engine.programs import Programs
from runtime.house import House
from runtime.ledger import Tx
from runtime.ledger.prepared import Prepared
from runtime.ledger.tables import event, workspace
from runtime.segments import keeping

log = logging.getLogger(__name__)

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

        Only a batch of events, so that a long backlog keeps nobody waiting who is due. What fails in one workspace is raised
        when all of them have been seen to.
        """
        with self.house.ledger.read() as tx:
            busy = [row._mapping for row in tx.all(_BUSY, {"now": self.house.clock.now()})]
        _each(partial(self.do, row["id"], [duty.name for duty in DUTIES if row[duty.name]]) for row in busy)
        return bool(busy)

    def take_over(self) -> None:
        """Try what was set aside once more: with a newer Cartwheel it may work. For who starts."""
        with self.house.ledger.write() as tx:
            tx.execute(event.update().where(event.c.state == "failed").values(state="new"))

    def do(self, workspace_id: int, names: Collection[str]) -> None:
        """A batch of each of these duties, in their order. What fails in one is raised when all of them had their turn."""
        _each(partial(self._batch, workspace_id, duty) for duty in DUTIES if duty.name in names)

    def next_due(self) -> int | None:
        """When the next of anything falls due, UTC microseconds; None if nothing waits."""
        with self.house.ledger.read() as tx:
            moments = [row[0] for duty in DUTIES if duty.next_at is not None for row in tx.all(duty.next_at)]
        return min((at for at in moments if at is not None), default=None)

    def _batch(self, workspace_id: int, duty: Duty) -> None:
        pace = self._paces.setdefault(duty.name, Pace(self._longest))
        limit = min(pace.limit, self.at_most)
        first = None
        while True:
            try:
                with one_batch(self.house, workspace_id, self._programs) as batch:
                    began = time.perf_counter()
                    if limit == 1 and duty.set_aside is not None:
                        first = duty.set_aside.first(batch)
                    done = duty.do(batch, self._programs, limit)
                break
            except Exception as error:
                if is_away(error) or duty.set_aside is None:
                    raise
                if limit == 1:
                    self._set_aside(workspace_id, duty.set_aside, first, error)
                    return
                limit //= 2
        pace.learn(done, time.perf_counter() - began)

    def _set_aside(self, workspace_id: int, set_aside: SetAside, which: int | None, error: Exception) -> None:
        """Let be what failed, if it is still to be done: another worker may have seen to it."""
        with _alone(self.house, workspace_id) as tx:
            said = None if which is None else set_aside.let_be(Batch(tx, self.house.clock.now()), which, error)
        if said is not None:
            log.error("%s failed and was set aside.", said, exc_info=error)


def _each(works: Iterable[Callable[[], None]]) -> None:
    """Do each of these. What fails first is raised when all had their turn; that the database is away, at once."""
    failed: list[Exception] = []
    for work in works:
        try:
            work()
        except Exception as error:
            if is_away(error):
                raise
            failed.append(error)
    if failed:
        raise failed[0]


@contextmanager
def _alone(house: House, workspace_id: int) -> Iterator[Tx]:
    """A transaction in which no other engine works for the workspace."""
    with house.ledger.write(workspace_id) as tx:
        if tx.dialect == "postgresql":
            tx.execute(_ALONE, {"workspace": workspace_id})
        yield tx


@contextmanager
def one_batch(house: House, workspace_id: int, programs: Programs) -> Iterator[Batch]:
    """A transaction in which the engine, or a person by its rules, changes runs. What was gathered is written at its end."""
    with _alone(house, workspace_id) as tx:
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
