"""Who waits for an hour where they live, and moves to another time zone meanwhile."""

from typing import Any

import pytest

from blocks.values import micros, moment
from runtime.clock import SetClock
from runtime.engine.by_hand.changing import change_contacts
from runtime.engine.publishing.moving import Move
from runtime.people.contacts import Change
from tests.blocks.facts import utc
from tests.engine.stage import Stage, block, in_a_row
from tests.engine.test_occasions import sent_at

DEWI = "dewi@example.com"
ORDERED = block("ordered", "event_trigger", event="Order placed")
MAIL = block("mail", "send_email", email="reminder")


@pytest.fixture(autouse=True)
def november(clock: SetClock) -> None:
    """It is 16:00 on Saturday, 21 November 2026 in Bangkok: 04:00 in New York, 22:00 in Auckland."""
    clock.set(micros(utc("2026-11-21T09:00")))


def waits(stage: Stage, hold: dict[str, Any], zone: str = "Asia/Bangkok", **properties: Any) -> None:
    """Dewi is held by this block."""
    stage.publish(in_a_row(ORDERED, hold, MAIL))
    stage.happens("Order placed", DEWI, fields={"timezone": zone}, **properties)


def moves(stage: Stage, zone: str | None) -> None:
    """She lives elsewhere."""
    stage.happens("Moved", DEWI, fields={"timezone": zone})


def until(stage: Stage) -> str:
    """Until when she waits, UTC."""
    (one,) = stage.all_runs()
    assert (one.state, one.wake_at is not None) == ("open", True)
    return moment(one.wake_at).isoformat()[5:16]


def went(stage: Stage) -> list[str]:
    """When the e-mail was queued, UTC."""
    return [at[5:16].replace(" ", "T") for at in sent_at(stage, DEWI)]


HOUR = block("hour", "wait_until", time="09:00")
MONDAYS = block("hour", "wait_until", time="09:00", weekdays=[1])
NEXT_DAY = block("hour", "wait", amount=1, unit="days", at="09:00")
DAY_OF_EVENT = block("hour", "wait_for_date", of="event", field="visit", when="on")
SUPPLY = block("hour", "wait_for_supply", lead=3)
VISIT = {"visit": "2026-11-23"}
CAPSULES = {"items": [{"title": "Capsules", "quantity": 5, "days_per_unit": 1}]}


@pytest.mark.parametrize(
    ("hold", "properties", "before", "after"),
    [
        (HOUR, {}, "11-22T02:00", {"America/New_York": "11-21T14:00", "Pacific/Auckland": "11-21T20:00"}),
        (MONDAYS, {}, "11-23T02:00", {"America/New_York": "11-23T14:00", "Pacific/Auckland": "11-22T20:00"}),
        (NEXT_DAY, {}, "11-22T02:00", {"America/New_York": "11-22T14:00", "Pacific/Auckland": "11-21T20:00"}),
        (DAY_OF_EVENT, VISIT, "11-23T02:00", {"America/New_York": "11-23T14:00", "Pacific/Auckland": "11-22T20:00"}),
        (SUPPLY, CAPSULES, "11-23T02:00", {"America/New_York": "11-23T14:00", "Pacific/Auckland": "11-22T20:00"}),
    ],
)
def test_they_wait_for_the_hour_there(
    stage: Stage, hold: dict[str, Any], properties: dict[str, Any], before: str, after: dict[str, str]
) -> None:
    waits(stage, hold, **properties)
    assert until(stage) == before
    for zone, then in after.items():
        moves(stage, zone)
        assert until(stage) == then
    steps = stage.steps(DEWI)
    stage.happens("Page viewed", DEWI)
    moves(stage, "Pacific/Auckland")
    assert stage.steps(DEWI) == steps, "nothing has changed"
    stage.after(days=4)
    assert went(stage) == [after["Pacific/Auckland"]]


def test_an_hour_that_is_over_there_is_the_next_day_s(stage: Stage) -> None:
    waits(stage, HOUR, "America/New_York")
    assert until(stage) == "11-21T14:00"
    stage.after(hours=2)
    # She has waited since 16:00 in Bangkok; it is 18:00 there.
    moves(stage, "Asia/Bangkok")
    assert until(stage) == "11-22T02:00"
    stage.after(hours=4)
    assert stage.messages() == [], "22:00 in Bangkok is nine in the morning where she lived"


def test_a_day_that_is_over_there_is_the_next_one_at_that_hour(stage: Stage) -> None:
    waits(stage, NEXT_DAY, "America/New_York")
    stage.after(hours=24)
    moves(stage, "Asia/Bangkok")
    assert until(stage) == "11-23T02:00"
    stage.after(hours=17)
    assert went(stage) == ["11-23T02:00"]


def test_a_person_and_a_flow_can_tell_it_and_the_run_says_until_when(stage: Stage) -> None:
    waits(stage, HOUR)
    change_contacts(stage.house, stage.shop, [Change(stage.contact(DEWI).id, set_fields={"zone": "Pacific/Auckland"})])
    assert until(stage) == "11-21T20:00"
    assert stage.steps(DEWI)[-1] == ("hour", "", "waits")
    (one,) = stage.all_runs()
    to = block("to", "update_contact", change="set_field", name="zone", value="America/New_York")
    stage.publish(in_a_row(block("moved", "event_trigger", event="Moved"), to), "moves")
    stage.happens("Moved", DEWI)
    held = [moment(each.wake_at) for each in stage.all_runs() if each.id == one.id]
    assert held == [utc("2026-11-21T14:00")]


def test_who_went_over_and_keeps_the_time_keeps_it(stage: Stage) -> None:
    waits(stage, HOUR)
    later = block("hour", "wait_until", time="11:00")
    stage.publish(in_a_row(ORDERED, later, MAIL), moves={"hour": Move("keep")})
    stage.work()
    moves(stage, "Pacific/Auckland")
    assert until(stage) == "11-22T02:00"


def test_a_flow_by_its_own_clocks_does_not_mind(stage: Stage) -> None:
    stage.publish({**in_a_row(ORDERED, HOUR, MAIL), "zone": "Asia/Bangkok"})
    stage.happens("Order placed", DEWI, fields={"timezone": "Asia/Bangkok"})
    moves(stage, "Pacific/Auckland")
    assert until(stage) == "11-22T02:00"


def test_a_zone_that_says_nothing_is_the_shop_s(stage: Stage) -> None:
    waits(stage, HOUR, "America/New_York")
    moves(stage, None)
    assert until(stage) == "11-22T02:00", "the shop is in Bangkok"
