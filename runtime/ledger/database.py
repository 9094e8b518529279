"""The ledger: one SQL database, SQLite by default, PostgreSQL by URL.

`Ledger.write(workspace)` and `Ledger.read(workspace)` open a transaction bound to one workspace (`Tx`); queries take it
and go through `Tx.mine`, so that none can forget whose rows it means. No write transaction lasts over 20 ms or spans
rendering or I/O: while it runs, nobody else writes to a SQLite file.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Executable,
    Row,
    Table,
    bindparam,
    create_engine,
    event,
    make_url,
    select,
    text,
)
from sqlalchemy.engine import URL, CursorResult

from runtime.ledger import ids, tables
from runtime.ledger.halt import Halt
from runtime.ledger.prepared import Prepared
from runtime.ledger.schema import bring_up_to_date
from runtime.ledger.turnstile import Turnstile

_ZONE = Prepared(select(tables.workspace.c.zone).where(tables.workspace.c.id == bindparam("workspace")))


@dataclass(slots=True)
class Tx:
    """A transaction, bound to one workspace."""

    connection: Connection
    workspace: int
    story: bool = True
    """Whether what happens is told for people: step by step, and in the counts of each day."""
    _zone: str | None = None

    def mine(self, table: Table) -> ColumnElement[bool]:
        """The condition that a row is this workspace's."""
        return table.c.workspace == self.workspace

    def execute(self, statement: Executable, rows: Any = None) -> CursorResult[Any]:
        """Run a statement; a list of rows runs it for each of them in one call."""
        return self.connection.execute(statement, rows)

    def all(self, statement: Executable | Prepared, values: Mapping[str, Any] | None = None) -> Sequence[Row[Any]]:
        """Every row of the answer."""
        if isinstance(statement, Prepared):
            return statement.all(self.connection, values or {})
        return self.connection.execute(statement, values or {}).all()

    def first(self, statement: Executable | Prepared, values: Mapping[str, Any] | None = None) -> Row[Any] | None:
        """The first row of the answer, or None."""
        if isinstance(statement, Prepared):
            return next(iter(statement.all(self.connection, values or {})), None)
        return self.connection.execute(statement, values or {}).first()

    def scalar(self, statement: Executable | Prepared, values: Mapping[str, Any] | None = None) -> Any:
        """The first column of the first row, or None."""
        row = self.first(statement, values)
        return row[0] if row is not None else None

    def insert(self, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
        """Insert many rows; this workspace's number is filled in where a row has none."""
        if rows:
            for row in rows:
                if "workspace" not in row:
                    row["workspace"] = self.workspace  # type: ignore[index]
            self.connection.execute(table.insert(), rows)

    def reserve(self, count: int) -> Sequence[int]:
        """That many new ids."""
        return ids.reserve(self.connection, count)

    @property
    def zone(self) -> str | None:
        """The workspace's time zone, as it was when it was first asked for; None if there is no such workspace."""
        if self._zone is None:
            self._zone = self.scalar(_ZONE, {"workspace": self.workspace})
        return self._zone

    @property
    def dialect(self) -> str:
        """ "sqlite" or "postgresql"."""
        return self.connection.dialect.name


class Ledger:
    """The database. Safe to use from several threads; not across a fork."""

    def __init__(self, url: str | URL) -> None:
        self.url = make_url(url)
        self.engine, self._turnstile = _connect(self.url)
        self._looking = _for_looks(self.engine)

    @classmethod
    def open(cls, url: str | URL) -> "Ledger":
        """Connect, and make or migrate the tables. Raises SchemaTooNew if a newer Cartwheel has written them, and
        CannotMigrate."""
        ledger = cls(url)
        with ledger._turn():
            bring_up_to_date(ledger.engine)
        return ledger

    @contextmanager
    def write(self, workspace: int = 0) -> Iterator[Tx]:
        """A transaction that commits at the end of the block and rolls back if it raises."""
        with self._turn(), self.engine.connect() as connection:
            if self._turnstile is not None:
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            try:
                yield Tx(connection, workspace)
                connection.commit()
            except BaseException:
                connection.rollback()
                raise

    @contextmanager
    def read(self, workspace: int = 0, halt: Halt | None = None) -> Iterator[Tx]:
        """A look that sees the ledger as it was at its first statement, writes nothing and keeps no writer waiting. Raises
        Halted once `halt` says so."""
        with self._looking.connect() as connection:
            if self._turnstile is not None:
                connection.exec_driver_sql("BEGIN")
            with halt.over(connection) if halt is not None else nullcontext():
                yield Tx(connection, workspace)
            connection.rollback()

    def workspaces(self) -> list[int]:
        """Ids of all workspaces, for work that goes through each of them in turn."""
        with self.read() as tx:
            return [row.id for row in tx.all(tables.workspace.select().order_by(tables.workspace.c.id))]

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()

    def _turn(self) -> AbstractContextManager[None]:
        return self._turnstile.pass_through() if self._turnstile is not None else nullcontext()


def _connect(url: URL) -> tuple[Engine, Turnstile | None]:
    if url.get_backend_name() == "postgresql":
        engine = create_engine(url.set(drivername="postgresql+psycopg"), pool_size=10, pool_pre_ping=True)
        event.listen(engine, "connect", _spare_the_compiler)
        return engine, None
    in_memory = not url.database or url.database == ":memory:"
    # The connection that was used last knows the most pages still.
    pool: dict[str, Any] = {} if in_memory else {"pool_use_lifo": True}
    engine = create_engine(url, connect_args={"timeout": 30, "check_same_thread": False}, pool_size=10, **pool)

    @event.listens_for(engine, "connect")
    def _configure(connection: Any, _record: Any) -> None:
        # The driver must not open transactions of its own: a deferred BEGIN that reads and then writes fails at once
        # with "database is locked", whatever the timeout.
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "cache_size = -32768", "wal_autocheckpoint = 8000"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    return engine, None if in_memory else Turnstile(Path(url.database or ""))


def _for_looks(engine: Engine) -> Engine:
    """The same connections, for transactions that only look. PostgreSQL would show each statement of one another state."""
    if engine.dialect.name != "postgresql":
        return engine
    return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


def _spare_the_compiler(connection: Any, _record: Any) -> None:
    """PostgreSQL would compile the engine's look at what there is to do, each time: 300 ms for what takes 3."""
    connection.autocommit = True
    connection.execute("SET jit = off")
    connection.autocommit = False


def ping(ledger: Ledger) -> None:
    """Raise whatever keeps the database from answering."""
    with ledger.read() as tx:
        tx.scalar(text("SELECT 1"))
