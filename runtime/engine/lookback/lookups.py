"""What blocks ask besides what rules look up, fetched once a batch for those that declared it: what became of a message,
what is in an order."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
from sqlalchemy import Text, bindparam, cast, select

from blocks.contract import UndeclaredRead
from blocks.facts import Item, Outcome
from blocks.values import amount
from runtime.delivery.channels import EMAIL
from runtime.engagement import PERSON
from runtime.ledger import Tx
from runtime.ledger.lists import among, listed
from runtime.ledger.tables import engagement, event, message, product
from runtime.reasons import reason_phrase

MOST_ITEMS = 100
"""Products of one event that are looked at."""
_OUTCOMES: Mapping[str, Any] = {
    "queued": "waiting",
    "sending": "waiting",
    "sent": "sent",
    "uncertain": "sent",
    "failed": "failed",
    "skipped": "not_sent",
    "cancelled": "not_sent",
}
_CAME_BACK = frozenset({EMAIL.codes["refused"], "came_back", "came_back_for_now"})

_MESSAGES = (
    select(message.c.id, message.c.run, message.c.block, message.c.state, message.c.code, message.c.args)
    .where(
        message.c.workspace == bindparam("workspace"), among(message.c.run, "runs"), among(message.c.block, "blocks")
    )
    .order_by(message.c.id)
)
_DEEDS = (
    select(engagement.c.message, engagement.c.what)
    .where(among(engagement.c.message, "ids"), engagement.c.who == PERSON)
    .distinct()
)
_PROPERTIES = select(event.c.id, cast(event.c.properties, Text).label("properties")).where(
    event.c.workspace == bindparam("workspace"), among(event.c.id, "ids")
)
_PRODUCTS = select(product.c.external, product.c.title, cast(product.c.fields, Text).label("fields")).where(
    product.c.workspace == bindparam("workspace"), among(product.c.external, "ids")
)


@dataclass(slots=True)
class Lookups:
    """What was fetched for this batch. Asking for anything else raises UndeclaredRead."""

    _outcomes: dict[tuple[int, str], Outcome] = field(default_factory=dict)
    _followed: set[str] = field(default_factory=set)
    _items: dict[int, tuple[Item, ...]] = field(default_factory=dict)

    def fetch_outcomes(self, tx: Tx, runs: Iterable[int], blocks: Collection[str]) -> None:
        """What has become of what these blocks queued in these runs."""
        ids = set(runs)
        if not blocks:
            return
        self._followed.update(blocks)
        values = {"workspace": tx.workspace, "runs": listed(tx, ids), "blocks": listed(tx, blocks)}
        rows = tx.all(_MESSAGES, values) if ids else ()
        sent = {row.id for row in rows if _OUTCOMES[row.state] == "sent"}
        deeds: dict[int, set[str]] = {}
        for row in tx.all(_DEEDS, {"ids": listed(tx, sent)}) if sent else ():
            deeds.setdefault(row.message, set()).add(row.what)
        for row in rows:
            self._outcomes[row.run, row.block] = outcome(row.state, row.code, row.args, deeds.get(row.id, ()))

    def fetch_items(self, tx: Tx, events: Iterable[int]) -> None:
        """What is in these events, with what is known of those products."""
        rows = tx.all(_PROPERTIES, {"workspace": tx.workspace, "ids": listed(tx, set(events))})
        found = {row.id: _listed_items(orjson.loads(row.properties)) for row in rows}
        ids = {id_ for items in found.values() for item in items for id_ in _ids(item)}
        known: dict[str, tuple[str, dict[str, Any]]] = {}
        if ids:
            for row in tx.all(_PRODUCTS, {"workspace": tx.workspace, "ids": listed(tx, ids)}):
                known[row.external] = (row.title, orjson.loads(row.fields))
        self._items |= {id_: tuple(_item(one, known) for one in items) for id_, items in found.items()}

    def outcome(self, run: int, block: str) -> Outcome | None:
        """What the ledger says of the latest message of this block in this run."""
        if block not in self._followed:
            raise UndeclaredRead(f"{block!r} was not declared in follows()")
        return self._outcomes.get((run, block))

    def items(self, event: int) -> tuple[Item, ...]:
        """What is in this event."""
        try:
            return self._items[event]
        except KeyError:
            raise UndeclaredRead("looks_at_items is not set") from None


def outcome(
    state: str, code: str | None, args: Mapping[str, Any] | None, deeds: Collection[str] = frozenset()
) -> Outcome:
    """What has become of a message that stands like this. `deeds`: what a person did to it, "open" or "click"."""
    return Outcome(
        _OUTCOMES[state],
        reason_phrase(code, args) if code is not None else None,
        came_back=code in _CAME_BACK,
        opened="open" in deeds,
        clicked="click" in deeds,
    )


def _listed_items(properties: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    listed_ = properties.get("items")
    items: list[Mapping[str, Any]] = []
    if isinstance(listed_, list):
        items = [one for one in listed_ if isinstance(one, dict)]
    # An event may be about a single product, which it then names itself.
    return items[:MOST_ITEMS] or ([properties] if _ids(properties) else [])


def _ids(item: Mapping[str, Any]) -> list[str]:
    """By what the shelf may know it, the variant first."""
    found = (item.get("variant_id"), item.get("product_id"))
    return [str(id_) for id_ in found if type(id_) in (str, int)]


def _item(item: Mapping[str, Any], known: Mapping[str, tuple[str, dict[str, Any]]]) -> Item:
    nothing: tuple[str, dict[str, Any]] = ("", {})
    title, fields = next((known[id_] for id_ in _ids(item) if id_ in known), nothing)
    quantity, own = amount(item.get("quantity")), item.get("title")
    return Item(
        own if isinstance(own, str) and own else title,
        1.0 if quantity is None else float(quantity),
        {**fields, **{name: value for name, value in item.items() if value is not None}},
    )
