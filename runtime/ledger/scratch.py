"""A ledger that may be lost at any moment: what is played on it is over when its process is."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import create_engine, event, make_url

from runtime.ledger import ids
from runtime.ledger.database import Ledger, Tx
from runtime.ledger.halt import Halt
from runtime.ledger.schema import create_tables

# Without a journal a transaction can be as long as it likes; what does not fit into the cache goes to the file.
_PRAGMAS = (
    "journal_mode = OFF",
    "synchronous = OFF",
    "locking_mode = EXCLUSIVE",
    "cache_size = -32768",
    "temp_store = FILE",
)


_FOR_SCREENS = (
    "run_here", "run_flow", "run_listed", "message_leased", "message_inside", "message_contact", "message_recent",
    "message_here", "message_bundle",
)  # fmt: skip
"""Indexes by which people look and several workers agree: of both there are none here, and each costs with every row."""
_DRAWN = 10_000
"""Ids that are drawn at once, since nobody else draws any: a twentieth of a backtest went by in drawing a few at a time."""


@dataclass(slots=True)
class _ScratchTx(Tx):
    story: bool = False
    _left: Sequence[int] = ()

    def reserve(self, count: int) -> Sequence[int]:
        if len(self._left) < count:
            self._left = ids.reserve(self.connection, max(count, _DRAWN))
        drawn, self._left = self._left[:count], self._left[count:]
        return drawn


class ScratchLedger(Ledger):
    """An empty SQLite ledger in a file of its own, for one thread. All of it is one transaction that is never committed,
    which spares what opening and ending one costs (0.2 ms, where a moment of a backtest has two)."""

    def __init__(self, file: Path) -> None:
        self.url = make_url(f"sqlite:///{file}")
        self.engine = create_engine(self.url)
        self._turnstile = None

        @event.listens_for(self.engine, "connect")
        def _configure(connection: object, _record: object) -> None:
            connection.isolation_level = None  # type: ignore[attr-defined]
            for pragma in _PRAGMAS:
                connection.execute(f"PRAGMA {pragma}").close()  # type: ignore[attr-defined]

        self._only = self.engine.connect()
        self._only.exec_driver_sql("BEGIN EXCLUSIVE")
        create_tables(self._only)
        for index in _FOR_SCREENS:
            self._only.exec_driver_sql(f"DROP INDEX {index}")
        self._txs: dict[int, Tx] = {}

    @contextmanager
    def write(self, workspace: int = 0) -> Iterator[Tx]:
        """The one transaction. What raised leaves it half written: whoever plays gives up then."""
        if workspace not in self._txs:
            self._txs[workspace] = _ScratchTx(self._only, workspace)
        yield self._txs[workspace]

    @contextmanager
    def read(self, workspace: int = 0, halt: Halt | None = None) -> Iterator[Tx]:
        """The same one; nobody else is there who could break it off."""
        with self.write(workspace) as tx:
            yield tx

    def close(self) -> None:
        self._only.close()
        super().close()
