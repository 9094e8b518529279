"""Real people and what happened to them, as examples for who composes an e-mail."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from runtime.ledger import Tx
from runtime.ledger.tables import contact, event

MOST_NAMES = 20


@dataclass(frozen=True, slots=True)
class Happened:
    """An event of a contact. `at` is UTC microseconds."""

    id: int
    contact: int
    name: str
    at: int
    properties: Mapping[str, Any]


_COLUMNS = tuple(event.c[name] for name in Happened.__slots__)


def happened_to(tx: Tx, contact_id: int, limit: int = 8) -> list[Happened]:
    """The latest events of a contact, the newest first."""
    mine = (tx.mine(event), event.c.contact == contact_id)
    return _events(tx.all(select(*_COLUMNS).where(*mine).order_by(event.c.at.desc(), event.c.id.desc()).limit(limit)))


def latest_of(tx: Tx, names: Sequence[str]) -> Happened | None:
    """The latest event with one of these names, of a contact who has an e-mail address."""
    found: list[Happened] = []
    for name in names[:MOST_NAMES]:
        query = select(*_COLUMNS).join(contact, contact.c.id == event.c.contact)
        of_name = query.where(tx.mine(event), event.c.name == name, contact.c.email.is_not(None))
        found += _events(tx.all(of_name.order_by(event.c.at.desc()).limit(1)))
    return max(found, key=lambda one: one.at, default=None)


def _events(rows: Sequence[Any]) -> list[Happened]:
    return [Happened(*row) for row in rows]
