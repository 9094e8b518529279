"""Events that flows let happen. They come in by the same door as the shop's, so that other flows can start at them.

A flow that starts a flow that starts the first one again would never end, so each event of ours carries how many of them
led to it in a row, and the chain breaks after `MOST_DEEP`. What goes round once a day or more seldom is meant.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import orjson
from sqlalchemy import Text, bindparam, cast, select

from runtime.clock import DAY
from runtime.ledger import Tx
from runtime.ledger.bulk import insert_tuples, run_many
from runtime.ledger.documents import in_both_forms
from runtime.ledger.lists import among, listed
from runtime.ledger.tables import EVENT_ROW, event

SOURCE = "flow"
SEGMENT = "segment"
OURS = (SOURCE, SEGMENT)
"""Sources of events that something of ours led to."""
MOST_DEEP = 5
"""Flows and segments that may set one another off in a row; what comes after is recorded and starts nothing."""
IN_A_ROW = DAY
"""What came longer ago than this led to nothing in a row."""

_OURS = select(event.c.id, cast(event.c.who, Text).label("who")).where(
    event.c.workspace == bindparam("workspace"),
    event.c.source.in_(OURS),
    event.c.received_at > bindparam("since"),
    among(event.c.id, "ids"),
)
_LIKE = select(event.c.id, event.c.properties).where(
    event.c.workspace == bindparam("workspace"), among(event.c.id, "ids")
)
_INSERT = """
INSERT INTO event (id, workspace, name, source, contact, at, received_at, who, properties, typed, state)
VALUES (:id, :workspace, :name, :source, :contact, :now, :now, :who,
  COALESCE((SELECT properties FROM event WHERE id = :like), '{}'),
  COALESCE((SELECT typed FROM event WHERE id = :like), '{"n": {}, "t": {}, "d": {}, "b": {}}'), 'new')
"""
"""For those that say nothing of their own: what they carry is copied where it lies."""


@dataclass(frozen=True, slots=True)
class Emitted:
    """An event that a run lets happen to its contact."""

    name: str
    contact: int
    like: int
    """The event whose properties it has."""
    entry: int
    """The event by which the run came in."""
    more: Mapping[str, Any] = field(default_factory=dict)
    """Properties of its own, in place of those that are called the same."""


def write(tx: Tx, emitted: Sequence[Emitted], now: int) -> None:
    """Let them happen now; the engine's next batch takes them."""
    if not emitted:
        return
    lately = {**_values(tx, emitted, "entry"), "since": now - IN_A_ROW}
    ours = {row.id: depth_of(orjson.loads(row.who)) for row in tx.all(_OURS, lately)}
    own = [one for one in emitted if one.more]
    like = {row.id: row.properties for row in tx.all(_LIKE, _values(tx, own, "like"))} if own else {}
    copied: list[dict[str, Any]] = []
    made: list[tuple[Any, ...]] = []
    for id_, one in zip(tx.reserve(len(emitted)), emitted, strict=True):
        who = orjson.dumps({"depth": ours.get(one.entry, 0) + 1}).decode()
        if one.more:
            properties = {**like.get(one.like, {}), **one.more}
            written, typed = in_both_forms(properties)
            made.append((id_, tx.workspace, one.name, SOURCE, one.contact, now, now, who, written, typed, "new"))
            continue
        row = {"id": id_, "workspace": tx.workspace, "name": one.name, "source": SOURCE, "contact": one.contact}
        copied.append({**row, "now": now, "who": who, "like": one.like})
    run_many(tx, _INSERT, copied)
    insert_tuples(tx, event, EVENT_ROW, made)


def depth_of(who: Mapping[str, Any]) -> int:
    """How many flows led to an event of ours."""
    depth = who.get("depth")
    return depth if isinstance(depth, int) else 0


def _values(tx: Tx, emitted: Sequence[Emitted], which: Literal["entry", "like"]) -> dict[str, Any]:
    return {"workspace": tx.workspace, "ids": listed(tx, {getattr(one, which) for one in emitted})}
