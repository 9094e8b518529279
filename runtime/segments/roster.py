"""Who is in which segment, as the ledger has it, and those who cross: into one or out of it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import select

from blocks.values import type_document
from runtime.ledger import Tx
from runtime.ledger.bulk import insert_tuples, run_many
from runtime.ledger.lists import among, listed
from runtime.ledger.tables import EVENT_ROW, event, member

ENTERED, LEFT = "Entered segment", "Left segment"
SOURCE = "segment"

_INSIDE = select(member.c.segment, member.c.contact).where(
    among(member.c.segment, "segments"), among(member.c.contact, "contacts")
)
_JOIN = (
    "INSERT INTO member (workspace, segment, contact, since_at) VALUES (:workspace, :segment, :contact, :now)"
    " ON CONFLICT (segment, contact) DO NOTHING"
)
_LEAVE = "DELETE FROM member WHERE segment = :segment AND contact = :contact"


@dataclass(frozen=True, slots=True)
class Crossing:
    """A contact who enters a segment, or leaves it. `silent`: no event tells of it."""

    segment: int
    slug: str
    name: str
    contact: int
    entered: bool
    silent: bool = False
    at: int = 0
    """The event because of which, where a flow put them on a list or took them off."""


def inside(tx: Tx, segments: Iterable[int], contacts: Collection[int]) -> set[tuple[int, int]]:
    """(segment, contact) of those who are in one of these segments."""
    ids = list(segments)
    if not ids or not contacts:
        return set()
    rows = tx.all(_INSIDE, {"segments": listed(tx, ids), "contacts": listed(tx, contacts)})
    return {(row.segment, row.contact) for row in rows}


def cross(tx: Tx, crossings: Sequence[Crossing], now: int, depths: Mapping[int, int]) -> None:
    """Write it, and let events happen that come in by the same door as the shop's. `depths`: how many flows and segments
    of ours led to what made each contact cross. One may cross back and forth; they are where the last crossing leads."""
    left = {(one.segment, one.contact) for one in crossings if not one.entered}
    there = {(one.segment, one.contact) for one in crossings if one.entered}
    if both := left & there:
        ends = {(one.segment, one.contact): one.entered for one in crossings}
        there -= {place for place in both if not ends[place]}
    run_many(tx, _LEAVE, [{"segment": segment, "contact": contact} for segment, contact in sorted(left)])
    joins = [{"segment": segment, "contact": contact} for segment, contact in sorted(there)]
    run_many(tx, _JOIN, [{"workspace": tx.workspace, "now": now, **place} for place in joins])
    told = [one for one in crossings if not one.silent]
    written: dict[str, tuple[str, str]] = {}
    events: list[tuple[Any, ...]] = []
    for id_, one in zip(tx.reserve(len(told)), told, strict=True):
        if one.slug not in written:
            properties = {"segment": one.slug, "name": one.name}
            typed = orjson.dumps(type_document(properties)).decode()
            written[one.slug] = (orjson.dumps(properties).decode(), typed)
        who = orjson.dumps({"depth": depths.get(one.contact, 0) + 1}).decode()
        name = ENTERED if one.entered else LEFT
        events.append((id_, tx.workspace, name, SOURCE, one.contact, now, now, who, *written[one.slug], "new"))
    insert_tuples(tx, event, EVENT_ROW, events)
