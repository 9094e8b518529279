"""Who wants which product: kept in an index of its own, for those events that live flows go by and for no others.

An event that ties a contact to a product is noted as it comes in; those of before are looked through, some hundred at a
time, when a flow that goes by them is published.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Protocol

import orjson
from sqlalchemy import Text, and_, bindparam, cast, or_, select

from blocks.contract import Trigger
from blocks.offered import Offered, variants_or_products
from blocks.values import LONGEST_KEY, Typed
from runtime.clock import DAY
from runtime.engine.batch import Batch
from runtime.engine.programs import Programs
from runtime.engine.roster import Roster
from runtime.ledger import Tx
from runtime.ledger.bulk import run_many
from runtime.ledger.tables import event, interest_kept

LOOKS_BACK = 365 * DAY
MOST_ITEMS = 50
"""Products of one event that count."""

_TO_COME = (
    select(interest_kept.c.name, interest_kept.c.upto_at, interest_kept.c.upto_id)
    .where(interest_kept.c.workspace == bindparam("workspace"), interest_kept.c.upto_at.is_not(None))
    .order_by(interest_kept.c.name)
    .limit(1)
)
_NEXT_FEW = (
    select(event.c.id, event.c.at, event.c.contact, cast(event.c.typed, Text).label("typed"))
    .where(
        event.c.workspace == bindparam("workspace"),
        event.c.name == bindparam("name"),
        or_(event.c.at > bindparam("at"), and_(event.c.at == bindparam("at"), event.c.id > bindparam("id"))),
        event.c.at >= bindparam("at"),
        event.c.contact.is_not(None),
    )
    .order_by(event.c.at, event.c.id)
    .limit(bindparam("limit"))
)
_EXPECT = (
    "INSERT INTO interest_kept (workspace, name, upto_at, upto_id) VALUES (:workspace, :name, 0, 0)"
    " ON CONFLICT (workspace, name) DO UPDATE SET upto_at = 0, upto_id = 0"
)
# Who was told goes to the end of the line when they ask again.
_TIE = (
    "INSERT INTO interest (workspace, name, item, contact, since_at, at)"
    " VALUES (:workspace, :name, :item, :contact, :at, :at)"
    " ON CONFLICT (workspace, name, item, contact) DO UPDATE SET since_at = CASE"
    " WHEN interest.told_at >= interest.at AND excluded.at > interest.told_at THEN excluded.at"
    " WHEN excluded.at < interest.since_at AND (interest.told_at IS NULL OR excluded.at > interest.told_at)"
    " THEN excluded.at ELSE interest.since_at END,"
    " at = CASE WHEN excluded.at > interest.at THEN excluded.at ELSE interest.at END"
)


class Happened(Protocol):
    """An event of a known contact."""

    @property
    def name(self) -> str: ...
    @property
    def at(self) -> int: ...
    @property
    def contact(self) -> int: ...
    @property
    def fields(self) -> Typed: ...


def expect(tx: Tx, triggers: Iterable[Trigger]) -> None:
    """Have the events looked through by which these triggers of a newly published version go. Cheap: it is done later."""
    names = {line.event for trigger in triggers if isinstance(trigger, Offered) for line in trigger.lines()}
    run_many(tx, _EXPECT, [{"workspace": tx.workspace, "name": name} for name in sorted(names)])


def note(batch: Batch, roster: Roster, events: Sequence[Happened]) -> None:
    """Note who is tied to a product by what has just happened. Costs nothing where no flow waits for a product."""
    if roster.ties:
        _tie(batch, [(one.name, one.contact, one.at, one.fields) for one in events if one.name in roster.ties])


def plan(batch: Batch, programs: Programs, limit: int) -> int:
    """Look through up to `limit` more events of before. Returns how many there were."""
    tx = batch.tx
    upto = tx.first(_TO_COME, {"workspace": tx.workspace})
    if upto is None:
        return 0
    rows: Sequence[Any] = ()
    if upto.name in programs.roster(tx).ties:
        since = max(upto.upto_at, batch.now - LOOKS_BACK)
        place = {"workspace": tx.workspace, "name": upto.name, "at": since, "id": upto.upto_id}
        rows = tx.all(_NEXT_FEW, place | {"limit": limit})
        _tie(batch, [(upto.name, row.contact, row.at, orjson.loads(row.typed)) for row in rows])
    more = len(rows) == limit
    reached = {"upto_at": rows[-1].at if more else None, "upto_id": rows[-1].id if more else 0}
    tx.execute(interest_kept.update().where(tx.mine(interest_kept), interest_kept.c.name == upto.name).values(reached))
    return len(rows)


def _tie(batch: Batch, events: Iterable[tuple[str, int, int, Typed]]) -> None:
    rows = [
        {"workspace": batch.tx.workspace, "name": name, "item": item, "contact": contact, "at": min(at, batch.now)}
        for name, contact, at, fields in events
        for item in sorted(variants_or_products(fields))[:MOST_ITEMS]
        if len(item) <= LONGEST_KEY
    ]
    run_many(batch.tx, _TIE, rows)
