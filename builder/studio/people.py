"""As whom an e-mail is looked at: a contact, and what happened to them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from blocks.phrase import Phrase
from builder.access import Visitor
from runtime.insight.examples import Happened, happened_to, latest_of
from runtime.ledger import Tx
from runtime.people import contacts
from runtime.people.contacts import Contact
from runtime.people.telling import about_of, happened, items_of

USUAL = ("Checkout started", "Order placed")
"""Looked for where no flow sends the e-mail yet: they bring products along."""
MOST = 8


@dataclass(frozen=True, slots=True)
class Example:
    """A contact and one of their events. None of each: somebody invented."""

    contact: int | None = None
    name: str = ""
    email: str = ""
    event: int | None = None
    properties: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Occasion:
    """An event as somebody would tell of it."""

    id: int
    at: int
    icon: str
    what: Phrase
    about: Phrase | None


def first_example(tx: Tx, events: Sequence[str]) -> Example:
    """The contact to whom the last of these events happened; else one with a cart, else the one seen last."""
    found = latest_of(tx, events) or latest_of(tx, USUAL)
    if found is not None and (contact := contacts.get(tx, found.contact)) is not None:
        return _example(contact, found)
    for contact in contacts.search(tx, limit=MOST):
        if contact.email:
            return _example(contact, None)
    return Example()


def example_of(user: Visitor, contact_id: int, events: Sequence[str], event_id: int | None = None) -> Example:
    """A contact with the event asked for, else with the one that suits best: what starts the flow, what has products."""
    with user.house.ledger.read(user.workspace) as tx:
        contact = contacts.get(tx, contact_id)
        if contact is None:
            return Example()
        return _example(contact, _best(happened_to(tx, contact_id, 50), events, event_id))


def occasions(user: Visitor, contact_id: int) -> list[Occasion]:
    """What happened to a contact, the newest first."""
    with user.house.ledger.read(user.workspace) as tx:
        return [_occasion(one) for one in happened_to(tx, contact_id, MOST)]


def find(user: Visitor, text: str) -> list[Contact]:
    """Contacts by a part of their name or address."""
    with user.house.ledger.read(user.workspace) as tx:
        return contacts.search(tx, text, MOST)


def _best(found: Sequence[Happened], events: Sequence[str], wanted: int | None) -> Happened | None:
    def worth(one: Happened) -> tuple[bool, bool, bool, int]:
        return one.id == wanted, one.name in events, items_of(one.properties) is not None, one.at

    return max(found, key=worth, default=None)


def _example(contact: Contact, event: Happened | None) -> Example:
    return Example(
        contact.id,
        contact.shown_name,
        contact.email or "",
        event.id if event is not None else None,
        event.properties if event is not None else {},
    )


def _occasion(one: Happened) -> Occasion:
    icon, _, what = happened(one.name, one.properties)
    return Occasion(one.id, one.at, icon, what, about_of(one.name, one.properties))
