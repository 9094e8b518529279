"""What SQLite is told of the tables before there is anything in them, so that it takes the right index from the first day.

Without statistics it takes "of this workspace" for a good way to find a row, and then reads the whole shop for one contact.
With statistics gathered from a young shop it would do the same for a while. So it gets those of a shop that has grown, once
and for good: plans stay the same however the tables grow. PostgreSQL gathers its own.
"""

from math import prod

from sqlalchemy import Connection, text

ROWS = 1_000_000
"""Rows of every table, as far as plans are concerned."""
UNFINISHED = 1_000
"""Rows of an index that has only some: what waits, what is under way."""
GROWING = ("run_key",)
"""Indexes that have only some rows, and grow all the same."""
FEW = {
    "workspace": 1,
    "channel": 2,
    "state": 5,
    "name": 50,
    "kind": 3,
    "flow": 50,
    "version": 200,
    "block": 500,
    "occasion": 50,
    "segment": 50,
    "day": 1_000,
    "what": 20,
    "key": 100_000,
    "contact": 100_000,
    "run": 200_000,
    "item": 20_000,
    "product": 20_000,
    "since_at": 900_000,
}
"""How many different values a column has. One that is not named has as many as there are rows."""


def tell(connection: Connection) -> None:
    """Write the statistics that SQLite plans by. Connections that are open already keep to what they knew."""
    connection.execute(text("ANALYZE"))  # makes the table that they are kept in
    connection.execute(text("DELETE FROM sqlite_stat1"))
    rows = [
        {"tbl": table, "idx": index, "stat": " ".join(map(str, (rows, *_rows_each(columns, rows))))}
        for table, index, rows, columns in _indexes(connection)
    ]
    connection.execute(text("INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES (:tbl, :idx, :stat)"), rows)
    connection.execute(text("ANALYZE sqlite_schema"))  # reads them


def _indexes(connection: Connection) -> list[tuple[str, str, int, list[str]]]:
    query = (
        "SELECT m.name, l.name, l.partial, i.name FROM sqlite_schema m"
        " JOIN pragma_index_list(m.name) l JOIN pragma_index_info(l.name) i WHERE m.type = 'table' ORDER BY 1, 2, i.seqno"
    )
    found: dict[tuple[str, str, int], list[str]] = {}
    for table, index, partial, column in connection.execute(text(query)):
        found.setdefault((table, index, UNFINISHED if partial and index not in GROWING else ROWS), []).append(column)
    return [(*index, columns) for index, columns in found.items()]


def _rows_each(columns: list[str], rows: int) -> list[int]:
    """For each column of an index: how many rows have the same value in it and in all before it."""
    values = [FEW.get(column, rows) for column in columns]
    return [max(1, rows // min(rows, prod(values[: place + 1]))) for place in range(len(columns))]
