"""The contacts whom a batch looks at, as they are by now in it: fetched together, and changed by flows and by people."""

from collections.abc import Iterable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import orjson
from sqlalchemy import Text, bindparam, cast, select

from blocks.own_fields import ZONE
from blocks.values import Typed
from runtime.ledger import Tx
from runtime.ledger.lists import among, listed
from runtime.ledger.prepared import Prepared
from runtime.ledger.tables import contact
from runtime.people import contacts
from runtime.people.card import Card
from runtime.segments.lists import LAST
from runtime.zones import zone_of

_CONTACTS = Prepared(
    select(contact.c.id, contact.c.zone, cast(contact.c.typed, Text).label("typed")).where(
        contact.c.workspace == bindparam("workspace"), among(contact.c.id, "ids")
    )
)


@dataclass(slots=True)
class Person:
    """What the engine needs to know of a contact."""

    id: int
    zone: ZoneInfo
    _typed: str
    _parsed: Typed | None = None

    @property
    def typed(self) -> Typed:
        """The fields in typed form, parsed when first asked for."""
        if self._parsed is None:
            self._parsed = orjson.loads(self._typed)
        return self._parsed

    @typed.setter
    def typed(self, value: Typed) -> None:
        self._parsed = value


class People:
    """Those of one batch."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx
        self._known: dict[int, Person] = {}
        self._expected: set[int] = set()
        self.heard_of: set[int] = set()
        """Contacts of whom a shop or a site told something."""
        self.moved: set[int] = set()
        """Contacts who live in another time zone now."""
        self.before: dict[int, Card] = {}
        """Events of the batch that change a contact of whom an earlier one was, to the contact as they were until then."""
        self.changes: list[contacts.Change] = []
        """What flows and people change, in order."""
        self.changes_at: list[int] = []
        """The event because of which each of these was made; `LAST` where it was none of the batch."""
        self.unchanged: dict[int, Typed] = {}
        """The contacts who are changed like this, to their fields before that."""

    @property
    def news(self) -> set[int]:
        """Contacts of whom something is known that was not before."""
        return self.heard_of | {change.contact for change in self.changes}

    def expect(self, ids: Iterable[int]) -> None:
        """Name contacts that blocks may look at; they are fetched together when the first one is asked for."""
        self._expected.update(ids)

    def one(self, id_: int) -> Person:
        """A contact that was expected."""
        if id_ not in self._known:
            missing = self._expected.difference(self._known)
            values = {"workspace": self._tx.workspace, "ids": listed(self._tx, missing)}
            for row in self._tx.all(_CONTACTS, values):
                self._known[row.id] = Person(row.id, zone_of(row.zone, self._tx.zone), row.typed)
        return self._known[id_]

    def change(self, change: contacts.Change, at: int = LAST) -> None:
        """Change a contact, because of the event `at`, if it was one of this batch. Who looks later in this batch sees it;
        the ledger gets it with the rest."""
        self.changes.append(change)
        self.changes_at.append(at)
        self.expect([change.contact])
        person = self.one(change.contact)
        self.unchanged.setdefault(change.contact, person.typed)
        person.typed = contacts.typed_after(person.typed, change)
        if not ZONE.isdisjoint(change.set_fields):
            self.moved.add(change.contact)
        if "zone" in change.set_fields:
            person.zone = zone_of(change.set_fields["zone"], self._tx.zone)

    def write(self) -> None:
        """Write what was changed."""
        if self.changes:
            contacts.update_many(self._tx, self.changes)
