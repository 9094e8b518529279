"""Ids for new rows, taken from one number line.

A batch knows its ids before it is written, which spares a round trip a row, and two processes never draw the same.
"""

from collections.abc import Sequence

from sqlalchemy import Connection, text

from runtime.ledger.prepared import Prepared

# PostgreSQL hands out blocks: a sequence makes no writer wait for another's commit, as a counting row would.
_BLOCK = 1000
_SQLITE = Prepared(text("UPDATE counter SET next = next + :count WHERE name = 'id' RETURNING next"))
_POSTGRES = text("SELECT nextval('cartwheel_id') FROM generate_series(1, :blocks)")


def reserve(connection: Connection, count: int) -> Sequence[int]:
    """`count` rising ids that nobody else gets."""
    if count == 0:
        return ()
    if connection.dialect.name == "sqlite":
        ((end,),) = _SQLITE.all(connection, {"count": count})
        return range(end - count, end)
    blocks = connection.execute(_POSTGRES, {"blocks": -(-count // _BLOCK)}).scalars().all()
    return [first * _BLOCK + offset for first in blocks for offset in range(_BLOCK)][:count]
