"""A column held against a list of values, in one parameter.

SQLAlchemy's own IN writes the statement anew for every length of the list (0.1 ms each, where a batch of the engine has
15 ms for everything); this is compiled once.
"""

from collections.abc import Iterable
from typing import Any

import orjson
from sqlalchemy import Boolean, ColumnElement, bindparam
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction

from runtime.ledger.database import Tx


class _Among(GenericFunction[bool]):
    name = "among"
    type = Boolean()
    inherit_cache = True
    _is_implicitly_boolean = True  # else SQLAlchemy writes "(…) = 1" on SQLite, for which no index is used


@compiles(_Among, "sqlite")
def _sqlite(element: _Among, compiler: SQLCompiler, **kwargs: Any) -> str:
    column, values = element.clauses
    names, list_ = compiler.process(column, **kwargs), compiler.process(values, **kwargs)
    return f"{names} IN (SELECT value FROM json_each({list_}))"  # noqa: S608 - a column and a parameter


@compiles(_Among, "postgresql")
def _postgresql(element: _Among, compiler: SQLCompiler, **kwargs: Any) -> str:
    column, values = element.clauses
    return f"{compiler.process(column, **kwargs)} = ANY ({compiler.process(values, **kwargs)})"


def among(column: ColumnElement[Any], name: str) -> ColumnElement[bool]:
    """The condition that `column` is one of the values given as parameter `name` (see `listed`)."""
    return _Among(column, bindparam(name))


def listed(tx: Tx, values: Iterable[Any]) -> Any:
    """Values as the parameter of an `among`."""
    return orjson.dumps(list(values)).decode() if tx.dialect == "sqlite" else list(values)
