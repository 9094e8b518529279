"""Whether a mail server is in use, or left alone for a while because it takes nothing from anybody."""

from dataclasses import dataclass, field

from runtime.clock import SECOND
from runtime.delivery.carriers.trouble import Trouble

PAUSES = tuple(seconds * SECOND for seconds in (2, 4, 8, 15, 30, 60))
"""How long it is left alone after each failure; the last for as long as it takes."""
STRIKES = 3
"""New connections in a row on which a mail broke off, before the server is taken to be at fault and not the mail."""


@dataclass(slots=True)
class Gate:
    """Between the workspaces that use a server and the server. Instants are UTC microseconds.

    While it is closed no message is tried, so that none is blamed for what is not its fault.
    """

    host: str
    workspaces: set[int] = field(default_factory=set)
    since: int | None = None
    """Since when nothing goes out; None while all is well."""
    why: Trouble | None = None
    until: int = 0
    proven: bool = False
    """Whether this process has ever seen it work."""
    _failures: int = 0
    _strikes: int = 0

    def is_open(self, now: int) -> bool:
        """Whether something may be tried; while `since` is set, with one message only."""
        return self.since is None or now >= self.opens_at(now)

    def opens_at(self, now: int) -> int:
        """When something may be tried again. What is further ahead than it is ever left alone was said before the machine's
        clock went back, and is not believed."""
        return self.until if self.until - now <= PAUSES[-1] else now

    @property
    def probing(self) -> bool:
        """Whether it is only being tried."""
        return self.since is not None

    def failed(self, why: Trouble, now: int) -> None:
        """Nothing can be handed over: leave it alone for a while."""
        if not self.is_open(now):
            return  # several connections found out at the same time
        self.since = now if self.since is None else min(self.since, now)
        self.why = why
        self.until = now + PAUSES[min(self._failures, len(PAUSES) - 1)]
        self._failures += 1
        self._strikes = 0

    def worked(self) -> None:
        """The server has answered for a message."""
        self.since, self.why, self.proven, self._failures, self._strikes = None, None, True, 0, 0

    def strike(self, now: int) -> bool:
        """A new connection broke off in the middle of a mail. Whether the server is to blame; it is then left alone."""
        self._strikes += 1
        if self._strikes < STRIKES and not self.probing:
            return False
        self.failed(Trouble("server_hangs_up", {"host": self.host}), now)
        return True
