"""Doi Leaf with a few customers and what they did so far, and a draft that nobody has published."""

import hashlib
from collections.abc import Mapping
from typing import Any

import orjson
import pytest
from sqlalchemy import func, select

from blocks.flow import Flow
from blocks.values import instant
from runtime import delivery, engine
from runtime.clock import HOUR, SetClock
from runtime.engine.publishing.publish import publish
from runtime.house import House
from runtime.intake.reading import read_events
from runtime.intake.writer import store
from runtime.ledger.tables import message, metadata
from runtime.people import contacts
from runtime.rehearsal import Entry, Happening, MadeUp, Question, Rehearsal, rehearse
from runtime.samples import samples, take
from runtime.words import words

CART: dict[str, Any] = {
    "checkout_token": "c1",
    "checkout_url": "https://doileaf.example/cart/c1",
    "items": [{"title": "Mae Salong oolong", "quantity": 1, "price": 640}],
    "total": 640,
    "currency": "THB",
}


class Rehearsals:
    """One shop with its draft."""

    def __init__(self, house: House, shop: int, clock: SetClock) -> None:
        self.house, self.shop, self.clock = house, shop, clock
        brand = {"name": "Doi Leaf", "postal_address": "41 Ratchadamnoen Road, Chiang Mai", "currency": "THB"}
        house.desk.drafts(shop).put("brand", "brand", "Doi Leaf", {"format": 1, **brand}, "Nok", clock.now())
        (sample,) = (one for one in samples() if one.slug == "cart-abandonment")
        self.slug = take(house, shop, sample, "Nok")

    @property
    def draft(self) -> Flow:
        """The draft as it stands."""
        found = self.house.desk.drafts(self.shop).get("flow", self.slug)
        assert found is not None
        return Flow.model_validate(found.document)

    def happened(self, name: str, who: str, *, says: str | None = None, ago: float = 0, **properties: Any) -> None:
        """Something that really happened, some hours ago; the worker has done its work since."""
        consent = {"consent": {"email": says, "source": "Ticked the box at checkout"}} if says else {}
        contact = {"email": who, "first_name": who.split("@")[0].title(), "zone": "Asia/Jakarta", **consent}
        at = self.clock.now() - int(ago * HOUR)
        document = {"name": name, "contact": contact, "properties": properties}
        events = read_events(orjson.dumps(document), self.shop, "test", at)
        with self.house.ledger.write() as tx:
            store(tx, events)
        self.work()

    def live(self, who: str, *, until: int, happenings: list[Happening]) -> None:
        """Publish the draft and let the same things really happen."""
        publish(self.house, self.shop, self.slug, "Nok")
        for one in [*happenings, None]:
            self._until(one.at if one is not None else until)
            if one is not None:
                self.happened(one.name, who, **(one.properties or {}))

    def work(self) -> None:
        """Engine and delivery until both have nothing to do."""
        while engine.work(self.house) | delivery.deliver(self.house):
            pass

    def _until(self, end: int) -> None:
        while True:
            self.work()
            due = [at for at in (engine.next_due(self.house), delivery.next_due(self.house)) if at is not None]
            if not due or min(due) > end:
                break
            self.clock.set(max(min(due), self.clock.now()))
        self.clock.set(end)
        self.work()

    def contact(self, address: str) -> int:
        """Somebody's number."""
        with self.house.ledger.read(self.shop) as tx:
            found = contacts.by_address(tx, address)
        assert found is not None
        return found.id

    def rehearse(
        self,
        who: str | MadeUp,
        start: str,
        *happenings: Happening,
        document: Flow | Mapping[str, Any] | None = None,
        until: int | None = None,
    ) -> Rehearsal:
        """Rehearse the draft, or another document, from a time as people write it."""
        flow = document if isinstance(document, Flow) else Flow.model_validate(document) if document else self.draft
        one = who if isinstance(who, MadeUp) else self.contact(who)
        return rehearse(self.house, self.shop, Question(self.slug, flow, one, at(start), until, happenings))

    def rows(self) -> dict[str, int]:
        """How many rows each table of the real ledger has."""
        with self.house.ledger.read() as tx:
            return {
                name: int(tx.scalar(select(func.count()).select_from(table))) for name, table in metadata.tables.items()
            }

    def desk_files(self) -> dict[str, str]:
        """The files of the real desk and what is in them."""
        folder = self.house.settings.data / "desk"
        return {
            str(file): hashlib.sha256(file.read_bytes()).hexdigest() for file in folder.rglob("*") if file.is_file()
        }

    def sent(self) -> list[tuple[int, str, str | None]]:
        """(when, block, subject) of what really went out."""
        query = select(message.c.done_at, message.c.block, message.c.subject).where(message.c.state == "sent")
        with self.house.ledger.read(self.shop) as tx:
            return [tuple(row) for row in tx.all(query.order_by(message.c.done_at))]


def at(text: str) -> int:
    """An instant as people write it."""
    found = instant(text)
    assert found is not None
    return found


def later(start: str, hours: float) -> int:
    """So many hours after."""
    return at(start) + int(hours * HOUR)


def said(entry: Entry) -> str:
    """An entry as a reader of English sees it."""
    w = words("en")
    return w.text(entry.what) + (f" ({w.text(entry.why)})" if entry.why is not None else "")


def local(result: Rehearsal, entry: Entry) -> str:
    """Its day and hour, where the contact lives."""
    w = words("en")
    return f"{w.date(entry.at, result.zone, 'short')} {w.date(entry.at, result.zone, 'time')}"


def letters(result: Rehearsal) -> list[tuple[str, str]]:
    """(when, subject) of what they would get, in their own time."""
    return [(local(result, entry), entry.letter.subject) for entry in result.entries if entry.letter is not None]


@pytest.fixture
def rehearsals(house: House, shop: int, clock: SetClock) -> Rehearsals:
    """Doi Leaf before the flow is live."""
    return Rehearsals(house, shop, clock)
