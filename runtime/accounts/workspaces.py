"""Workspaces: one shop each. An installation begins with one, "main"."""

import re
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.exc import IntegrityError

from blocks.phrase import say
from blocks.zones import zone_names
from runtime.accounts.refused import Refused
from runtime.accounts.users import User
from runtime.house import House
from runtime.ledger import Tx
from runtime.ledger.tables import workspace

FIRST = "main"
_CURRENCY = re.compile(r"[A-Z]{3}")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_NAME_LIMIT = 120


@dataclass(frozen=True, slots=True)
class Workspace:
    """A shop: where its clocks are (`zone`, an IANA name), its language and the currency of its prices (ISO 4217)."""

    id: int
    slug: str
    name: str
    zone: str
    language: str
    currency: str
    created_at: int


def first(house: House) -> int:
    """The number of the first workspace, which is made at the first start."""
    with house.ledger.read() as tx:
        found = tx.scalar(select(workspace.c.id).order_by(workspace.c.id).limit(1))
    if found is not None:
        return int(found)
    row = {"slug": FIRST, "name": "My shop", "zone": "UTC", "language": "en", "currency": "USD"}
    try:
        with house.ledger.write() as tx:
            (id_,) = tx.reserve(1)
            tx.execute(workspace.insert(), {"id": id_, "created_at": house.clock.now(), **row})
            return int(id_)
    except IntegrityError:  # another process made it a moment ago
        return first(house)


def get(house: House, id_: int) -> Workspace | None:
    """The workspace, or None if there is none with that number."""
    with house.ledger.read(id_) as tx:
        return of_tx(tx)


def of_tx(tx: Tx) -> Workspace | None:
    """The workspace a transaction is bound to."""
    row = tx.first(workspace.select().where(workspace.c.id == tx.workspace))
    return None if row is None else _workspace(row)


def of(house: House, user: User) -> Workspace:
    """The workspace a user works in: the first one, which everybody shares."""
    found = get(house, first(house))
    if found is None:
        raise LookupError("the first workspace is gone")
    return found


def update(
    house: House,
    id_: int,
    *,
    name: str | None = None,
    zone: str | None = None,
    language: str | None = None,
    currency: str | None = None,
) -> Workspace:
    """Change what is given. Raises Refused."""
    values: dict[str, Any] = {}
    if name is not None:
        values["name"] = name.strip()
        if not values["name"] or len(values["name"]) > _NAME_LIMIT or not values["name"].isprintable():
            raise Refused(say("Type a name, in at most {n} characters.", n=_NAME_LIMIT), "name")
    if zone is not None:
        values["zone"] = zone
        if zone not in zone_names():
            raise Refused(say("Choose a time zone from the list."), "zone")
    if language is not None:
        values["language"] = language
        if not _LANGUAGE.fullmatch(language):
            raise Refused(say("Choose a language from the list."), "language")
    if currency is not None:
        values["currency"] = currency.strip().upper()
        if not _CURRENCY.fullmatch(values["currency"]):
            raise Refused(say("Type the three letters of a currency, like THB."), "currency")
    with house.ledger.write(id_) as tx:
        if values:
            tx.execute(workspace.update().where(workspace.c.id == id_).values(values))
        if zone is not None:
            from runtime.engine.entries import schedules

            schedules.reckon_anew(tx, house.clock.now())
        found = of_tx(tx)
    if found is None:
        raise LookupError(f"there is no workspace {id_}")
    return found


def _workspace(row: Row[Any]) -> Workspace:
    return Workspace(row.id, row.slug, row.name, row.zone, row.language, row.currency, row.created_at)
