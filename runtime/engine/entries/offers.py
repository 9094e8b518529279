"""What the shop brings: a price or a stock changes, and those hear of it who are in line for the product.

Nobody is searched for. A change that a live flow waits for becomes one row, and the people in line (`ties.py`) are told
along an index, some hundred at a time and no more an hour than the stock allows. What they hear is an event, which comes
in by the same door as the shop's: entry rules, history and e-mails know no other kind of start.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Row, Text, and_, bindparam, cast, literal_column, or_, select

from blocks.offered import BOUGHT, CARTS, Change, Line, Offered, all_ids
from blocks.values import Typed, fold, text_of
from runtime import shop
from runtime.clock import DAY, HOUR
from runtime.engine.batch import Batch
from runtime.engine.programs import Programs
from runtime.ledger import Tx
from runtime.ledger.bulk import insert_tuples, run_many
from runtime.ledger.documents import in_both_forms
from runtime.ledger.lists import among, listed
from runtime.ledger.tables import EVENT_ROW, event, interest, offer, product, product_change

SOURCE = "shop"
SETTLES = HOUR
"""A price is held against what it was so long before."""
_WHOLE_CARTS = frozenset(CARTS) - {"Added to cart"}
"""Events that name everything that is in the cart."""

# The words of the partial index: any others, and it is not used.
FRESH: ColumnElement[bool] = literal_column("product_change.fresh")
_CHANGES = (
    select(product_change)
    .where(product_change.c.workspace == bindparam("workspace"), FRESH)
    .order_by(product_change.c.id)
    .limit(bindparam("limit"))
)
_LATELY = (
    select(product_change)
    .where(
        product_change.c.workspace == bindparam("workspace"),
        among(product_change.c.product, "products"),
        product_change.c.what == "price",
        product_change.c.at >= bindparam("since"),
    )
    .order_by(product_change.c.at, product_change.c.id)
)
_SEEN = (
    product_change.update()
    .where(product_change.c.workspace == bindparam("ws"), among(product_change.c.id, "ids"))
    .values(fresh=False)
)
_DUE = (
    select(offer)
    .where(offer.c.workspace == bindparam("workspace"), offer.c.due_at <= bindparam("now"))
    .order_by(offer.c.due_at, offer.c.id)
    .limit(1)
)
_PRODUCT = select(product).where(product.c.workspace == bindparam("workspace"), product.c.id == bindparam("id"))
_IN_LINE = (
    select(interest.c.contact, interest.c.since_at, interest.c.at)
    .where(
        interest.c.workspace == bindparam("workspace"),
        interest.c.name == bindparam("name"),
        interest.c.item == bindparam("item"),
        or_(
            interest.c.since_at > bindparam("at"),
            and_(interest.c.since_at == bindparam("at"), interest.c.contact > bindparam("contact")),
        ),
        interest.c.since_at >= bindparam("at"),
    )
    .order_by(interest.c.since_at, interest.c.contact)
    .limit(bindparam("limit"))
)
_SINCE = (
    select(event.c.contact, event.c.name, event.c.at, cast(event.c.typed, Text).label("typed"))
    .where(
        event.c.workspace == bindparam("workspace"),
        among(event.c.contact, "contacts"),
        among(event.c.name, "names"),
        event.c.at >= bindparam("since"),
    )
    .order_by(event.c.at, event.c.id)
)
_OPEN = (
    "INSERT INTO offer (id, workspace, occasion, product, before, at, due_at, line, after_at, after_contact, hour_at, told)"
    " VALUES (:id, :workspace, :occasion, :product, :before, :at, :now, 0, 0, 0, 0, 0)"
    " ON CONFLICT (occasion, product) DO UPDATE SET before = excluded.before, at = excluded.at, due_at = excluded.due_at,"
    " line = 0, after_at = 0, after_contact = 0"
)
_TOLD = (
    "UPDATE interest SET told_at = :now WHERE workspace = :workspace AND name = :name AND item = :item"
    " AND contact = :contact"
)


def look(batch: Batch, programs: Programs, limit: int) -> int:
    """Look at up to `limit` changes that are new: those that a live flow waits for are to be told. Returns how many."""
    tx, roster = batch.tx, programs.roster(batch.tx)
    fresh = tx.all(_CHANGES, {"workspace": tx.workspace, "limit": limit})
    if not fresh:
        return 0
    opened = []
    if roster.offered:
        changes = _as_changes(tx, fresh)
        for row, change in zip(fresh, changes, strict=True):
            for occasion, trigger in roster.offered.items():
                if trigger.what == change.what and trigger.heeds(change):
                    place = {"workspace": tx.workspace, "occasion": occasion, "product": row.product}
                    opened.append(place | {"before": change.before, "at": row.at, "now": batch.now})
    ids = tx.reserve(len(opened))
    run_many(tx, _OPEN, [{"id": id_, **one} for id_, one in zip(ids, opened, strict=True)])
    tx.execute(_SEEN, {"ws": tx.workspace, "ids": listed(tx, [row.id for row in fresh])})
    return len(fresh)


def _as_changes(tx: Tx, rows: Sequence[Row[Any]]) -> list[Change]:
    """A stock's as it is; a price's against that of an hour before and the lowest since."""
    prices = {row.product for row in rows if row.what == "price"}
    past: dict[int, list[Row[Any]]] = defaultdict(list)
    if prices:
        since = min(row.at for row in rows) - SETTLES
        for row in tx.all(_LATELY, {"workspace": tx.workspace, "products": listed(tx, prices), "since": since}):
            past[row.product].append(row)
    changes = []
    for row in rows:
        lately = [row]
        if row.what == "price":
            lately = [
                one for one in past[row.product] if row.at - SETTLES < one.at and (one.at, one.id) <= (row.at, row.id)
            ]
        changes.append(Change(row.what, lately[0].before, row.after, min(one.before for one in lately)))
    return changes


def bring(batch: Batch, programs: Programs, limit: int) -> int:
    """Tell some of those in line for what is due longest; up to `limit` are looked at. Returns how many were, and 1 at least
    for a turn."""
    tx = batch.tx
    due = tx.first(_DUE, {"workspace": tx.workspace, "now": batch.now})
    if due is None:
        return 0
    trigger = programs.roster(tx).offered.get(due.occasion)
    item = tx.first(_PRODUCT, {"workspace": tx.workspace, "id": due.product})
    value = getattr(item, trigger.what) if trigger is not None and item is not None else None
    if trigger is None or item is None or value is None or not trigger.holds(value, due.before):
        _close(tx, due)
        return 1
    keys = dict.fromkeys((fold(item.external), fold(item.parent)))
    lines = [(line, key) for line in trigger.lines() for key in keys]
    if due.line >= len(lines):
        _close(tx, due)
        return 1
    hour_at, told = (due.hour_at, due.told) if batch.now < due.hour_at + HOUR else (batch.now, 0)
    pace = trigger.pace()
    room = limit if pace is None else int(pace * value) - told
    if room <= 0:
        # The next hour may know of less stock, or of none.
        _go_on(tx, due, due_at=hour_at + HOUR, hour_at=hour_at, told=told)
        return 1
    line, key = lines[due.line]
    place = {"workspace": tx.workspace, "name": line.event, "item": key}
    rows = tx.all(_IN_LINE, place | {"at": due.after_at, "contact": due.after_contact, "limit": limit})
    wanting = _still_wanting(batch, trigger, item, line, key, rows)
    now_told = wanting[:room]
    _tell(batch, trigger, item, due.before, now_told)
    run_many(tx, _TOLD, [place | {"contact": row.contact, "now": batch.now} for row in now_told])
    counted = {"due_at": batch.now, "hour_at": hour_at, "told": told + len(now_told)}
    if len(wanting) > room:
        _go_on(tx, due, after_at=now_told[-1].since_at, after_contact=now_told[-1].contact, **counted)
    elif len(rows) == limit:
        _go_on(tx, due, after_at=rows[-1].since_at, after_contact=rows[-1].contact, **counted)
    else:
        _go_on(tx, due, line=due.line + 1, after_at=0, after_contact=0, **counted)
    return max(1, len(rows))


def _still_wanting(
    batch: Batch, trigger: Offered, item: Any, line: Line, key: str, rows: Sequence[Row[Any]]
) -> list[Row[Any]]:
    """Those in line who have not been told, have not bought it since, and have it in the cart still if that is the line."""
    tx, now, rest = batch.tx, batch.now, trigger.rest()
    rows = [row for row in rows if line.days is None or row.at >= now - line.days * DAY]
    if not rows:
        return []
    names = {trigger.happening, BOUGHT} | (_WHOLE_CARTS if line.event in CARTS else frozenset())
    since = min(row.at for row in rows)
    values = {
        "workspace": tx.workspace,
        "contacts": listed(tx, [row.contact for row in rows]),
        "names": listed(tx, names),
        "since": since if rest is None else min(since, now - rest * DAY),
    }
    past: dict[int, list[tuple[str, int, Typed]]] = defaultdict(list)
    for row in tx.all(_SINCE, values):
        past[row.contact].append((row.name, row.at, orjson.loads(row.typed)))
    occasion, own = trigger.occasion(), fold(item.external)
    return [
        row
        for row in rows
        if not any(
            (name == BOUGHT and at >= row.at and key in all_ids(typed))
            or (
                name == trigger.happening
                and at >= (row.at if rest is None else now - rest * DAY)
                and text_of(typed, "occasion") == occasion
                and own in all_ids(typed)
            )
            for name, at, typed in past[row.contact]
        )
        and _in_cart(past[row.contact], row, key)
    ]


def _in_cart(past: Sequence[tuple[str, int, Typed]], row: Any, key: str) -> bool:
    """Whether the latest word about their whole cart, if there is a later one, still names it."""
    carts = [typed for name, at, typed in past if name in _WHOLE_CARTS and at >= row.at]
    return not carts or key in all_ids(carts[-1])


def _tell(batch: Batch, trigger: Offered, item: Any, before: float, rows: Sequence[Row[Any]]) -> None:
    tx, about = batch.tx, shop.as_told(item)
    old = {"old_price": before} if trigger.what == "price" else {}
    properties = {
        **about,
        **old,
        **trigger.tells(),
        "items": [{**about, "quantity": 1}],
        "occasion": trigger.occasion(),
    }
    written, typed = in_both_forms(properties)
    common = (trigger.happening, SOURCE)
    told = [
        (id_, tx.workspace, *common, row.contact, batch.now, batch.now, "{}", written, typed, "new")
        for id_, row in zip(tx.reserve(len(rows)), rows, strict=True)
    ]
    insert_tuples(tx, event, EVENT_ROW, told)


def _go_on(tx: Tx, due: Any, **changes: int) -> None:
    tx.execute(offer.update().where(tx.mine(offer), offer.c.id == due.id).values(changes))


def _close(tx: Tx, due: Any) -> None:
    tx.execute(offer.delete().where(tx.mine(offer), offer.c.id == due.id))
