"""What the worker process does: engine, then delivery, until both have nothing to do, whenever the doorbell rings.

Beside the thread that works there are two small ones: one keeps the time, one says that the worker lives. Whatever ends
the process and when, nothing is lost: the next one finds the work in the ledger.
"""

import logging
import os
import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from runtime import delivery, engine, process, pulse
from runtime.chores import Chores
from runtime.clock import SECOND
from runtime.doorbell import Doorbell, run_consumer
from runtime.house import House, open_house
from runtime.settings import Settings

log = logging.getLogger("runtime.worker")

ROUND = 5.0
"""Seconds after which the worker looks without having been rung for: as long as a lost ring may delay work."""
DEAF_ROUND = 1.0
"""The same while the queue cannot be reached."""
GLANCE = 1.0
"""The longest the timer sleeps, so that a wait that was just made is woken at most this late (seconds)."""
SETTLE = 0.2
"""Seconds between two rings of the timer, so that it does not ring all the time while the worker is at it."""


def main(settings: Settings) -> None:
    """Work until SIGINT or SIGTERM; the batch in hand is finished first."""
    bell = Doorbell(settings)
    house = open_house(settings, ring=bell.ring)
    worker = Worker(house, bell)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: worker.stopping.set())
    try:
        worker.run()
    finally:
        delivery.leave(house)
        house.close()


class Worker:
    """The worker of one process."""

    def __init__(self, house: House, bell: Doorbell) -> None:
        self._house = house
        self._bell = bell
        self._chores = Chores(house)
        self._looking = threading.Lock()
        self._busy_since: int | None = None
        self._began = house.clock.now()
        self.stopping = threading.Event()

    def run(self) -> None:
        """Until `stopping` is set."""
        engine.take_over(self._house)
        delivery.take_over(self._house)
        helpers = [threading.Thread(target=work, name=work.__name__, daemon=True) for work in (self._time, self._beat)]
        for helper in helpers:
            helper.start()
        process.settle_in()
        log.info("at work")
        try:
            run_consumer(self._bell, self.look, self.stopping)
        finally:
            self.stopping.set()
            for helper in helpers:
                helper.join(timeout=2)

    def look(self) -> None:
        """Do all there is to do. A part that fails is reported, and keeps the other from nothing."""
        with self._looking:
            self._busy_since = self._house.clock.now()
            try:
                while not self.stopping.is_set() and self._round():
                    pass
            finally:
                self._busy_since = None

    def _round(self) -> bool:
        """A batch of each; whether there may be more."""
        more = []
        for what, work in (("engine", self._advance), ("delivery", self._deliver)):
            try:
                more.append(work())
            except Exception:
                log.exception("The %s failed; what it had in hand is as before and will be tried again.", what)
        if len(more) < 2:
            self.stopping.wait(1.0)  # whatever it was, it has not passed within a millisecond
            return False
        return any(more)

    def _advance(self) -> bool:
        return engine.work(self._house)

    def _deliver(self) -> bool:
        return delivery.deliver(self._house, stopping=self.stopping.is_set)

    def _time(self) -> None:
        """Ring when something falls due, and every few seconds in case a ring was lost."""
        pause, next_round, reachable = 0.0, 0.0, True
        while not self.stopping.wait(pause):
            pause = GLANCE
            with self._kept_going("timer"):
                self._chores.do_what_is_due()
                due, now = self._until_due(), time.monotonic()
                if now >= next_round or (due is not None and due <= 0):
                    reachable = self._bell.ring()
                    if not reachable:
                        self.look()
                    next_round = time.monotonic() + (ROUND if reachable else DEAF_ROUND)
                    pause = SETTLE
                elif due is not None:
                    pause = min(due, GLANCE)

    def _until_due(self) -> float | None:
        """Seconds until the first wait, message or lease falls due; None if nothing waits."""
        moments = [at for at in (engine.next_due(self._house), delivery.next_due(self._house)) if at is not None]
        return (min(moments) - self._house.clock.now()) / SECOND if moments else None

    def _beat(self) -> None:
        """Say in the ledger that the worker lives."""
        me = {"pid": os.getpid(), "host": socket.gethostname(), "began_at": self._began}
        while True:
            with self._kept_going("pulse"):
                pulse.say(self._house, "worker", {**me, "busy_since": self._busy_since})
            if self.stopping.wait(pulse.BEAT / SECOND):
                return

    @contextmanager
    def _kept_going(self, what: str) -> Iterator[None]:
        """Nothing that fails now and may work in a second ends a thread that nobody would start again."""
        try:
            yield
        except Exception:  # the database may be away for a while
            log.warning("The %s was held up.", what, exc_info=True)


if __name__ == "__main__":
    process.run("worker", main)
