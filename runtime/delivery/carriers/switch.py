"""Waits for many sockets at once, and can be woken by another thread."""

import contextlib
import selectors
import socket
from collections.abc import Callable

READ = selectors.EVENT_READ
WRITE = selectors.EVENT_WRITE
Ready = Callable[[int], None]
"""Called with READ, WRITE or both when a socket is ready."""


class Switch:
    """One for everything that a process sends."""

    def __init__(self) -> None:
        self._selector = selectors.DefaultSelector()
        self._bell, self._ear = socket.socketpair()
        for end in (self._bell, self._ear):
            end.setblocking(False)
        self._selector.register(self._ear, READ, self._heard)

    def add(self, sock: socket.socket, ready: Ready) -> None:
        """Call `ready` whenever there is something to read."""
        self._selector.register(sock, READ, ready)

    def watch(self, sock: socket.socket, events: int, ready: Ready) -> None:
        """Change what is waited for."""
        self._selector.modify(sock, events, ready)

    def remove(self, sock: socket.socket) -> None:
        """Wait for it no longer; do this before closing it."""
        self._selector.unregister(sock)

    def wait(self, seconds: float) -> bool:
        """Wait until something is ready, at most so long, and see to it. Whether anything was."""
        found = self._selector.select(seconds)
        for key, events in found:
            key.data(events)
        return bool(found)

    def wake(self) -> None:
        """End a wait, from any thread."""
        with contextlib.suppress(OSError):  # it has been woken often enough already, or is closed
            self._bell.send(b"!")

    def close(self) -> None:
        """Free what it holds."""
        self._selector.close()
        self._bell.close()
        self._ear.close()

    def _heard(self, _events: int) -> None:
        with contextlib.suppress(BlockingIOError):
            while self._ear.recv(256):
                pass
