"""A flow that goes by clocks in Bangkok, whoever is in it. Hannah lives in New York, and so does the shop's own clock."""

from typing import Any

import pytest
from sqlalchemy import select

from blocks.contract import Known
from blocks.flow import Flow
from blocks.phrase import Moment
from blocks.values import micros, moment
from runtime.accounts import workspaces
from runtime.clock import SetClock
from runtime.engine.entries.schedules import TOO_LATE
from runtime.insight.matches import would_hear
from runtime.insight.outlook import outlook
from runtime.insight.why import why
from runtime.ledger.tables import appointment, message, occasion, run, schedule, step, workspace
from runtime.reasons import reason_phrase
from runtime.words import words
from tests.blocks.facts import utc
from tests.engine.stage import Stage, block, in_a_row
from tests.engine.test_schedules import trigger

HANNAH, DEWI = "hannah@example.com", "dewi@example.com"
BANGKOK = {"zone": "Asia/Bangkok"}


def queued_at(stage: Stage, who: str = HANNAH) -> list[str]:
    """When the contact's messages were queued, on clocks in UTC."""
    with stage.house.ledger.read(stage.shop) as tx:
        mine = select(message.c.queued_at).where(message.c.contact == stage.contact(who).id)
        return [f"{moment(row.queued_at):%Y-%m-%d %H:%M}" for row in tx.all(mine.order_by(message.c.id))]


def waits(*wait: dict[str, Any], **parts: Any) -> dict[str, Any]:
    """A cart, a wait and a message."""
    cart, mail = block("cart", "event_trigger", event="Checkout started"), block("mail", "send_email", email="tea")
    return {**in_a_row(cart, *wait, mail), **parts}


def on_schedule(**settings: Any) -> dict[str, Any]:
    settings = {"to": "everybody", "repeat": "daily", **settings}
    return in_a_row(block("day", "schedule_trigger", **settings), block("mail", "send_email", email="tea"))


@pytest.fixture(autouse=True)
def november(stage: Stage, clock: SetClock) -> None:
    """It is Saturday, 21 November 2026, 12:00 UTC: 07:00 in New York, 19:00 in Bangkok."""
    clock.set(micros(utc("2026-11-21T12:00")))
    with stage.house.ledger.write(stage.shop) as tx:
        tx.execute(workspace.update().values(zone="America/New_York"))
    lives = {"timezone": "America/New_York", "birthday": "1985-12-05", "renews": "2026-11-23"}
    stage.happens("Account created", HANNAH, fields=lives)


@pytest.mark.parametrize(
    ("wait", "by_bangkok", "by_hers"),
    [
        (block("w", "wait_until", time="09:00"), "2026-11-22 02:00", "2026-11-21 14:00"),
        (block("w", "wait_until", time="09:00", weekdays=[1]), "2026-11-23 02:00", "2026-11-23 14:00"),
        (block("w", "wait", amount=2, unit="days", at="09:00"), "2026-11-23 02:00", "2026-11-23 14:00"),
        (block("w", "wait_for_date", field="renews", at="09:00"), "2026-11-23 02:00", "2026-11-23 14:00"),
    ],
)
def test_a_wait_goes_by_the_clocks_of_its_flow(
    stage: Stage, wait: dict[str, Any], by_bangkok: str, by_hers: str
) -> None:
    stage.publish(waits(wait, **BANGKOK), "fixed")
    stage.publish(waits(wait), "own")
    stage.happens("Checkout started", HANNAH)
    stage.after(days=5)
    assert sorted(queued_at(stage)) == sorted([by_bangkok, by_hers])


def test_nine_o_clock_is_said_to_be_nine_o_clock(stage: Stage) -> None:
    stage.publish(waits(block("w", "wait_until", time="09:00"), **BANGKOK))
    stage.happens("Checkout started", HANNAH)
    with stage.house.ledger.read(stage.shop) as tx:
        kept = next(row for row in tx.all(select(step)) if row.block == "w")
    until = reason_phrase(kept.code, kept.args).args["until"]
    assert until == Moment(utc("2026-11-22T02:00"), "Asia/Bangkok")


def test_a_schedule_comes_by_the_clocks_of_its_flow_and_is_said_by_them(stage: Stage) -> None:
    stage.publish({**on_schedule(), **BANGKOK})
    stage.publish(on_schedule(), "shop")
    found = would_hear(stage.house, stage.shop, trigger(repeat="daily"), "Asia/Bangkok")
    assert found is not None
    assert (found.at, found.zone) == (micros(utc("2026-11-22T02:00")), "Asia/Bangkok")
    with stage.house.ledger.read(stage.shop) as tx:
        of_flow = why(tx, stage.contact(HANNAH).id, "flow", stage.clock.now())
    assert of_flow is not None
    assert of_flow.looks[0].at == micros(utc("2026-11-22T02:00"))
    stage.after(days=1)
    assert queued_at(stage) == ["2026-11-21 14:00", "2026-11-22 02:00"]


def test_what_publishing_would_reach_is_said_by_the_clocks_of_the_flow(stage: Stage) -> None:
    document = Flow.model_validate({"name": "Tea", **on_schedule(), **BANGKOK})
    said = outlook(stage.house, stage.shop, "tea", document, Known(), "America/New_York")
    assert [words("en").text(line, stage.clock.now()) for line in said] == [
        "Nobody enters at once. On 22 Nov, 09:00 it comes for 1 Contact, as things are now.",
        "These times are by clocks in Bangkok.",
    ]


def test_each_contacts_own_clocks_come_before_those_of_the_flow(stage: Stage) -> None:
    stage.happens("Account created", DEWI, fields={"timezone": "Asia/Jakarta"})
    stage.publish({**on_schedule(clocks="own", repeat="once", on="2026-11-23"), "zone": "Pacific/Auckland"})
    stage.after(days=4)
    assert (queued_at(stage), queued_at(stage, DEWI)) == (["2026-11-23 14:00"], ["2026-11-23 02:00"])


def test_a_schedule_whose_flow_gets_another_zone_is_reckoned_anew_and_keeps_what_it_was(stage: Stage) -> None:
    stage.publish(on_schedule())
    stage.after(hours=3)
    assert queued_at(stage) == ["2026-11-21 14:00"]
    stage.publish({**on_schedule(), **BANGKOK})
    with stage.house.ledger.read(stage.shop) as tx:
        (row,) = tx.all(select(schedule))
    assert (row.zone, row.due_at, row.told) == ("Asia/Bangkok", micros(utc("2026-11-22T02:00")), 1)
    stage.after(hours=12)
    workspaces.update(stage.house, stage.shop, zone="Europe/London")
    stage.publish(on_schedule())
    stage.after(hours=12)
    assert queued_at(stage) == ["2026-11-21 14:00", "2026-11-22 02:00", "2026-11-22 09:00"]


def test_the_shops_clocks_do_not_move_a_schedule_that_does_not_go_by_them(stage: Stage) -> None:
    """Nine o'clock in Bangkok has come when the shop moves; nobody was told yet."""
    stage.publish({**on_schedule(), **BANGKOK})
    stage.clock.set(micros(utc("2026-11-22T02:00")) + TOO_LATE // 24)
    workspaces.update(stage.house, stage.shop, zone="Europe/London")
    stage.work()
    assert queued_at(stage) == ["2026-11-22 03:00"]


def test_who_is_being_told_when_the_zone_changes_is_told_to_the_end(stage: Stage) -> None:
    people = [f"somebody{n}@example.com" for n in range(150)]
    for who in people:
        stage.arrives("Account created", who)
    stage.work()
    stage.publish(on_schedule())
    stage.clock.set(micros(utc("2026-11-21T14:00")))
    while not _telling(stage):
        stage.engine.work()
    stage.publish({**on_schedule(), **BANGKOK})
    stage.work()
    told = [queued_at(stage, who) for who in (HANNAH, *people)]
    assert told == [["2026-11-21 14:00"]] * 151


def _telling(stage: Stage) -> bool:
    with stage.house.ledger.read(stage.shop) as tx:
        return bool(tx.scalar(select(schedule.c.telling)))


def test_two_flows_with_the_same_birthday_and_other_zones_each_wish_at_their_nine(stage: Stage) -> None:
    """Hannah's birthday is the 5th of December everywhere; nine comes first in Auckland, then in Bangkok, then at hers."""
    wish = in_a_row(block("birthday", "date_trigger", field="birthday"), block("mail", "send_email", email="wish"))
    stage.publish(wish, "own")
    own = _occasions(stage)
    for zone in ("Asia/Bangkok", "Pacific/Auckland"):
        stage.publish({**wish, "zone": zone}, zone.split("/")[1].lower())
    stage.publish({**wish, "zone": "Asia/Bangkok"}, "once-more")
    assert len(_occasions(stage)) == 3, "the two in Bangkok share theirs"
    assert own < _occasions(stage), "and the first is called as it always was"
    stage.after(days=20)
    assert queued_at(stage) == ["2026-12-04 20:00", "2026-12-05 02:00", "2026-12-05 02:00", "2026-12-05 14:00"]
    with stage.house.ledger.read(stage.shop) as tx:
        in_bangkok = why(tx, stage.contact(HANNAH).id, "bangkok", stage.clock.now())
    assert in_bangkok is not None
    assert in_bangkok.verdict == "been"
    assert in_bangkok.looks[0].at == micros(utc("2027-12-05T02:00"))
    stage.after(days=365)
    assert len(queued_at(stage)) == 8


def test_a_birthday_that_moves_is_followed_by_the_clocks_of_the_flow(stage: Stage) -> None:
    follows = block("renews", "date_trigger", field="renews", yearly=False, when="before", amount=1, if_moved="follow")
    flow = in_a_row(follows, block("nine", "wait_for_date", field="renews"), block("mail", "send_email", email="tea"))
    stage.publish({**flow, **BANGKOK})
    stage.after(hours=16)
    assert stage.runs(HANNAH) == [("nine", "open")], "it is 11:00 on the 22nd in Bangkok, the evening before at hers"
    stage.happens("Renewal moved", HANNAH, fields={"renews": "2026-11-28"})
    assert stage.runs(HANNAH) == [("nine", "left")]
    stage.after(days=10)
    assert queued_at(stage) == ["2026-11-28 02:00"]
    with stage.house.ledger.read(stage.shop) as tx:
        left = tx.all(select(run.c.args).where(run.c.state == "left"))
    assert left[0].args["until"]["moment"][1] == "Asia/Bangkok"


def test_somebody_quiet_for_a_month_is_quiet_by_the_months_of_the_flow(stage: Stage) -> None:
    """On the 31st in New York it is the 1st in Bangkok already."""
    stage.clock.set(micros(utc("2027-02-28T20:00")))
    stage.happens("Order placed", HANNAH)
    quiet = block("quiet", "quiet_trigger", event="Order placed", amount=1, unit="months")
    for zone in ("Asia/Bangkok", ""):
        stage.publish({**in_a_row(quiet, block("mail", "send_email", email="tea")), "zone": zone}, zone[5:] or "own")
    stage.after(days=60)
    # A month after 28 February, 15:00 in New York, by when clocks have gone forward; after 1 March, 03:00 in Bangkok.
    assert queued_at(stage) == ["2027-03-28 19:00", "2027-03-31 20:00"]


def _occasions(stage: Stage) -> set[str]:
    stage.work()
    with stage.house.ledger.read(stage.shop) as tx:
        used = select(occasion.c.key).join(appointment, appointment.c.occasion == occasion.c.id).distinct()
        return {row.key for row in tx.all(used)}
