"""A schedule that comes by each contact's own clocks: at nine o'clock wherever they live, once for each day."""

from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from blocks.contract import Known
from blocks.values import micros, moment
from runtime.clock import SetClock
from runtime.engine.entries import schedules
from runtime.engine.publishing.publish import pause, resume
from runtime.engine.work import Engine
from runtime.insight.matches import would_hear
from runtime.insight.why import why
from runtime.ledger.tables import run, schedule, workspace
from runtime.words import words
from tests.blocks.facts import utc
from tests.engine.stage import Stage, block, in_a_row
from tests.engine.test_schedules import dies, offers, trigger
from tests.segments.stage import did, publish_segment

HOMES = {
    "dewi": "Asia/Jakarta",
    "nok": "Asia/Bangkok",
    "sam": "America/New_York",
    "kate": "Europe/London",
    "finn": "Australia/Lord_Howe",
    "budi": "",  # has never said where he lives: the shop's clocks, which are Bangkok's
}


def own(**settings: Any) -> dict[str, Any]:
    return offers(clocks="own", **settings)


def moves(stage: Stage, who: str, zone: str) -> None:
    """Something tells that they live there from now on."""
    stage.happens("Page seen", f"{who}@example.com", fields={"zone": zone} if zone else None)


def entered(stage: Stage, who: str, zone: str = "") -> list[str]:
    """When their runs began, on the clocks where they live."""
    clocks = ZoneInfo(zone or HOMES[who] or "Asia/Bangkok")
    mine = stage.contact(f"{who}@example.com").id
    with stage.house.ledger.read(stage.shop) as tx:
        rows = tx.all(select(run.c.entered_at).where(run.c.contact == mine).order_by(run.c.entered_at))
    return [f"{moment(row.entered_at).astimezone(clocks):%m-%d %H:%M}" for row in rows]


def everyone(stage: Stage) -> dict[str, list[str]]:
    return {who: entered(stage, who) for who in HOMES}


@pytest.fixture(autouse=True)
def around_the_world(stage: Stage, clock: SetClock) -> None:
    """It is Saturday, 21 November 2026, 12:00 in London. Everybody has bought."""
    clock.set(micros(utc("2026-11-21T12:00")))
    with stage.house.ledger.write(stage.shop) as tx:
        tx.execute(workspace.update().values(zone="Asia/Bangkok"))
    publish_segment(stage, "buyers", did("Order placed"), "Buyers")
    for who, zone in HOMES.items():
        stage.arrives("Order placed", f"{who}@example.com", fields={"zone": zone} if zone else None)
    stage.work()


@pytest.mark.parametrize("whom", [{"segment": "buyers"}, {"to": "everybody"}])
def test_at_nine_wherever_they_live(stage: Stage, whom: dict[str, str]) -> None:
    stage.publish(own(repeat="once", on="2026-11-24", **whom))
    stage.after(days=7)
    assert everyone(stage) == {who: ["11-24 09:00"] for who in HOMES}
    with stage.house.ledger.read(stage.shop) as tx:
        began = [
            f"{moment(row.entered_at):%d %H:%M}" for row in tx.all(select(run.c.entered_at).order_by(run.c.entered_at))
        ]
    # Lord Howe, then Bangkok with Jakarta and the shop, London, New York.
    assert began == ["23 22:00", "24 02:00", "24 02:00", "24 02:00", "24 09:00", "24 14:00"]


def test_a_day_that_has_begun_when_it_is_published_comes_where_it_is_still_before_nine(stage: Stage) -> None:
    stage.clock.set(micros(utc("2026-11-24T05:00")))
    stage.publish(own(repeat="daily"))
    stage.after(hours=30)
    assert {who: times[0] for who, times in everyone(stage).items()} == {
        "dewi": "11-25 09:00",
        "nok": "11-25 09:00",
        "budi": "11-25 09:00",
        "finn": "11-25 09:00",
        "kate": "11-24 09:00",
        "sam": "11-24 09:00",
    }


def test_clocks_that_go_forward_and_back(stage: Stage) -> None:
    """In London there is no half past one on 28 March 2027; on Lord Howe it comes twice on 4 April, half an hour apart."""
    stage.clock.set(micros(utc("2027-03-27T12:00")))
    stage.publish(own(repeat="daily", at="01:30"))
    stage.after(days=9)
    assert entered(stage, "kate")[:3] == ["03-28 02:00", "03-29 01:30", "03-30 01:30"]
    days = [f"03-{day} 01:30" for day in range(28, 32)] + [f"04-0{day} 01:30" for day in range(1, 6)]
    assert entered(stage, "finn") == days
    with stage.house.ledger.read(stage.shop) as tx:
        finn = stage.contact("finn@example.com").id
        at = [row.entered_at for row in tx.all(select(run.c.entered_at).where(run.c.contact == finn))]
    assert micros(utc("2027-04-03T14:30")) in at, "the first of the two"


def test_on_both_sides_of_the_date_line(stage: Stage) -> None:
    for who, zone in (("pita", "Pacific/Kiritimati"), ("lani", "Pacific/Pago_Pago")):
        stage.happens("Order placed", f"{who}@example.com", fields={"zone": zone})
    stage.publish(own(repeat="once", on="2026-11-24"))
    stage.after(days=5)
    assert (
        entered(stage, "pita", "Pacific/Kiritimati") == entered(stage, "lani", "Pacific/Pago_Pago") == ["11-24 09:00"]
    )
    assert entered(stage, "pita", "UTC") == ["11-23 19:00"]
    assert entered(stage, "lani", "UTC") == ["11-24 20:00"], "25 hours later"


@pytest.mark.parametrize("whom", [{"segment": "buyers"}, {"to": "everybody"}])
def test_who_moves_while_the_day_goes_round_the_earth_hears_of_it_once(stage: Stage, whom: dict[str, str]) -> None:
    stage.publish(own(repeat="once", on="2026-11-24", **whom))
    stage.clock.set(micros(utc("2026-11-24T02:00")))
    stage.work()
    assert entered(stage, "dewi") == ["11-24 09:00"]
    stage.after(hours=3)
    moves(stage, "dewi", "America/New_York")  # where it is still to come, but she has heard of it
    moves(stage, "sam", "Asia/Jakarta")  # where it is over
    moves(stage, "kate", "Pacific/Honolulu")  # where nobody has lived yet
    stage.after(days=5)
    assert entered(stage, "dewi") == ["11-24 09:00"]
    assert entered(stage, "kate", "Pacific/Honolulu") == ["11-24 09:00"]
    assert entered(stage, "sam", "UTC") == ["11-24 21:00"], "when the day has come everywhere"


def test_who_joins_after_nine_where_they_live_is_not_meant(stage: Stage) -> None:
    stage.publish(own(repeat="once", on="2026-11-24"))
    stage.clock.set(micros(utc("2026-11-24T05:00")))
    stage.work()
    for who, zone in (("rina", "Asia/Jakarta"), ("paul", "Europe/Paris")):
        stage.happens("Order placed", f"{who}@example.com", fields={"zone": zone})
    stage.after(days=5)
    assert entered(stage, "rina", "Asia/Jakarta") == []
    assert entered(stage, "paul", "Europe/Paris") == ["11-24 09:00"]


def test_killed_in_the_middle_everybody_enters_once(stage: Stage) -> None:
    for number in range(20):
        zone = ("Asia/Jakarta", "America/New_York")[number % 2]
        stage.arrives("Order placed", f"c{number}@example.com", fields={"zone": zone})
    stage.work()
    stage.publish(own(repeat="once", on="2026-11-24"))
    # Nobody was there for a while: it has come everywhere.
    stage.clock.set(micros(utc("2026-11-24T21:30")))
    for _ in range(60):
        dies(stage)
        engine = Engine(stage.house)
        engine.at_most = 3
        engine.work()
    stage.work()
    with stage.house.ledger.read(stage.shop) as tx:
        who = [row.contact for row in tx.all(select(run.c.contact))]
    assert (len(who), len(set(who))) == (26, 26)


def test_a_zone_whose_hour_passes_while_the_flow_is_paused_is_left_out(stage: Stage) -> None:
    stage.publish(own(repeat="once", on="2026-11-24"))
    stage.clock.set(micros(utc("2026-11-24T01:00")))
    pause(stage.house, stage.shop, "flow")
    stage.after(hours=3)
    resume(stage.house, stage.shop, "flow")
    stage.after(days=2)
    assert {who for who, times in everyone(stage).items() if not times} == {"dewi", "nok", "budi", "finn"}


def test_it_is_said_in_the_sentence_and_when_it_comes_for_somebody(stage: Stage) -> None:
    about = trigger(clocks="own", to="segment", segment="buyers", repeat="weekly", weekdays=[5], at="10:00")
    said = words("en").text(about.say(Known(segments={"buyers": "Buyers"})))
    assert said == "Every week on Fri, 10:00 where each of them lives, for “Buyers”"
    found = would_hear(stage.house, stage.shop, about)
    assert found is not None
    assert found.at == micros(utc("2026-11-26T23:00")), "on Lord Howe"
    stage.publish(own(repeat="daily"))
    with stage.house.ledger.read(stage.shop) as tx:
        answer = why(tx, stage.contact("sam@example.com").id, "flow", stage.clock.now())
    assert answer is not None
    assert words("en").text(answer.looks[0].what) == "It comes on 21 Nov 2026, 09:00"


def test_there_is_a_row_a_zone_and_none_for_the_shops_clocks(stage: Stage) -> None:
    stage.publish(own(repeat="daily"))
    stage.publish(in_a_row(block("s", "schedule_trigger", segment="buyers", repeat="daily")), "other")
    with stage.house.ledger.read(stage.shop) as tx:
        zones = [row.zone for row in tx.all(select(schedule.c.zone).order_by(schedule.c.flow, schedule.c.zone))]
    assert sorted(zones) == sorted(["", *filter(None, HOMES.values()), schedules.LAST, ""])
