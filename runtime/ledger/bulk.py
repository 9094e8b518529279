"""Many rows at once without SQLAlchemy's work per row: 3 µs a row instead of 9, where a batch has 10 µs for everything."""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import chain
from typing import Any

from sqlalchemy import Table

from runtime.ledger.database import Tx
from runtime.ledger.prepared import run

TOGETHER = 50
"""Rows that SQLite takes with one statement: it then begins and ends its work once for all of them, a third less a row."""
_PLACE = re.compile(r":([a-z_]+)")


def insert_tuples(tx: Tx, table: Table, columns: tuple[str, ...], rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert rows that are in the form the database keeps: JSON already written, the workspace in its place."""
    whole = len(rows) - len(rows) % TOGETHER if tx.dialect == "sqlite" else 0
    for start in range(0, whole, TOGETHER):
        values = tuple(chain.from_iterable(rows[start : start + TOGETHER]))
        run(tx.connection, _insert(table, columns, tx.dialect, TOGETHER), [values])
    if len(rows) > whole:
        run(tx.connection, _insert(table, columns, tx.dialect, 1), rows[whole:])


def update_tuples(tx: Tx, table: Table, key: str, columns: tuple[str, ...], rows: Sequence[tuple[Any, ...]]) -> None:
    """Set `columns` of the rows that `key`, the last value of each tuple, names."""
    if rows:
        run(tx.connection, _update(table, key, columns, tx.dialect), rows)


def run_many(tx: Tx, sql: str, rows: Sequence[Mapping[str, Any]]) -> int:
    """Run SQL with `:name` places once for each row, and return how many rows it changed in all."""
    if not rows:
        return 0
    return run(tx.connection, _placed(sql, tx.dialect), rows)


@cache
def _placed(sql: str, dialect: str) -> str:
    return sql if dialect == "sqlite" else _PLACE.sub(r"%(\1)s", sql)


@cache
def _update(table: Table, key: str, columns: tuple[str, ...], dialect: str) -> str:
    mark = "?" if dialect == "sqlite" else "%s"
    pairs = ", ".join(f"{table.c[column].name} = {mark}" for column in columns)
    return f"UPDATE {table.name} SET {pairs} WHERE {table.c[key].name} = {mark}"  # noqa: S608 - our own names


@cache
def _insert(table: Table, columns: tuple[str, ...], dialect: str, rows: int) -> str:
    names = ", ".join(table.c[column].name for column in columns)
    row = f"({', '.join(['?' if dialect == 'sqlite' else '%s'] * len(columns))})"
    return f"INSERT INTO {table.name} ({names}) VALUES {', '.join([row] * rows)}"  # noqa: S608 - our own names
