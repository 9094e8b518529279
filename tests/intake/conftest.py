"""Intake's front door, opened for a shop with a key."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from starlette.testclient import TestClient

from runtime.accounts import keys
from runtime.accounts.keys import Key
from runtime.house import House
from runtime.intake import build_app
from runtime.intake.limits import Limit
from runtime.ledger import tables


@pytest.fixture
def client(house: House) -> Iterator[TestClient]:
    """Talks HTTP to the application of everything public."""
    with TestClient(build_app(house), base_url="https://mail.doileaf.example") as client:
        yield client


@dataclass
class Door:
    """The address for events, with the key of Doi Leaf."""

    client: TestClient
    house: House
    shop: int
    key: Key
    secret: str

    def post(self, body: Any, **headers: str) -> Any:
        """Send JSON and return the answer."""
        return self.client.post(
            "/api/v1/events", json=body, headers={"authorization": f"Bearer {self.secret}", **headers}
        )

    def raw(self, body: bytes, **headers: str) -> Any:
        """Send bytes and return the answer."""
        with_key = {"authorization": f"Bearer {self.secret}", "content-type": "application/json"}
        return self.client.post("/api/v1/events", content=body, headers=with_key | headers)

    def stored(self) -> list[Any]:
        """The events there are now, in order of receipt."""
        with self.house.ledger.read(self.shop) as tx:
            return list(tx.all(tables.event.select().where(tx.mine(tables.event)).order_by(tables.event.c.id)))


@pytest.fixture
def door(client: TestClient, house: House, shop: int) -> Door:
    key, secret = keys.create(house, shop, "ingest", "Website")
    return Door(client, house, shop, key, secret)


@pytest.fixture
def no_refill(monkeypatch: pytest.MonkeyPatch) -> None:
    """Buckets of tries do not fill up again, however slow the machine is."""
    monkeypatch.setattr(Limit, "_now", lambda limit, name, now: limit._left.get(name, (limit._burst, 0))[0])


def order(number: int = 4821, **changes: Any) -> dict[str, Any]:
    """An event as a program sends it."""
    return {
        "id": f"order-{number}",
        "name": "Order placed",
        "contact": {"email": "dewi@example.com", "first_name": "Dewi"},
        "properties": {"order_id": number, "total": "1920.00", "currency": "THB"},
        **changes,
    }
