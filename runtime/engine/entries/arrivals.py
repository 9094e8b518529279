"""New events, as they are taken in: whose they are, and what was said with them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Row, Text, bindparam, cast, select

from blocks.values import Typed
from runtime.clock import MINUTE
from runtime.engagement import SOURCE as MAIL
from runtime.engine import echo
from runtime.engine.batch import Batch
from runtime.engine.entries.occasions import LATE
from runtime.engine.entries.occasions import SOURCE as CLOCK
from runtime.ledger.bulk import update_tuples
from runtime.ledger.prepared import Prepared
from runtime.ledger.tables import event
from runtime.people import consent, identity
from runtime.people.identity import News, Who

_NEW = Prepared(
    select(
        event.c.id,
        event.c.name,
        event.c.at,
        event.c.received_at,
        event.c.source,
        event.c.contact,
        cast(event.c.who, Text).label("who"),
        cast(event.c.typed, Text).label("typed"),
    )
    .where(event.c.workspace == bindparam("workspace"), event.c.state == "new")
    .order_by(event.c.id)
    .limit(bindparam("limit"))
)


APART = MINUTE
"""Clocks of two machines of ours may be so far apart; one that is further off is wrong, and is not believed."""


@dataclass(slots=True)
class Arrival:
    """A new event."""

    id: int
    name: str
    at: int
    contact: int
    typed: str
    depth: int = 0
    """How many flows led to it; 0 for what came from outside."""
    late: bool = False
    """Whether it is told only now that they should have entered then: they enter at the point where they would be."""
    _parsed: Typed | None = None

    @property
    def fields(self) -> Typed:
        """Its properties in typed form, parsed when first asked for."""
        if self._parsed is None:
            self._parsed = orjson.loads(self.typed)
        return self._parsed


def take_in(batch: Batch, limit: int) -> list[Arrival]:
    """Up to `limit` new events of the batch's workspace, in order of receipt, which are done from now on. It is not earlier
    than they were received, also where another machine did that, by its own clock."""
    rows = batch.tx.all(_NEW, {"workspace": batch.tx.workspace, "limit": limit})
    now = batch.now
    batch.now = max((row.received_at for row in rows if now < row.received_at <= now + APART), default=now)
    return _who_is_it(batch, rows) if rows else []


def first_new(batch: Batch) -> int | None:
    """The event that is taken in first."""
    rows = batch.tx.all(_NEW, {"workspace": batch.tx.workspace, "limit": 1})
    return rows[0].id if rows else None


def let_be(batch: Batch, which: int, error: Exception) -> str | None:
    """Let a new event be that cannot be taken in: it is tried again when the engine starts next."""
    tx = batch.tx
    is_new = (event.c.id == which, event.c.state == "new")
    name = tx.scalar(select(event.c.name).where(*is_new))
    if name is None:
        return None
    tx.execute(event.update().where(*is_new).values(state="failed"))
    return f"The event {which} ({name!r})"


def _who_is_it(batch: Batch, rows: Sequence[Row[Any]]) -> list[Arrival]:
    tx = batch.tx
    documents = [orjson.loads(row.who) for row in rows]
    # What a flow of ours let happen names its contact already.
    whos = [Who.of(document) for row, document in zip(rows, documents, strict=True) if row.contact is None]
    news = News()
    resolved = iter(zip(whos, identity.resolve(tx, whos, batch.now, news), strict=True))
    done: list[tuple[int, str, int]] = []
    arrivals: list[Arrival] = []
    answers: list[consent.Given] = []
    for row, document in zip(rows, documents, strict=True):
        if row.contact is None:
            who, contact = next(resolved)
            batch.people.heard_of.add(contact)
            if who.consent:
                answers += consent.given_with(
                    contact, who, event=row.id, source=row.source, at=row.at, received_at=row.received_at
                )
            arrivals.append(Arrival(row.id, row.name, row.at, contact, row.typed))
        else:
            contact = row.contact
            depth = echo.depth_of(document)
            if row.source == MAIL:
                batch.people.heard_of.add(contact)
            arrival = Arrival(row.id, row.name, row.at, contact, row.typed, depth)
            arrival.late = row.source == CLOCK and arrival.fields["b"].get(LATE) is True
            arrivals.append(arrival)
            batch.depths[contact] = max(batch.depths.get(contact, 0), depth)
        done.append((contact, "done", row.id))
    batch.came = [(one.id, one.contact, one.name) for one in arrivals]
    batch.people.moved |= news.moved
    told = [one for one, row in zip(arrivals, rows, strict=True) if row.contact is None]
    batch.people.hear(
        {one.id: who for one, who in zip(told, whos, strict=True)},
        {told[place].id: (told[place].contact, card) for place, card in news.before.items()},
    )
    update_tuples(tx, event, "id", ("contact", "state"), done)
    if answers:
        consent.record_many(tx, answers)
    return arrivals
