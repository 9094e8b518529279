"""The contacts whom a batch looks at, as they are by now in it: fetched together, and changed by flows and by people."""

from collections.abc import Iterable, Mapping
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
from runtime.people.card import COLUMNS, Card
from runtime.people.who import Who
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
        """Events of the batch that change a contact who was there before, to the contact as they were until then."""
        self._told: dict[int, Who] = {}
        """Events of the batch that come from outside, to what they say of their contact."""
        self._to_come: dict[int, list[int]] = {}
        """Contacts to those of `before` that have not come yet, the last one first."""
        self._at_last: dict[int, tuple[str | None, str]] = {}
        """The time zone and the typed fields of contacts once all events of the batch have come."""
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
                self._at_last[row.id] = row.zone, row.typed
                self._known[row.id] = self._as_told(row.id)
        return self._known[id_]

    def hear(self, told: Mapping[int, Who], before: Mapping[int, tuple[int, Card]]) -> None:
        """Take in what events say of their contacts, and which of them change one, who is as before until these `come`."""
        self._told = dict(told)
        for id_, (whose, card) in sorted(before.items(), reverse=True):
            self.before[id_] = card
            self._to_come.setdefault(whose, []).append(id_)

    def come(self, event: int, whose: int) -> None:
        """Let it be so from now on what this event of the batch says of its contact."""
        if event in self.before:
            self._to_come[whose].pop()
            if whose in self._known and whose not in self.unchanged:
                self._known[whose] = self._as_told(whose)
        if whose in self.unchanged and (who := self._told.get(event)) is not None and (who.fields or who.tags):
            # Said after what a flow has done, and written after it.
            self._alter(contacts.Change(whose, set_fields=who.fields, add_tags=who.tags), event)
            if not ZONE.isdisjoint(who.fields):
                self._known[whose].zone = self._as_told(whose).zone

    def _as_told(self, id_: int) -> Person:
        """A contact as those events say that have come, whatever flows have changed."""
        if to_come := self._to_come.get(id_):
            row = dict(zip(COLUMNS, self.before[to_come[-1]].columns(), strict=True))
            return Person(id_, zone_of(row["zone"], self._tx.zone), row["typed"])
        zone, typed = self._at_last[id_]
        return Person(id_, zone_of(zone, self._tx.zone), typed)

    def change(self, change: contacts.Change, at: int = LAST) -> None:
        """Change a contact, because of the event `at`, if it was one of this batch. Who looks later in this batch sees it;
        the ledger gets it with the rest."""
        self.expect([change.contact])
        self.unchanged.setdefault(change.contact, self.one(change.contact).typed)
        if not ZONE.isdisjoint(change.set_fields):
            self.moved.add(change.contact)
        self._alter(change, at)

    def _alter(self, change: contacts.Change, at: int) -> None:
        self.changes.append(change)
        self.changes_at.append(at)
        person = self.one(change.contact)
        person.typed = contacts.typed_after(person.typed, change)
        if "zone" in change.set_fields:
            person.zone = zone_of(change.set_fields["zone"], self._tx.zone)

    def write(self) -> None:
        """Write what was changed."""
        if self.changes:
            contacts.update_many(self._tx, self.changes)
