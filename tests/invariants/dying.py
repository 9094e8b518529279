"""Being overtaken between two transactions, and being killed at any statement."""

import os
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any

from sqlalchemy import event as hooks

from runtime.ledger import Ledger, Tx
from runtime.ledger.halt import Halt

KILLED = 9
"""How a process ends that was killed here."""


class Watched(Ledger):
    """A ledger that lets something else happen before its n-th transaction."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.left = 0
        self.meanwhile: Callable[[], object] | None = None
        hooks.listen(self.engine, "connect", _need_not_reach_the_disk)

    @contextmanager
    def write(self, workspace: int = 0) -> Iterator[Tx]:
        self._pause()
        with super().write(workspace) as tx:
            yield tx

    @contextmanager
    def read(self, workspace: int = 0, halt: Halt | None = None) -> Iterator[Tx]:
        self._pause()
        with super().read(workspace, halt) as tx:
            yield tx

    def _pause(self) -> None:
        self.left -= 1
        if self.left <= 0 and self.meanwhile is not None:
            happening, self.meanwhile = self.meanwhile, None
            happening()


def _need_not_reach_the_disk(connection: Any, _record: Any) -> None:
    """Processes are killed here, not the machine."""
    with connection.cursor() if hasattr(connection, "pgconn") else closing(connection.cursor()) as cursor:
        cursor.execute("SET synchronous_commit = off" if hasattr(connection, "pgconn") else "PRAGMA synchronous = OFF")
    connection.commit()


def die_at(ledger: Ledger, moment_: int) -> None:
    """Be killed at the n-th moment: each statement has one before and one after it, and so has each COMMIT."""
    left = moment_

    def pass_(*_: Any) -> None:
        nonlocal left
        left -= 1
        if left < 0:
            os._exit(KILLED)

    hooks.listen(ledger.engine, "before_cursor_execute", pass_)
    hooks.listen(ledger.engine, "after_cursor_execute", pass_)
    commit = ledger.engine.dialect.do_commit

    def do_commit(connection: Any) -> None:
        pass_()
        commit(connection)
        pass_()

    ledger.engine.dialect.do_commit = do_commit  # type: ignore[method-assign, assignment]
