"""POST /api/v1/flows/<slug>/contacts: a program adds contacts, once each, and is told plainly where it cannot."""

from typing import Any

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from runtime.accounts import keys
from runtime.clock import SetClock
from runtime.engine.publishing.publish import archive
from runtime.house import House
from runtime.ledger.tables import event
from tests.engine.stage import Stage, block, in_a_row
from tests.intake.conftest import Door

PATH = "/api/v1/flows/tasting/contacts"
DEWI = {"email": "dewi@example.com", "first_name": "Dewi"}


@pytest.fixture
def stage(house: House, shop: int, clock: SetClock) -> Stage:
    made = Stage(house, shop, clock)
    made.publish(in_a_row(block("in", "added_trigger"), block("day", "wait", amount=1, unit="days")), "tasting")
    made.publish(in_a_row(block("in", "event_trigger", event="Order placed"), block("end", "stop")), "order")
    return made


@pytest.fixture
def post(client: TestClient, house: House, shop: int) -> Any:
    _, secret = keys.create(house, shop, "api", "Booking system")
    return lambda body, path=PATH: client.post(path, json=body, headers={"authorization": f"Bearer {secret}"})


def test_contacts_are_added_once_each_with_what_is_known_of_them(stage: Stage, post: Any) -> None:
    two = [{"id": 1, "contact": DEWI, "properties": {"place": "Chiang Rai"}}, {"contact": {"phone": "+66812345678"}}]
    assert post(two).json() == {"accepted": 2, "duplicates": 0}
    assert post(two[0]).json() == {"accepted": 0, "duplicates": 1}
    stage.work()
    assert [state for _, state in stage.runs()] == ["open", "open"]
    assert stage.contact("dewi@example.com").name == "Dewi"
    with stage.house.ledger.read(stage.shop) as tx:
        first = tx.first(select(event).order_by(event.c.id))
    assert first is not None
    assert first.properties == {"place": "Chiang Rai", "flow": "tasting", "how": "api", "by": "Booking system"}


def test_what_cannot_be_is_said_in_clear_words(stage: Stage, post: Any, door: Door) -> None:
    assert post({"contact": DEWI}, "/api/v1/flows/nowhere/contacts").status_code == 404
    no_trigger = post({"contact": DEWI}, "/api/v1/flows/order/contacts")
    assert no_trigger.status_code == 409
    assert "no trigger “Added by hand”" in no_trigger.json()["error"]
    archive(stage.house, stage.shop, "tasting")
    assert "archived" in post({"contact": DEWI}).json()["error"]
    only_sends = door.client.post(PATH, json={"contact": DEWI}, headers={"authorization": f"Bearer {door.secret}"})
    assert only_sends.status_code == 403
    assert door.client.post(PATH, json={"contact": DEWI}).status_code == 401


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({}, "contact"),
        ({"contact": {"email": "nobody"}}, "contact.email"),
        ({"contact": DEWI, "name": "Order placed"}, "name"),
        ({"contact": DEWI, "properties": {"flow": "order"}}, "properties.flow"),
        ({"contact": DEWI, "id": True}, "id"),
    ],
)
def test_what_is_not_right_is_named_and_nothing_is_stored(stage: Stage, post: Any, wrong: Any, field: str) -> None:
    answer = post([{"contact": DEWI}, wrong])
    assert answer.status_code == 422
    assert [(one["index"], one["field"]) for one in answer.json()["problems"]] == [(1, field)]
    with stage.house.ledger.read(stage.shop) as tx:
        assert tx.first(select(event)) is None


def test_being_added_cannot_be_sent_as_an_event(stage: Stage, door: Door) -> None:
    answer = door.post({"name": "Added to flow", "contact": DEWI, "properties": {"flow": "tasting"}})
    assert answer.status_code == 422
    assert "POST /api/v1/flows/<slug>/contacts" in answer.json()["problems"][0]["reason"]
