"""The wire of a doorbell: a named pipe beside a file, which wakes whoever waits for that file to change.

SQLite tells nobody that it was written to. Polling it every 3 ms cost 1.3 % of a core for ever and 1.8 ms a ring; the
pipe costs nothing while it is silent and wakes within 0.1 ms. It carries no truth: a pull that is lost costs as long as
the wait lasts.
"""

import os
import select
from contextlib import suppress
from pathlib import Path


class Wire:
    """One end of it, for pulling and for waiting; threads and processes may share the pipe. Raises OSError if the file
    system has no named pipes."""

    def __init__(self, path: Path) -> None:
        with suppress(FileExistsError):
            os.mkfifo(path, 0o600)
        # For reading and writing: opening waits for no other end, and what is pulled before anybody waits is kept.
        self._pipe = os.open(path, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
        self._waiting = select.poll()
        self._waiting.register(self._pipe, select.POLLIN)

    def pull(self) -> None:
        """Wake whoever waits, or whoever waits next."""
        with suppress(BlockingIOError):  # full of pulls that nobody has answered: they will do
            os.write(self._pipe, b"!")

    def wait(self, seconds: float) -> bool:
        """Whether it was pulled, since the last time or until `seconds` have passed. One of several waiters is woken."""
        if not self._waiting.poll(seconds * 1000):
            return False
        with suppress(BlockingIOError):  # another waiter was quicker
            os.read(self._pipe, 4096)
        return True

    def close(self) -> None:
        """Let go of it."""
        os.close(self._pipe)
