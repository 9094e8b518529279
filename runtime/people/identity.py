"""Who is it? Finds or makes the contacts of a batch of events.

An event may carry several identifiers. The contact is found by the strongest that is known (e-mail, then phone, then
customer id). The others become its identities if they are free; one that belongs to another contact stays there, and the
two are not joined: nothing in the ledger yet says which of their runs, answers and messages would have to go where.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
from sqlalchemy import bindparam, text

from runtime.clock import HOUR
from runtime.ledger import Tx
from runtime.ledger.bulk import insert_tuples
from runtime.ledger.prepared import Prepared
from runtime.ledger.tables import contact, identity
from runtime.people.addresses import IDENTITIES
from runtime.people.card import COLUMNS, Card
from runtime.people.who import Who

__all__ = ["Who", "resolve"]

SEEN_GRAIN = HOUR
"""`contact.seen_at` is right to the hour: to move it at each event would write to an index at each event."""

Key = tuple[str, str]
"""(kind, value)"""

_COLUMNS = "identity.kind, identity.value, contact.id, contact.email, contact.phone, contact.seen_at"
# CROSS JOIN fixes the order on SQLite, which would otherwise read all identities for a list it cannot estimate.
_FIND_SQLITE = Prepared(
    text(
        f"SELECT {_COLUMNS}, contact.fields, contact.tags FROM json_each(:keys) AS kinds"  # noqa: S608 - our own names
        " CROSS JOIN json_each(kinds.value) AS wanted"
        " CROSS JOIN identity ON identity.workspace = :workspace"
        " AND identity.kind = kinds.key AND identity.value = wanted.value"
        " CROSS JOIN contact ON contact.id = identity.contact"
    )
)
# Locked, in order: a person may be changing one of them on screen.
_FIND_POSTGRES = text(
    f"SELECT {_COLUMNS}, contact.fields::text AS fields, contact.tags::text AS tags"  # noqa: S608 - our own names
    " FROM identity JOIN contact ON contact.id = identity.contact"
    " WHERE identity.workspace = :workspace AND ("
    + " OR ".join(f"(identity.kind = '{kind}' AND identity.value = ANY(:{kind}))" for kind in IDENTITIES)
    + ") ORDER BY contact.id FOR UPDATE OF contact"
)
_CONTACT = ("id", "workspace", *COLUMNS, "created_at", "seen_at")
_IDENTITY = ("workspace", "kind", "value", "contact", "since_at")
_UPDATE = (
    contact.update()
    .where(contact.c.id == bindparam("which"))
    .values({name: bindparam("new_" + name) for name in (*COLUMNS, "seen_at")})
)
_SEEN = contact.update().where(contact.c.id == bindparam("which")).values(seen_at=bindparam("now"))


@dataclass(slots=True)
class News:
    """What `whos` told of contacts."""

    before: dict[int, Card] = field(default_factory=dict)
    """The places of those that changed a contact who was there before, to the contact as they were until then."""
    moved: set[int] = field(default_factory=set)
    """The contacts, known before, who live in another zone now."""


def resolve(tx: Tx, whos: Sequence[Who], now: int, news: News | None = None) -> list[int]:
    """The contact of each of `whos`, in a constant number of statements. Run inside the batch's write transaction.

    New ones are made and new identities attached; fields are taken over, in the order of `whos`. One without any
    identity becomes a contact of its own. Costs about 10 µs a contact that is known and unchanged, 25 µs a new one.
    `news` gets what else was told by them.
    """
    if not whos:
        return []
    cards: dict[Key, Card] = _find(tx, {key for who in whos for key in who.identities})
    found: list[Card] = []
    attached: list[tuple[Key, Card]] = []
    met: set[int] = set()
    for place, who in enumerate(whos):
        card = next((cards[key] for key in who.identities if key in cards), None)
        if card is None:
            card = Card(0, seen_at=now, new=True)
        elif (
            not who.fields
            and not who.tags
            and all(cards.get(key) is card and card.is_called(*key) for key in who.identities)
        ):
            # Most events say nothing new of their contact.
            met.add(id(card))
            found.append(card)
            continue
        was, changed = None, card.changed
        if news is not None:
            if not card.new or id(card) in met:
                was, card.changed = card.copy(), False
            met.add(id(card))
        for key in who.identities:
            owner = cards.get(key)
            if owner is None:
                cards[key] = owner = card
                attached.append((key, card))
            if owner is card:
                card.is_known_as(*key)
        if who.fields:
            card.learn(who.fields)
        if who.tags:
            card.tag(add=who.tags)
        if news is not None and was is not None and card.changed:
            news.before[place] = was
        card.changed = card.changed or changed
        found.append(card)
    _write(tx, found, attached, now)
    if news is not None:
        news.moved.update(card.id for card in found if card.moved and not card.new)
    return [card.id for card in found]


def load(tx: Tx, ids: Iterable[int]) -> dict[int, Card]:
    """Contacts to change, by id; on PostgreSQL their rows are locked until the transaction ends."""
    columns = (contact.c.id, contact.c.email, contact.c.phone, contact.c.seen_at, contact.c.fields, contact.c.tags)
    query = contact.select().with_only_columns(*columns).where(tx.mine(contact), contact.c.id.in_(sorted(set(ids))))
    return {
        row.id: Card(row.id, email=row.email, phone=row.phone, fields=row.fields, tags=row.tags, seen_at=row.seen_at)
        for row in tx.all(query.order_by(contact.c.id).with_for_update(key_share=True))
    }


def write_back(tx: Tx, cards: Iterable[Card]) -> None:
    """Write the contacts that changed."""
    changed = sorted((card for card in cards if card.changed), key=lambda card: card.id)
    if changed:
        names = ["new_" + name for name in COLUMNS]
        tx.execute(
            _UPDATE,
            [
                {"which": card.id, "new_seen_at": card.seen_at, **dict(zip(names, card.columns(), strict=True))}
                for card in changed
            ],
        )


def _find(tx: Tx, keys: Iterable[Key]) -> dict[Key, Card]:
    wanted: dict[str, list[str]] = {kind: [] for kind in IDENTITIES}
    for kind, value in keys:
        wanted[kind].append(value)
    if tx.dialect == "sqlite":
        rows = tx.all(_FIND_SQLITE, {"workspace": tx.workspace, "keys": orjson.dumps(wanted).decode()})
    else:
        rows = tx.all(_FIND_POSTGRES, {"workspace": tx.workspace, **wanted})
    cards: dict[int, Card] = {}
    found: dict[Key, Card] = {}
    for row in rows:
        kind, value, id_, email, phone, seen_at, fields, tags = tuple(row)
        card = cards.get(id_)
        if card is None:
            card = cards[id_] = Card(
                id_,
                email=email,
                phone=phone,
                fields=orjson.loads(fields),
                tags=[] if tags == "[]" else orjson.loads(tags),
                seen_at=seen_at,
            )
        found[kind, value] = card
    return found


def _write(tx: Tx, found: Sequence[Card], attached: Sequence[tuple[Key, Card]], now: int) -> None:
    unique = {id(card): card for card in found}.values()
    new = [card for card in unique if card.new]
    for card, id_ in zip(new, tx.reserve(len(new)), strict=True):
        card.id = id_
    workspace = tx.workspace
    insert_tuples(tx, contact, _CONTACT, [(card.id, workspace, *card.columns(), now, now) for card in new])
    insert_tuples(tx, identity, _IDENTITY, [(workspace, *key, card.id, now) for key, card in attached])
    changed: list[Card] = []
    seen: list[dict[str, Any]] = []
    for card in unique:
        if card.new:
            continue
        if card.changed:
            card.seen_at = max(card.seen_at, now)
            changed.append(card)
        elif card.seen_at < now - SEEN_GRAIN:
            seen.append({"which": card.id, "now": now})
    write_back(tx, changed)
    if seen:
        tx.execute(_SEEN, sorted(seen, key=lambda row: row["which"]))
