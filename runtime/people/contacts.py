"""Contacts: one by one for screens, many at once for the engine."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Row, Text, and_, bindparam, cast, func, literal, or_, select

from blocks.values import Typed, fold
from runtime.ledger import Tx
from runtime.ledger.lists import among, listed
from runtime.ledger.tables import contact, identity
from runtime.people.addresses import IDENTITIES, customer_id_of, email_of, phone_of
from runtime.people.card import Card, typed_with
from runtime.people.identity import load, write_back

_CHUNK = 500
_DIGITS = 18
"""What a number of ours has at most."""
_OWN = frozenset(IDENTITIES)
"""Names that `update_many` leaves alone: who a contact is comes from its identities."""


@dataclass(frozen=True, slots=True)
class Contact:
    """A contact as it stands. Instants are UTC microseconds; `zone` and `language` are None where nothing is known."""

    id: int
    email: str | None
    phone: str | None
    name: str | None
    language: str | None
    zone: str | None
    fields: Mapping[str, Any]
    typed: Typed
    tags: Sequence[str]
    created_at: int
    seen_at: int

    @property
    def shown_name(self) -> str:
        """What to call the contact on screen."""
        return self.name or self.email or self.phone or str(self.fields.get("customer_id") or self.id)


@dataclass(frozen=True, slots=True)
class Change:
    """What a step does to a contact. None as a field's value clears the field."""

    contact: int
    set_fields: Mapping[str, Any] = field(default_factory=dict)
    add_tags: tuple[str, ...] = ()
    remove_tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class KnownAs:
    """One of the identities of a contact; `kind` is email, phone or customer_id."""

    kind: str
    value: str
    since_at: int


_OWNERS = select(identity.c.value, identity.c.contact).where(
    identity.c.workspace == bindparam("workspace"),
    identity.c.kind == bindparam("kind"),
    among(identity.c.value, "values"),
)
Cursor = tuple[int, int]
"""(seen_at, id) of the last contact of a page."""


def get(tx: Tx, id_: int) -> Contact | None:
    """The contact, or None if this workspace has none with that id."""
    row = tx.first(contact.select().where(tx.mine(contact), contact.c.id == id_))
    return None if row is None else _contact(row)


def by_address(tx: Tx, address: str) -> Contact | None:
    """The contact with this e-mail address or phone number, however it is written."""
    for kind, value in (("email", email_of(address)), ("phone", phone_of(address))):
        if value is not None and (found := _owner(tx, kind, value)) is not None:
            return found
    return None


def meant_by(tx: Tx, text: str) -> list[Contact]:
    """Whoever has this e-mail address or phone number; else all whose customer id or own number it is: at most one of each."""
    if (found := by_address(tx, text)) is not None:
        return [found]
    id_ = customer_id_of(text)
    by_id = _owner(tx, "customer_id", id_) if id_ is not None else None
    by_number = get(tx, int(text)) if text.isdecimal() and len(text) <= _DIGITS else None
    return list({one.id: one for one in (by_id, by_number) if one is not None}.values())


def ids_by_addresses(tx: Tx, addresses: Iterable[str]) -> dict[str, int | None]:
    """Each e-mail address or phone number as it was written, to the contact who has it; in two statements, however many."""
    found: dict[str, int | None] = dict.fromkeys(addresses)
    for kind, read in (("phone", phone_of), ("email", email_of)):  # the address has the last word
        values = {one: value for one in found if (value := read(one)) is not None}
        about = {"workspace": tx.workspace, "kind": kind, "values": listed(tx, set(values.values()))}
        owners = {row.value: row.contact for row in tx.all(_OWNERS, about)} if values else {}
        found |= {one: owners[value] for one, value in values.items() if value in owners}
    return found


def many(tx: Tx, ids: Collection[int]) -> dict[int, Contact]:
    """Contacts by id, in one statement for each few hundred."""
    return {row.id: _contact(row) for part in _chunks(ids) for row in tx.all(_of(tx, part))}


def identities(tx: Tx, id_: int) -> list[KnownAs]:
    """What a contact is known as, the oldest first."""
    query = select(identity.c.kind, identity.c.value, identity.c.since_at)
    rows = tx.all(
        query.where(tx.mine(identity), identity.c.contact == id_).order_by(identity.c.since_at, identity.c.kind)
    )
    return [KnownAs(row.kind, row.value, row.since_at) for row in rows]


def count(tx: Tx) -> int:
    """How many contacts there are."""
    return int(tx.scalar(select(func.count()).select_from(contact).where(tx.mine(contact))))


def sought(text: str) -> str:
    """What was typed to find something, without what no text has that is kept."""
    return text.replace("\0", "").strip()


def search(tx: Tx, text: str = "", limit: int = 50, before: Cursor | None = None) -> list[Contact]:
    """Contacts whose name or address contains `text`, those seen last first; all of them for "".

    For the next page give the (seen_at, id) of the last one as `before`.
    """
    query = contact.select().where(tx.mine(contact))
    if wanted := fold(sought(text)):
        query = query.where(_matches(tx, wanted))
    if before is not None:
        seen_at, id_ = before
        query = query.where(
            or_(contact.c.seen_at < seen_at, and_(contact.c.seen_at == seen_at, contact.c.id < id_)),
            contact.c.seen_at <= seen_at,
        )
    rows = tx.all(query.order_by(contact.c.seen_at.desc(), contact.c.id.desc()).limit(limit))
    return [_contact(row) for row in rows]


def update_many(tx: Tx, changes: Iterable[Change]) -> None:
    """Apply changes in their order, in two statements for each few hundred contacts.

    E-mail, phone and customer id are not changed this way: they say who a contact is, and come from events.
    """
    changes = list(changes)
    for part in _chunks({change.contact for change in changes}):
        cards: dict[int, Card] = load(tx, part)
        for change in changes:
            if (card := cards.get(change.contact)) is not None:
                card.learn({name: value for name, value in change.set_fields.items() if name not in _OWN})
                card.tag(change.add_tags, change.remove_tags)
        write_back(tx, cards.values())


def typed_after(typed: Typed, change: Change) -> Typed:
    """The typed fields that a contact will have after `change`, for those who look before it is written."""
    for name, value in change.set_fields.items():
        if name not in _OWN:
            typed = typed_with(typed, name, value)
    if change.add_tags or change.remove_tags:
        gone = set(map(fold, change.remove_tags))
        tags = [tag for tag in typed["t"].get("tags[]", ()) if tag not in gone]
        tags += [tag for tag in dict.fromkeys(map(fold, change.add_tags)) if tag not in tags]
        typed = typed_with(typed, "tags", tags)
    return typed


def _owner(tx: Tx, kind: str, value: str) -> Contact | None:
    query = contact.select().join(identity, identity.c.contact == contact.c.id)
    row = tx.first(query.where(tx.mine(identity), identity.c.kind == kind, identity.c.value == value))
    return None if row is None else _contact(row)


def _matches(tx: Tx, wanted: str) -> ColumnElement[bool]:
    """`wanted`, folded, anywhere in the name or the address; at the beginning of any identity."""
    pattern = "%" + _literally(wanted) + "%"
    if tx.dialect == "sqlite":
        parts = [func.json_extract(contact.c.typed, f"$.t.{name}") for name in ("name", "email", "phone")]
    else:
        parts = [func.jsonb_extract_path_text(contact.c.typed, "t", name) for name in ("name", "email", "phone")]
    starts = select(identity.c.contact).where(
        tx.mine(identity),
        identity.c.kind.in_(list(IDENTITIES)),
        identity.c.value >= wanted,
        identity.c.value < wanted + "\U0010ffff",
    )
    within = [cast(part, Text).like(literal(pattern), escape="\\") for part in parts]
    return or_(*within, contact.c.id.in_(starts))


def _literally(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _of(tx: Tx, ids: Sequence[int]) -> Any:
    return contact.select().where(tx.mine(contact), contact.c.id.in_(ids))


def _chunks(ids: Collection[int]) -> Iterable[list[int]]:
    ordered = sorted(set(ids))
    return (ordered[start : start + _CHUNK] for start in range(0, len(ordered), _CHUNK))


def _contact(row: Row[Any]) -> Contact:
    values = row._mapping
    return Contact(**{name: values[name] for name in Contact.__dataclass_fields__})
