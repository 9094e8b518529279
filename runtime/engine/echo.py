"""Events that flows let happen. They come in by the same door as the shop's, so that other flows can start at them.

A flow that starts a flow that starts the first one again would never end, so each event of ours carries how many of them
led to it, and the chain breaks after `MOST_DEEP`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Text, bindparam, cast, select

from runtime.ledger import Tx
from runtime.ledger.bulk import run_many
from runtime.ledger.lists import among, listed
from runtime.ledger.tables import event

SOURCE = "flow"
MOST_DEEP = 5
"""Flows that may start one another in a row; what comes after is recorded and starts nothing."""

_OURS = select(event.c.id, cast(event.c.who, Text).label("who")).where(
    event.c.workspace == bindparam("workspace"), event.c.source == SOURCE, among(event.c.id, "ids")
)
_INSERT = """
INSERT INTO event (id, workspace, name, source, contact, at, received_at, who, properties, typed, state)
VALUES (:id, :workspace, :name, :source, :contact, :now, :now, :who,
  COALESCE((SELECT properties FROM event WHERE id = :like), '{}'),
  COALESCE((SELECT typed FROM event WHERE id = :like), '{"n": {}, "t": {}, "d": {}, "b": {}}'), 'new')
"""


@dataclass(frozen=True, slots=True)
class Emitted:
    """An event that a run lets happen to its contact."""

    name: str
    contact: int
    like: int
    """The event whose properties it has."""
    entry: int
    """The event by which the run came in."""


def write(tx: Tx, emitted: Sequence[Emitted], now: int) -> None:
    """Let them happen now; the engine's next batch takes them."""
    if not emitted:
        return
    ours = {row.id: depth_of(orjson.loads(row.who)) for row in tx.all(_OURS, _values(tx, emitted))}
    rows = [
        {
            "id": id_,
            "workspace": tx.workspace,
            "name": one.name,
            "source": SOURCE,
            "contact": one.contact,
            "now": now,
            "who": orjson.dumps({"depth": ours.get(one.entry, 0) + 1}).decode(),
            "like": one.like,
        }
        for id_, one in zip(tx.reserve(len(emitted)), emitted, strict=True)
    ]
    run_many(tx, _INSERT, rows)


def depth_of(who: Mapping[str, Any]) -> int:
    """How many flows led to an event of ours."""
    depth = who.get("depth")
    return depth if isinstance(depth, int) else 0


def _values(tx: Tx, emitted: Sequence[Emitted]) -> dict[str, Any]:
    return {"workspace": tx.workspace, "ids": listed(tx, {one.entry for one in emitted})}
