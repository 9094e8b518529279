"""What is said before publishing: nothing that a flow will do is left out, and no line says the opposite of another."""

from typing import Any

import pytest
from sqlalchemy import select

from blocks.contract import Known
from blocks.flow import Flow
from blocks.values import micros
from runtime.clock import SetClock
from runtime.house import House
from runtime.insight.outlook import outlook
from runtime.ledger.tables import event, workspace
from runtime.words import words
from tests.blocks.facts import utc
from tests.engine.stage import Stage, block
from tests.segments.stage import did, is_, publish_segment

HOMES = {"nok": "Asia/Bangkok", "somchai": "Asia/Bangkok", "hannah": "Europe/Berlin", "yohana": "Asia/Jayapura"}
SCHEDULE = block("when", "schedule_trigger", to="everybody", repeat="once", on="2026-12-01")
CHECKOUT = block("cart", "event_trigger", event="Checkout started")
BY_HAND = block("hand", "added_trigger")
BUYERS = block("buyers", "segment_trigger", segment="buyers", begin_with="now_and_later")
BIRTHDAY = block("birthday", "date_trigger", field="birthday")


@pytest.fixture
def stage(house: House, shop: int, clock: SetClock) -> Stage:
    """29 November 2026 in Bangkok. Nok, Somchai and Hannah have bought; Yohana, in Jayapura, has not."""
    stage = Stage(house, shop, clock)
    clock.set(micros(utc("2026-11-29T05:00")))
    with house.ledger.write(shop) as tx:
        tx.execute(workspace.update().values(zone="Asia/Bangkok"))
    for who, zone in HOMES.items():
        name = "Page seen" if who == "yohana" else "Order placed"
        stage.happens(name, f"{who}@example.com", fields={"zone": zone})
    publish_segment(stage, "buyers", did("Order placed"), "Buyers")
    stage.work()
    return stage


def total_over(least: int) -> dict[str, Any]:
    """Of the event."""
    return {"kind": "field", "of": "event", "field": "total", "op": "over", "value": least}


def lines(stage: Stage, *triggers: dict[str, Any]) -> list[str]:
    """What is said of a flow with these triggers."""
    document = Flow.model_validate({"name": "News", "blocks": list(triggers)})
    known = Known(segments={"buyers": "Buyers", "berliners": "Berliners"})
    found = outlook(stage.house, stage.shop, "news", document, known, "Asia/Bangkok")
    return [words("en").text(line) for line in found]


def test_a_mailing_to_everybody_does_not_hide_behind_an_event(stage: Stage) -> None:
    for _ in range(90):
        stage.arrives("Checkout started", "nok@example.com")
    stage.work()
    assert lines(stage, CHECKOUT, SCHEDULE) == [
        "Nobody enters at once. On 1 Dec 2026, 09:00 it comes for 4 Contacts, as things are now.",
        "Events bring about 3 a day, as in the last 30 days.",
    ]


def test_each_kind_of_trigger_has_its_line_and_the_schedules_come_first(stage: Stage) -> None:
    sooner = block("sooner", "schedule_trigger", segment="buyers", repeat="once", on="2026-11-30")
    over = block("over", "schedule_trigger", to="everybody", repeat="once", on="2026-11-01")
    stage.happens("Profile filled in", "hannah@example.com", fields={"birthday": "1990-12-05"})
    assert lines(stage, CHECKOUT, BIRTHDAY, over, SCHEDULE, sooner, BY_HAND) == [
        "On 30 Nov 2026, 09:00 it comes for 3 Contacts, as things are now.",
        "On 1 Dec 2026, 09:00 it comes for 4 Contacts, as things are now.",
        "Its time has passed.",
        "In the next 30 days a date comes for 1 Contact.",
        "In the last 30 days no event would have started it.",
        "Whoever is added enters.",
    ]


def test_an_event_that_fits_several_triggers_of_a_flow_is_counted_once(stage: Stage) -> None:
    """It starts one run, by the first that it fits. Of 90 carts 60 are dear, and 30 of these very dear."""
    for number in range(90):
        stage.arrives("Checkout started", "nok@example.com", total=(500, 1500, 2500)[number % 3])
    stage.work()
    dear, very_dear = (
        block(name, "event_trigger", event="Checkout started", where=total_over(least))
        for name, least in (("dear", 1000), ("very_dear", 2000))
    )
    once = "Nobody enters at once. Events bring about {} a day, as in the last 30 days."
    assert lines(stage, very_dear, dear) == [once.format(2)]
    assert lines(stage, dear, very_dear) == [once.format(2)]
    assert lines(stage, very_dear, CHECKOUT, dear) == [once.format(3)]
    assert lines(stage, CHECKOUT, block("again", "event_trigger", event="Checkout started")) == [once.format(3)]
    other = block("other", "event_trigger", event="Order placed")
    assert lines(stage, dear, other, very_dear) == [once.format(2)], "three orders a month more"


def test_two_triggers_at_one_segment_bring_nobody_twice(stage: Stage) -> None:
    bangkok = {**BUYERS, "id": "bangkok", "settings": {**BUYERS["settings"], "where": is_("city", "Bangkok")}}
    for number in range(60):
        stage.happens(
            "Profile filled in", f"c{number}@example.com", fields={"city": "Bangkok" if number % 2 else "Ubud"}
        )
        stage.arrives("Order placed", f"c{number}@example.com")
    stage.work()
    assert [line.rsplit(", ", 1)[1] for line in lines(stage, bangkok, BUYERS)] == ["about 1 a day", "about 1 a day"]
    assert [line.rsplit(", ", 1)[1] for line in lines(stage, BUYERS, bangkok)] == [
        "about 2 a day",
        "less than 1 a month",
    ]


def test_a_date_at_which_two_triggers_are_comes_once(stage: Stage) -> None:
    stage.happens("Profile filled in", "hannah@example.com", fields={"birthday": "1990-12-05", "wedding": "2016-12-08"})
    once = "Nobody enters at once. In the next 30 days a date comes for {}."
    assert lines(stage, BIRTHDAY, {**BIRTHDAY, "id": "again"}) == [once.format("1 Contact")]
    assert lines(stage, BIRTHDAY, block("wedding", "date_trigger", field="wedding")) == [once.format("2 Contacts")]


def test_nobody_is_said_to_be_reached_only_where_nobody_is(stage: Stage) -> None:
    assert lines(stage, CHECKOUT) == [
        "Nobody enters at once. In the last 30 days no event would have started it.",
    ]
    assert lines(stage, BY_HAND) == ["Whoever is added enters."]
    assert lines(stage, BUYERS, BY_HAND) == [
        "3 Contacts enter now, later whoever comes to match",
        "Whoever is added enters.",
    ]
    soon = block("back", "back_in_stock")
    assert lines(stage, soon) == ["Nobody enters at once. Whoever fits it from then on enters."]
    born = block("birthday", "date_trigger", field="birthday", where=is_("city", "Berlin"))
    assert lines(stage, born) == ["Nobody enters at once. A date comes for each Contact in their own time."]


def test_a_segment_has_a_past_of_its_own_before_it_has_a_rate(stage: Stage) -> None:
    """Who enters another one says nothing about it."""
    publish_segment(stage, "berliners", is_("city", "Berlin"), "Berliners")
    stage.work()
    stage.happens("Profile filled in", "hannah@example.com", fields={"city": "Berlin"})
    with stage.house.ledger.read(stage.shop) as tx:
        assert tx.first(select(event.c.id).where(event.c.name == "Entered segment")) is not None
    assert lines(stage, BUYERS) == ["3 Contacts enter now, later whoever comes to match"]
    leaves = block("left", "segment_trigger", segment="buyers", move="leaves")
    assert lines(stage, leaves) == ["Nobody enters at once. Whoever fits it from then on enters."]
    stage.happens("Order placed", "yohana@example.com")
    assert lines(stage, BUYERS) == ["4 Contacts enter now, about 1 a month"]


def test_by_their_own_clocks_it_comes_where_those_live_who_are_meant(stage: Stage) -> None:
    """Nine o'clock in Jayapura is seven in Bangkok, but Yohana has not bought."""
    christmas = {"repeat": "holiday", "holiday": "christmas", "when": "before", "amount": 3, "unit": "weeks"}
    own = block("own", "schedule_trigger", segment="buyers", clocks="own", **christmas)
    assert lines(stage, own) == [
        "Nobody enters at once. On 4 Dec 2026, from 09:00 to 15:00, it comes for 3 Contacts, as things are now.",
        "These times are by clocks in Bangkok.",
    ]
    # Nine o'clock has passed in Bangkok today, and not in Berlin.
    daily = block("own", "schedule_trigger", segment="buyers", clocks="own", repeat="daily")
    assert lines(stage, daily) == [
        "Nobody enters at once. From 29 Nov 2026, 15:00 to 30 Nov 2026, 09:00 it comes for 3 Contacts, as things are now.",
        "These times are by clocks in Bangkok.",
    ]
