"""Puts what the shop tells of its products into the ledger, and keeps how prices and stock went.

What is told later than it happened never undoes what was told of a later time. A change of a price or a stock is written
down once, for the engine to look at; what is only told again changes nothing.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import orjson
from sqlalchemy import Row, bindparam, select

from runtime.clock import DAY
from runtime.house import House
from runtime.ledger import Tx
from runtime.ledger.bulk import insert_tuples, run_many
from runtime.ledger.lists import among, listed
from runtime.ledger.tables import product, product_change

AT_ONCE = 200
"""Products that are written in one transaction: some 5 ms."""
MOST_PIECES = 1_000_000_000
"""What is told to be more is a mistake, and no database could add it up."""
GONE_AFTER = 90 * DAY
"""So long it is kept how prices and stock went."""

COLUMNS = (
    "parent", "sku", "title", "variant", "url", "picture", "price", "currency", "stock", "kind", "category", "fields",
    "stock_item",
)  # fmt: skip
_ALL = ("id", "workspace", "external", *COLUMNS, "levels", "told_at", "changed_at")
_KNOWN = select(product.c.external).where(
    product.c.workspace == bindparam("workspace"), among(product.c.external, "ids")
)
# Locked, in order: a product and its stock are told of at the same moment, and each writes the whole row.
_THESE = (
    select(product)
    .where(product.c.workspace == bindparam("workspace"), among(product.c.external, "ids"))
    .order_by(product.c.id)
    .with_for_update()
)
_OF_PARENT = select(product).where(
    product.c.workspace == bindparam("workspace"), product.c.parent == bindparam("parent")
)
_OF_ITEM = (
    select(product)
    .where(product.c.workspace == bindparam("workspace"), product.c.stock_item == bindparam("item"))
    .order_by(product.c.id)
    .with_for_update()
)
_SET = (*COLUMNS, "levels", "told_at", "changed_at")
_UPSERT = (
    f"INSERT INTO product ({', '.join(_ALL)}) VALUES ({', '.join(':' + name for name in _ALL)})"  # noqa: S608 - our own names
    f" ON CONFLICT (workspace, external) DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in _SET)}"
)
_CHANGE = ("id", "workspace", "product", "what", "before", "after", "at", "fresh")


@dataclass(frozen=True, slots=True)
class Told:
    """What was told of one product: its id, some of `COLUMNS` (what is left out stays as it was, None clears it), and when
    it was so, UTC microseconds."""

    external: str
    values: Mapping[str, Any]
    at: int


class NoTitle(Exception):
    """Products that are not known yet came without a title; none was taken in. `ids` names them."""

    def __init__(self, ids: Collection[str]) -> None:
        super().__init__(f"{len(ids)} products without a title")
        self.ids = frozenset(ids)


class PartlyKept(Exception):
    """The ledger failed midway. What was told of the first `kept` products is there, of the others nothing."""

    def __init__(self, kept: int) -> None:
        super().__init__(f"only {kept} products are kept")
        self.kept = kept


def take_in(house: House, workspace: int, products: Sequence[Told]) -> int:
    """Keep what was told, some hundred products in a transaction: a thousand in one would keep everybody else waiting.
    Returns how many of them it changed. Raises NoTitle, and PartlyKept where it failed after the first of them."""
    untitled = {one.external for one in products} - {one.external for one in products if one.values.get("title")}
    if untitled:
        with house.ledger.read(workspace) as tx:
            untitled -= {row.external for row in tx.all(_KNOWN, _values(tx, untitled))}
        if untitled:
            raise NoTitle(untitled)
    changed, kept, coming, now = 0, 0, iter(products), house.clock.now()
    while some := list(islice(coming, AT_ONCE)):
        try:
            with house.ledger.write(workspace) as tx:
                rows = {
                    row.external: row._asdict() for row in tx.all(_THESE, _values(tx, {one.external for one in some}))
                }
                changed += _keep(tx, some, rows, now)
        except Exception as error:
            if not kept:
                raise
            house.ring()
            raise PartlyKept(kept) from error
        kept += len(some)
    if changed:
        house.ring()
    return changed


def count_at(house: House, workspace: int, item: str, place: str, pieces: int, at: int) -> bool:
    """Note how many pieces one place has of what the store-room calls `item`. False if nothing is known by that name.

    The stock is the sum over the places, as long as that sum is what was told of the product as a whole: a place that was
    not heard of yet must not make a full shelf look empty.
    """
    now = house.clock.now()
    with house.ledger.write(workspace) as tx:
        rows = tx.all(_OF_ITEM, {"workspace": workspace, "item": item})
        for row in rows:
            before = row.levels or {}
            levels = {**before, place: pieces}
            whole = row.stock is None or sum(before.values()) == row.stock
            stock = sum(levels.values()) if whole else row.stock
            # The time of the whole product stays: a place says nothing of its price.
            told = Told(row.external, {"stock": stock, "levels": levels}, max(at, row.told_at))
            _keep(tx, [told], {row.external: row._asdict()}, now)
    if rows:
        house.ring()
    return bool(rows)


def remove(house: House, workspace: int, parent: str, but: Collection[str] = ()) -> int:
    """Take a product and its variants off the shelf, except those in `but`. Returns how many there were."""
    with house.ledger.write(workspace) as tx:
        gone = [row.id for row in tx.all(_OF_PARENT, _parent(tx, parent)) if row.external not in but]
        if gone:
            tx.execute(product_change.delete().where(tx.mine(product_change), product_change.c.product.in_(gone)))
            tx.execute(product.delete().where(tx.mine(product), product.c.id.in_(gone)))
    return len(gone)


def clear_up(house: House) -> None:
    """Forget how prices and stock went long ago."""
    with house.ledger.write() as tx:
        tx.execute(product_change.delete().where(product_change.c.at < house.clock.now() - GONE_AFTER))


def _keep(tx: Tx, told: Sequence[Told], rows: dict[str, dict[str, Any]], now: int) -> int:
    """Bring rows up to date; `rows` are those there are, by the shop's id. Returns how many products changed."""
    new = iter(tx.reserve(sum(one.external not in rows for one in told)))
    written: dict[str, dict[str, Any]] = {}
    changes: list[tuple[Any, ...]] = []
    changed = 0
    for one in told:
        before = rows.get(one.external)
        if before is not None and before["told_at"] > one.at:
            continue
        after = {**(before or _blank(tx, next(new), one)), **one.values, "told_at": one.at}
        after["parent"] = after["parent"] or one.external
        after["fields"] = after["fields"] or {}
        same = before is not None and all(after[name] == before[name] for name in (*COLUMNS, "levels"))
        if same and before is not None and before["told_at"] == one.at:
            continue
        for what in ("price", "stock"):
            was, is_ = before[what] if before is not None else None, after[what]
            if was is not None and is_ is not None and was != is_:
                changes.append((tx.workspace, after["id"], what, float(was), float(is_), one.at, True))
        rows[one.external] = written[one.external] = after if same else {**after, "changed_at": now}
        changed += not same
    run_many(tx, _UPSERT, [_as_stored(row) for row in written.values()])
    ids = tx.reserve(len(changes))
    insert_tuples(tx, product_change, _CHANGE, [(id_, *change) for id_, change in zip(ids, changes, strict=True)])
    return changed


def _blank(tx: Tx, id_: int, one: Told) -> dict[str, Any]:
    nothing: dict[str, Any] = dict.fromkeys(COLUMNS)
    return {**nothing, "id": id_, "workspace": tx.workspace, "external": one.external, "levels": None}


def _as_stored(row: dict[str, Any]) -> dict[str, Any]:
    levels = row["levels"]
    return {
        **row,
        "fields": orjson.dumps(row["fields"]).decode(),
        "levels": None if levels is None else orjson.dumps(levels).decode(),
    }


def _values(tx: Tx, ids: Collection[str]) -> dict[str, Any]:
    return {"workspace": tx.workspace, "ids": listed(tx, ids)}


def _parent(tx: Tx, parent: str) -> dict[str, Any]:
    return {"workspace": tx.workspace, "parent": parent}


def as_told(row: Row[Any]) -> dict[str, Any]:
    """A product as events carry it: what is known of it, in the words of `docs/events.md`."""
    found = {
        "product_id": row.parent,
        "variant_id": row.external if row.external != row.parent else None,
        "sku": row.sku,
        "title": row.title,
        "variant": row.variant,
        "url": row.url,
        "image": row.picture,
        "price": row.price,
        "currency": row.currency,
        "stock": row.stock,
        "kind": row.kind,
        "category": row.category,
    }
    return {name: value for name, value in found.items() if value not in (None, "")}
