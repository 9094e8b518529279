"""What the tables are made of: kinds of columns, and indexes of only some rows."""

from collections.abc import Callable
from typing import Any

import orjson
from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Index,
    Integer,
    MetaData,
    Text,
    TypeDecorator,
    literal_column,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeEngine

metadata = MetaData()

Int = BigInteger().with_variant(Integer(), "sqlite")
"""64 bits on both; only "INTEGER PRIMARY KEY" is SQLite's own row number, which spares an index a table."""


class Json(TypeDecorator[Any]):
    """A JSON value: text on SQLite, JSONB on PostgreSQL. A `str` that is bound is taken as JSON already written."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(JSONB() if dialect.name == "postgresql" else Text())

    # Both replace JSONB's own: it would write our text once more.
    def bind_processor(self, dialect: Dialect) -> Callable[[Any], str | None]:
        return _write_json

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any]:
        return _read_json


def _write_json(value: Any) -> str | None:
    return value if value is None or isinstance(value, str) else orjson.dumps(value).decode()


def _read_json(value: Any) -> Any:
    return orjson.loads(value) if isinstance(value, str) else value


class _InWords(Text.Comparator[str]):
    """Compares with words that stand in the statement."""

    def operate(self, op: Any, *other: Any, **kwargs: Any) -> ColumnElement[Any]:
        return super().operate(op, *map(_written, other), **kwargs)


class State(Text):
    """One of a few words. Those that it is compared with are written into the statement: of words that are bound, SQLite
    would look each time whether an index of only some rows fits them, and for that prepare the whole statement anew."""

    comparator_factory = _InWords


def _written(value: Any) -> Any:
    if isinstance(value, str):
        return literal_column("'" + value.replace("'", "''") + "'", Text)
    return [_written(one) for one in value] if isinstance(value, list | tuple | set | frozenset) else value


def row_id() -> Column[int]:
    return Column("id", Int, primary_key=True, autoincrement=False)


def partial(name: str, *columns: str, where: str, unique: bool = False) -> Index:
    """An index of only those rows for which `where` holds; used only by queries that repeat its words."""
    return Index(name, *columns, unique=unique, sqlite_where=text(where), postgresql_where=text(where))


def of_workspace() -> Column[int]:
    return Column("workspace", Int, nullable=False)
