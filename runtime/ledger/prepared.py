"""Statements that are run over and over, on SQLite without what SQLAlchemy works out anew at each run: a third of the time,
where a batch of the engine runs twenty of them and has 15 ms for everything. On PostgreSQL the way there costs more than that.
"""

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

from sqlalchemy import CompoundSelect, Connection, Row, Select, TextClause, UpdateBase
from sqlalchemy.engine import Dialect
from sqlalchemy.engine.result import IteratorResult, SimpleResultMetaData
from sqlalchemy.exc import DBAPIError

Query = Select[Any] | CompoundSelect[Any] | UpdateBase | TextClause


class Prepared:
    """A query, or a change that gives rows back, which is written out once: a module's constant, that `Tx.all`, `first` and
    `scalar` take as any other."""

    def __init__(self, query: Query) -> None:
        self.query = query
        self._written: _Written | None = None

    def all(self, connection: Connection, values: Mapping[str, Any]) -> Sequence[Row[Any]]:
        """Every row of the answer to these values of its named parameters, each in the form in which it is kept."""
        if not _asked_directly(connection):
            return connection.execute(self.query, values).all()
        if self._written is None:
            self._written = _Written(self.query, connection.dialect)
        return self._written.rows(connection, values)


def run(connection: Connection, sql: str, rows: Sequence[Any]) -> int:
    """Run SQL as the driver takes it, for each of the rows. How many rows of the table that changed."""
    if not _asked_directly(connection):
        return connection.exec_driver_sql(sql, list(rows)).rowcount
    try:
        return _driver(connection).executemany(sql, rows).rowcount
    except sqlite3.Error as error:
        raise DBAPIError.instance(sql, None, error, sqlite3.Error) from error


def _asked_directly(connection: Connection) -> bool:
    """Whether the driver can be asked itself: nobody wants to hear of statements that go by."""
    return connection.dialect.name == "sqlite" and not connection.engine.dispatch.before_cursor_execute


def _driver(connection: Connection) -> sqlite3.Connection:
    return cast(sqlite3.Connection, connection.connection.driver_connection)


class _Written:
    """A query as SQLite's driver takes it."""

    def __init__(self, query: Query, dialect: Dialect) -> None:
        compiled = query.compile(dialect=dialect)
        asked_for = {name: None for name, bind in compiled.binds.items() if bind.required}
        expanded = compiled.construct_expanded_state(asked_for)
        self._sql, self._asked_for = expanded.statement, asked_for.keys()
        self._places = [(name, expanded.parameters[name]) for name in expanded.positiontup or ()]
        columns = list(query.exported_columns) if not isinstance(query, TextClause) else []
        self._shape: SimpleResultMetaData | None = None
        readers = [column.type.dialect_impl(dialect).result_processor(dialect, None) for column in columns]
        self._readers = [(place, reader) for place, reader in enumerate(readers) if reader is not None]

    def rows(self, connection: Connection, values: Mapping[str, Any]) -> Sequence[Row[Any]]:
        given = [values[name] if name in self._asked_for else fixed for name, fixed in self._places]
        try:
            answer = _driver(connection).execute(self._sql, given)
            rows = answer.fetchall()
        except sqlite3.Error as error:
            raise DBAPIError.instance(self._sql, given, error, sqlite3.Error) from error
        if self._readers:
            rows = [_read(row, self._readers) for row in rows]
        if self._shape is None:
            self._shape = SimpleResultMetaData([name for name, *_ in answer.description])
        found: Sequence[Any] = IteratorResult(self._shape, iter(rows)).all()
        return found


def _read(row: tuple[Any, ...], readers: Sequence[tuple[int, Callable[[Any], Any]]]) -> tuple[Any, ...]:
    read = list(row)
    for place, reader in readers:
        read[place] = reader(read[place])
    return tuple(read)
