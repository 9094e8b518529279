"""6, offer: a calendar, a segment of people who look at prices, and what follows from whether they claim it and order."""

from typing import Any

import pytest
from sqlalchemy import select

from blocks.values import micros, moment
from blocks.zones import local_to_utc
from runtime.ledger.tables import message, workspace
from runtime.zones import zone_of
from tests.automations.test_automations import BUDI, DEWI, NOK, SOMCHAI, mails
from tests.blocks.facts import utc
from tests.engine.stage import Stage, block, link
from tests.segments.stage import did, publish_segment

BANGKOK = zone_of("Asia/Bangkok")
WITH_CODE = {"kind": "field", "of": "event", "field": "discount_code", "op": "is_set"}


@pytest.fixture
def bargains(stage: Stage) -> Stage:
    """In Bangkok there are Dewi, Budi and Somchai, who order with a code in hand, and Nok, who does not."""
    with stage.house.ledger.write(stage.shop) as tx:
        tx.execute(workspace.update().values(zone="Asia/Bangkok"))
    likes_a_price = {**did("Order placed", where=WITH_CODE), "times": 2}
    engaged = did("Page seen", days=90)
    publish_segment(stage, "bargains", {"kind": "all", "rules": [likes_a_price, engaged]}, "Looks at prices")
    for who in (DEWI, BUDI, SOMCHAI):
        for _ in range(2):
            stage.happens("Order placed", who, discount_code="NOV10", total=300)
    stage.happens("Order placed", NOK, total=900)
    for who in (DEWI, BUDI, SOMCHAI, NOK):
        stage.happens("Page seen", who)
    return stage


def offer(**schedule: Any) -> dict[str, Any]:
    """An offer; who clicks it and does not order learns how to redeem it, others are reminded; who orders leaves, with
    thanks."""
    return {
        "blocks": [
            block("time", "schedule_trigger", segment="bargains", **schedule),
            block("offer", "send_email", email="a"),
            block("clicked", "wait_for_event", event="E-mail clicked", amount=2, unit="days"),
            block("how", "send_email", email="b"),
            block("reminder", "send_email", email="c"),
            block("ordered", "on_leaving", event="Order placed"),
            block("thanks", "send_email", email="d"),
        ],
        "links": [
            link("time", "offer"),
            link("offer", "clicked"),
            link("clicked", "how", "happened"),
            link("clicked", "reminder", "in_vain"),
            link("ordered", "thanks"),
        ],
        "exits": [{"event": "Order placed"}],
    }


def until(stage: Stage, wall: str) -> None:
    """Clocks in Bangkok show this."""
    from datetime import datetime

    at = micros(local_to_utc(datetime.fromisoformat(wall), BANGKOK))
    stage.after(seconds=(at - stage.clock.now()) / 1_000_000)


def offered(stage: Stage, who: str) -> list[str]:
    """When somebody got the offer."""
    mine = (message.c.contact == stage.contact(who).id, message.c.block == "offer")
    with stage.house.ledger.read(stage.shop) as tx:
        rows = tx.all(select(message.c.queued_at).where(*mine).order_by(message.c.id))
    return [f"{moment(row.queued_at).astimezone(BANGKOK):%Y-%m-%d %H:%M}" for row in rows]


def test_an_offer_for_twelve_twelve_and_what_follows(bargains: Stage) -> None:
    bargains.publish(offer(repeat="holiday", holiday="double_twelve", when="on", at="08:00"))
    until(bargains, "2026-12-12 07:59")
    assert mails(bargains, DEWI) == []
    until(bargains, "2026-12-12 08:00")
    for who in (DEWI, BUDI, SOMCHAI):
        assert offered(bargains, who) == ["2026-12-12 08:00"]
    bargains.happens("E-mail clicked", DEWI)
    bargains.happens("Order placed", BUDI, discount_code="1212", total=250)
    until(bargains, "2026-12-15 08:00")
    assert mails(bargains, DEWI) == ["offer", "how"], "clicked, but not ordered"
    assert mails(bargains, BUDI) == ["offer", "thanks"]
    assert mails(bargains, SOMCHAI) == ["offer", "reminder"]
    assert mails(bargains, NOK) == []


@pytest.mark.parametrize(
    ("schedule", "times"),
    [
        ({"repeat": "once", "on": "2026-12-01", "at": "10:00"}, ["2026-12-01 10:00"]),
        ({"repeat": "weekly", "weekdays": [5]}, ["2026-11-27 09:00", "2026-12-04 09:00", "2026-12-11 09:00"]),
        ({"repeat": "monthly", "day": 25}, ["2026-11-25 09:00"]),
        (
            {"repeat": "holiday", "holiday": "christmas", "when": "before", "amount": 2, "unit": "weeks"},
            ["2026-12-11 09:00"],
        ),
    ],
)
def test_the_ways_of_the_calendar(bargains: Stage, schedule: dict[str, Any], times: list[str]) -> None:
    bargains.publish(offer(**schedule))
    until(bargains, "2026-12-14 00:00")
    assert offered(bargains, SOMCHAI) == times
    assert offered(bargains, BUDI) == times


def test_who_is_not_engaged_any_more_is_not_in_the_segment_when_the_time_comes(bargains: Stage) -> None:
    bargains.publish(offer(repeat="holiday", holiday="songkran", when="before", amount=1, unit="weeks"))
    until(bargains, "2027-04-01 12:00")
    bargains.happens("Page seen", DEWI)
    until(bargains, "2027-04-07 00:00")
    assert offered(bargains, DEWI) == ["2027-04-06 09:00"]
    assert offered(bargains, BUDI) == []


def test_it_is_november(stage: Stage) -> None:
    assert stage.clock.now() == micros(utc("2026-11-21T09:00"))
