"""Breaking off a look into the ledger that nobody waits for any more."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError


class Halted(Exception):
    """The look was broken off by whoever had asked for it."""


class Halt:
    """Given to `Ledger.read`, it lets another thread break that look off: `halt.now()`. For one look."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._break_off: Callable[[], None] | None = None
        self._wanted = False

    def now(self) -> None:
        """Break off the statement that is being answered; the look raises Halted, at once if it has not begun. On
        PostgreSQL this goes over the network, so it may take a moment."""
        with self._lock:
            self._wanted = True
            if self._break_off is not None:
                self._break_off()

    @contextmanager
    def over(self, connection: Connection) -> Iterator[None]:
        """What is asked of the connection within the block can be broken off, and nothing that it is asked afterwards."""
        driver: Any = connection.connection.driver_connection
        break_off = driver.interrupt if connection.dialect.name == "sqlite" else driver.cancel
        with self._lock:
            if self._wanted:
                raise Halted
            self._break_off = break_off
        try:
            yield
        except OperationalError:
            if self._wanted:
                raise Halted from None
            raise
        finally:
            with self._lock:
                self._break_off = None
