"""What the calendar brings: everybody in a segment at once, on a weekly day, before a holiday, once."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from blocks import read_block
from blocks.contract import Known, Today
from blocks.flow import Flow
from blocks.recurrence import Recurrence
from blocks.scheduled import HOLIDAYS
from blocks.triggers.schedule_trigger import ScheduleTrigger
from blocks.values import micros, moment
from runtime.accounts import workspaces
from runtime.calendar import CALENDAR
from runtime.clock import SetClock
from runtime.engine.entries import schedules
from runtime.engine.programs import Programs
from runtime.engine.publishing.publish import archive, finish, pause, resume
from runtime.engine.work import Engine, one_batch
from runtime.insight.matches import would_hear
from runtime.insight.outlook import outlook
from runtime.insight.why import why
from runtime.ledger.tables import flow, message, run, schedule, workspace
from runtime.words import words
from tests.blocks.facts import utc
from tests.engine.stage import Stage, block, in_a_row
from tests.segments.stage import did, publish_segment

DEWI, BUDI, NOK, SOMCHAI = (f"{name}@example.com" for name in ("dewi", "budi", "nok", "somchai"))


def offers(**settings: Any) -> dict[str, Any]:
    """An offer to everybody who has bought, on a schedule."""
    settings = {"segment": "buyers", **settings}
    return in_a_row(block("schedule", "schedule_trigger", **settings), block("offer", "send_email", email="offer"))


def trigger(**settings: Any) -> ScheduleTrigger:
    """The block alone."""
    found = read_block("schedule_trigger", {"to": "everybody", **settings})
    assert isinstance(found, ScheduleTrigger)
    return found


def sent_at(stage: Stage, who: str, zone: str = "Asia/Bangkok") -> list[str]:
    """When the contact's messages were queued, on clocks in Bangkok."""
    with stage.house.ledger.read(stage.shop) as tx:
        rows = tx.all(
            select(message.c.queued_at).where(message.c.contact == stage.contact(who).id).order_by(message.c.id)
        )
    return [f"{moment(row.queued_at).astimezone(ZoneInfo(zone)):%a %Y-%m-%d %H:%M}" for row in rows]


def standing(stage: Stage) -> Mapping[str, Any]:
    """The one schedule there is."""
    with stage.house.ledger.read(stage.shop) as tx:
        (row,) = tx.all(select(schedule))
    return dict(row._mapping)


@pytest.fixture(autouse=True)
def november(stage: Stage, clock: SetClock) -> None:
    """It is Saturday, 21 November 2026, 16:00 in Bangkok, where the shop is. Dewi and Budi have bought, Nok has not."""
    clock.set(micros(utc("2026-11-21T09:00")))
    with stage.house.ledger.write(stage.shop) as tx:
        tx.execute(workspace.update().values(zone="Asia/Bangkok"))
    publish_segment(stage, "buyers", did("Order placed"), "Buyers")
    for who in (DEWI, BUDI):
        stage.happens("Order placed", who)
    stage.happens("Account created", NOK)


def test_a_weekly_offer_goes_to_who_is_in_the_segment_that_day(stage: Stage) -> None:
    stage.publish(offers(repeat="weekly", weekdays=[5], at="10:00"))
    stage.after(days=8)
    assert sent_at(stage, DEWI) == ["Fri 2026-11-27 10:00"]
    stage.happens("Order placed", NOK)
    stage.after(days=7)
    assert sent_at(stage, DEWI) == sent_at(stage, BUDI) == ["Fri 2026-11-27 10:00", "Fri 2026-12-04 10:00"]
    assert sent_at(stage, NOK) == ["Fri 2026-12-04 10:00"]


def test_the_rule_for_coming_back_and_the_filter_hold_as_ever(stage: Stage) -> None:
    stage.happens("Profile filled in", BUDI, fields={"city": "Chiang Mai"})
    city = {"kind": "field", "of": "contact", "field": "city", "value": "Chiang Mai"}
    stage.publish({**offers(repeat="daily", where=city), "entry": {"again": "never"}})
    stage.after(days=3)
    assert (len(sent_at(stage, BUDI)), len(sent_at(stage, DEWI))) == (1, 0)


def test_all_contacts_once(stage: Stage) -> None:
    stage.publish(offers(to="everybody", repeat="once", on="2026-12-24", at="18:30"))
    stage.after(days=400)
    for who in (DEWI, BUDI, NOK):
        assert sent_at(stage, who) == ["Thu 2026-12-24 18:30"]
    assert standing(stage)["due_at"] is None


def test_a_week_before_songkran_every_year(stage: Stage) -> None:
    stage.publish(offers(repeat="holiday", holiday="songkran", when="before", amount=1, unit="weeks"))
    stage.after(days=600)
    assert sent_at(stage, DEWI) == ["Tue 2027-04-06 09:00", "Thu 2028-04-06 09:00"]


@pytest.mark.parametrize(
    ("holiday", "year", "days"),
    [
        ("lebaran", 2027, ["2027-03-10"]),
        ("lebaran", 2033, ["2033-01-03", "2033-12-23"]),  # twice, as the year of the moon is shorter
        ("lunar_new_year", 2027, ["2027-02-06"]),
        ("black_friday", 2026, ["2026-11-27"]),
        ("black_friday", 2024, ["2024-11-29"]),
        ("mothers_day_th", 2027, ["2027-08-12"]),
        ("lebaran", 2300, []),
    ],
)
def test_when_holidays_fall(holiday: str, year: int, days: list[str]) -> None:
    assert [day.isoformat() for day in CALENDAR.days(holiday, year)] == days


def test_every_holiday_that_can_be_named_has_a_date() -> None:
    for holiday in HOLIDAYS:
        for year in range(2026, 2036):
            assert CALENDAR.days(holiday, year), (holiday, year)
        assert trigger(repeat="holiday", holiday=holiday)


@pytest.mark.parametrize(
    ("about", "times"),
    [
        ({"repeat": "monthly", "day": 25}, ["2026-11-25 09:00", "2026-12-25 09:00", "2027-01-25 09:00"]),
        ({"repeat": "monthly", "day": 31}, ["2026-11-30 09:00", "2026-12-31 09:00", "2027-01-31 09:00"]),
        ({"repeat": "yearly", "on": "2024-02-29"}, ["2027-02-28 09:00", "2028-02-29 09:00", "2029-02-28 09:00"]),
        ({"repeat": "daily", "at": "16:00"}, ["2026-11-21 16:00", "2026-11-22 16:00", "2026-11-23 16:00"]),
        ({"repeat": "weekly", "weekdays": [1, 6]}, ["2026-11-23 09:00", "2026-11-28 09:00", "2026-11-30 09:00"]),
        (
            {"repeat": "holiday", "holiday": "christmas", "when": "after", "amount": 10},
            ["2027-01-04 09:00", "2028-01-04 09:00", "2029-01-04 09:00"],
        ),
        (
            {"repeat": "rule", "rule": "FREQ=MONTHLY;BYDAY=-1FR", "since": "2026-01-01"},
            ["2026-11-27 09:00", "2026-12-25 09:00", "2027-01-29 09:00"],
        ),
        (
            {"repeat": "rule", "rule": "FREQ=DAILY;INTERVAL=30;COUNT=4", "since": "2026-11-01", "at": "16:00"},
            ["2026-12-01 16:00", "2026-12-31 16:00", "2027-01-30 16:00"],
        ),
    ],
)
def test_the_next_times(about: dict[str, Any], times: list[str]) -> None:
    zone, at, found = ZoneInfo("Asia/Bangkok"), utc("2026-11-21T09:00"), []
    for _ in times:
        due = trigger(**about).next_at(at, zone, CALENDAR)
        assert due is not None
        found.append(f"{due.astimezone(zone):%Y-%m-%d %H:%M}")
        at = moment(micros(due) + 1)
    assert found == times


@pytest.mark.parametrize(
    ("until", "last"),
    [
        ("20261125", "2026-11-25 09:00"),
        ("20261125T020000Z", "2026-11-25 09:00"),
        ("20261125T015959Z", "2026-11-24 09:00"),  # a second too early for nine o'clock in Bangkok
    ],
)
def test_the_end_of_a_rule_is_a_day_or_an_instant(until: str, last: str) -> None:
    zone = ZoneInfo("Asia/Bangkok")
    daily = trigger(repeat="rule", rule=f"FREQ=DAILY;UNTIL={until}", since="2026-11-01")
    *_, end = daily.upcoming(utc("2026-11-21T09:00"), zone, CALENDAR, 10)
    assert f"{end.astimezone(zone):%Y-%m-%d %H:%M}" == last


def test_what_was_waited_for_before_an_update_is_waited_for_after_it() -> None:
    """Its rows in the ledger bear this name since before there were calendar rules."""
    weekly = trigger(to="segment", segment="buyers", repeat="weekly", weekdays=[5], at="10:00")
    assert weekly.occasion() == "a6822e8d539fd6e52405d8ff"
    by_rule = [trigger(repeat="rule", rule=rule, since="2026-11-24") for rule in ("FREQ=DAILY", "FREQ=WEEKLY")]
    assert by_rule[0].occasion() != by_rule[1].occasion()


def test_a_day_that_never_comes_is_looked_for_once_and_not_for_each_zone(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[date] = []
    days = Recurrence.days

    def noted(rule: Recurrence, first: date, start: date) -> Iterator[date]:
        looked.append(start)
        return days(rule, first, start)

    monkeypatch.setattr(Recurrence, "days", noted)
    never = trigger(repeat="rule", rule="FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", since="2026-11-01", clocks="own")
    for name in ("Asia/Jakarta", "Asia/Bangkok", "Europe/London", "America/New_York", "Pacific/Kiritimati") * 20:
        assert never.next_at(utc("2026-11-21T09:00"), ZoneInfo(name), CALENDAR) is None
    assert len(looked) <= 2, "it is the same day in most of them, and the next in the others"


def test_a_calendar_rule_starts_a_flow_and_comes_to_its_end(stage: Stage) -> None:
    stage.publish(offers(repeat="rule", rule="FREQ=WEEKLY;BYDAY=MO,TH;COUNT=3", since="2026-11-23"))
    stage.after(days=90)
    assert sent_at(stage, DEWI) == ["Mon 2026-11-23 09:00", "Thu 2026-11-26 09:00", "Mon 2026-11-30 09:00"]
    assert standing(stage)["due_at"] is None


def test_clocks_that_go_forward_and_back(stage: Stage, clock: SetClock) -> None:
    clock.set(micros(utc("2027-03-27T00:00")))
    with stage.house.ledger.write(stage.shop) as tx:
        tx.execute(workspace.update().values(zone="Europe/Berlin"))
    stage.publish(offers(repeat="daily", at="02:30"))
    stage.after(days=3)
    # On the 28th there is no half past two in Berlin.
    times = ["Sat 2027-03-27 02:30", "Sun 2027-03-28 03:00", "Mon 2027-03-29 02:30"]
    assert sent_at(stage, DEWI, "Europe/Berlin") == times
    clock.set(micros(utc("2027-10-30T12:00")))
    stage.work()
    with stage.house.ledger.write(stage.shop) as tx:
        tx.execute(message.delete())
    stage.after(days=2)
    # On the 31st it comes twice.
    times = ["Sun 2027-10-31 02:30", "Mon 2027-11-01 02:30"]
    assert sent_at(stage, DEWI, "Europe/Berlin") == times


def test_the_shop_moves_to_another_zone(stage: Stage, clock: SetClock) -> None:
    stage.publish(offers(repeat="once", on="2026-11-23"))
    workspaces.update(stage.house, stage.shop, zone="America/New_York")
    stage.after(days=5)
    assert sent_at(stage, DEWI, "America/New_York") == ["Mon 2026-11-23 09:00"]


def test_killed_in_the_middle_everybody_enters_once(stage: Stage) -> None:
    for number in range(40):
        stage.arrives("Order placed", f"c{number}@example.com")
    stage.work()
    stage.publish(offers(repeat="once", on="2026-11-23"))
    stage.after(days=1)
    stage.clock.set(micros(utc("2026-11-23T02:00")))
    for _ in range(30):
        # Each turn is a new engine, and one of two dies before its transaction is over.
        dies(stage)
        engine = Engine(stage.house)
        engine.at_most = 7
        engine.work()
    stage.work()
    with stage.house.ledger.read(stage.shop) as tx:
        entered = [row.contact for row in tx.all(select(run.c.contact))]
    assert (len(entered), len(set(entered))) == (42, 42)
    assert standing(stage)["told"] == 42


def dies(stage: Stage) -> None:
    """A worker that is killed just before it would have committed what it told."""

    def half() -> None:
        with one_batch(stage.house, stage.shop, Programs()) as batch:
            schedules.bring(batch, Programs(), 7)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        half()


def test_a_paused_flow_lets_that_time_pass(stage: Stage) -> None:
    stage.publish(offers(repeat="weekly", weekdays=[5]))
    pause(stage.house, stage.shop, "flow")
    stage.after(days=7)
    resume(stage.house, stage.shop, "flow")
    stage.after(days=7)
    assert sent_at(stage, DEWI) == ["Fri 2026-12-04 09:00"]
    assert standing(stage)["code"] == "flow_paused"


def test_a_flow_that_goes_on_after_finishing_or_the_archive_comes_again(stage: Stage) -> None:
    stage.publish(offers(repeat="weekly", weekdays=[5]))
    for stop in (finish, archive):
        stop(stage.house, stage.shop, "flow")
        stage.after(days=7)
        assert sent_at(stage, DEWI) == []
    resume(stage.house, stage.shop, "flow")
    stage.after(days=7)
    assert sent_at(stage, DEWI) == sent_at(stage, BUDI) == ["Fri 2026-12-11 09:00"]


def test_a_flow_that_is_back_from_the_archive_paused_comes_again_once_it_goes_on(stage: Stage) -> None:
    stage.publish(offers(repeat="weekly", weekdays=[5]))
    archive(stage.house, stage.shop, "flow")
    stage.after(days=7)
    pause(stage.house, stage.shop, "flow")
    stage.after(days=7)
    resume(stage.house, stage.shop, "flow")
    stage.after(days=7)
    assert sent_at(stage, DEWI) == ["Fri 2026-12-11 09:00"]


def test_what_is_published_anew_as_its_time_comes_neither_skips_it_nor_tells_it_twice(
    stage: Stage, clock: SetClock
) -> None:
    stage.publish(offers(repeat="daily"))
    clock.set(micros(utc("2026-11-22T02:00:01")))
    _again(stage)
    stage.work()
    assert sent_at(stage, DEWI) == ["Sun 2026-11-22 09:00"]
    clock.set(micros(utc("2026-11-22T01:59")))  # somebody has put the machine's clock right
    _again(stage)
    stage.after(minutes=5)
    assert sent_at(stage, DEWI) == ["Sun 2026-11-22 09:00"]


def _again(stage: Stage) -> None:
    """Publish the flow as it is, as `publish` does, which keeps the flow's row."""
    with stage.house.ledger.write(stage.shop) as tx:
        flow_id = tx.scalar(select(flow.c.id))
        schedules.expect(tx, flow_id, [trigger(to="segment", segment="buyers", repeat="daily")], stage.clock.now())


def test_an_archived_flow_starts_nothing_and_a_changed_one_only_what_it_says_now(stage: Stage) -> None:
    stage.publish(offers(repeat="weekly", weekdays=[5]))
    archive(stage.house, stage.shop, "flow")
    stage.after(days=8)
    stage.publish(offers(repeat="weekly", weekdays=[1]))
    stage.after(days=7)
    assert sent_at(stage, DEWI) == ["Mon 2026-11-30 09:00"]


def test_over_a_day_late_starts_nothing_and_says_so(stage: Stage, clock: SetClock) -> None:
    stage.publish(offers(repeat="weekly", weekdays=[5]))
    clock.set(micros(utc("2026-11-28T02:01")))  # nobody was there in between
    stage.work()
    assert sent_at(stage, DEWI) == []
    with stage.house.ledger.read(stage.shop) as tx:
        answer = why(tx, stage.contact(DEWI).id, "flow", clock.now())
    assert answer is not None
    said = [words("en").text(part) for look in answer.looks for part in (look.what, *look.why)]
    assert "Nobody entered on 27 Nov 2026, 09:00" in said
    assert "Because the worker was off when its time came, and saw it over 24 hours late" in said
    assert "It comes on 4 Dec 2026, 09:00" in said
    stage.after(days=7)
    assert sent_at(stage, DEWI) == ["Fri 2026-12-04 09:00"]


def test_late_by_less_or_where_late_is_fine_it_starts_once(stage: Stage, clock: SetClock) -> None:
    stage.publish(offers(repeat="weekly", weekdays=[5]))
    stage.publish(offers(repeat="daily", late_is_fine=True), "other")
    clock.set(micros(utc("2026-11-28T01:59")))
    stage.work()
    assert sent_at(stage, DEWI) == ["Sat 2026-11-28 08:59"] * 2


def test_why_somebody_outside_the_segment_is_not_meant(stage: Stage) -> None:
    stage.publish(offers(repeat="daily"))
    with stage.house.ledger.read(stage.shop) as tx:
        answer = why(tx, stage.contact(NOK).id, "flow", stage.clock.now())
    assert answer is not None
    said = [words("en").text(part) for look in answer.looks for part in (look.what, *look.why)]
    assert said[:2] == ["It comes on 22 Nov 2026, 09:00", "They are not in the Segment “Buyers” now"]


def test_how_many_are_meant_is_known_beforehand(stage: Stage) -> None:
    found = would_hear(stage.house, stage.shop, trigger(to="segment", segment="buyers", repeat="daily"))
    assert found is not None
    assert (found.people, found.contacts, found.zone) == (2, 3, "Asia/Bangkok")
    assert found.at == micros(utc("2026-11-22T02:00"))


def test_nothing_is_said_of_whom_a_schedule_reaches_until_it_is_chosen(stage: Stage) -> None:
    assert would_hear(stage.house, stage.shop, trigger(to="segment", repeat="daily")) is None
    drawn = {"name": "Offers", "blocks": [block("weekly", "schedule_trigger", to="segment", repeat="daily")]}
    assert outlook(stage.house, stage.shop, "flow", Flow.model_validate(drawn), Known(), "Asia/Bangkok") == []
    everybody = would_hear(stage.house, stage.shop, trigger(to="everybody", repeat="daily"))
    assert everybody is not None
    assert everybody.people == everybody.contacts == 3


def test_a_week_has_a_day_on_which_it_comes() -> None:
    none = trigger(to="everybody", repeat="weekly").problems(Known())
    assert [(one.code, one.level, one.field) for one in none] == [("weekday_missing", "bad", "weekdays")]
    assert trigger(to="everybody", repeat="weekly", weekdays=[5]).problems(Known()) == []


class NoDates:
    """A calendar that nobody keeps."""

    def days(self, holiday: str, year: int) -> tuple[date, ...]:
        return ()


def problems(calendar: Any = CALENDAR, **settings: Any) -> list[tuple[str, str]]:
    """Codes and levels of what is wrong with a schedule on 21 November 2026."""
    today = Today(utc("2026-11-21T09:00"), ZoneInfo("Asia/Bangkok"), calendar)
    known = Known(segments={"buyers": "Buyers"}, today=today)
    return [(one.code, one.level) for one in trigger(**settings).problems(known)]


def test_what_is_wrong_is_said() -> None:
    assert problems(repeat="daily") == []
    assert problems(to="segment") == [("segment_missing", "bad"), ("date_missing", "bad")]
    assert problems(to="segment", segment="vips", repeat="daily") == [("unknown_segment", "bad")]
    assert problems(repeat="once", on="2026-11-20") == [("time_passed", "warn")]
    assert problems(NoDates(), repeat="holiday", holiday="lebaran") == [("no_date_known", "bad")]
    daily = {"repeat": "rule", "rule": "FREQ=DAILY", "since": "2026-11-24"}
    assert problems(**daily) == []
    assert problems(**daily | {"rule": ""}) == [("rule_missing", "bad")]
    assert problems(**daily | {"rule": "FREQ=HOURLY"}) == [("wrong_rule", "bad")]
    assert problems(**daily | {"since": ""}) == [("date_missing", "bad")]
    assert problems(**daily | {"rule": "FREQ=DAILY;COUNT=2", "since": "2026-11-01"}) == [("time_passed", "warn")]
    assert problems(**daily | {"rule": "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"}) == [("time_passed", "warn")]
    with pytest.raises(ValueError, match="between 2000 and 2099"):
        trigger(**daily | {"since": "1026-11-24"})
    with pytest.raises(ValueError, match="write it as 2026-12-24"):
        trigger(on="24.12.2026")


def test_by_each_ones_own_clocks_a_time_has_passed_when_it_has_everywhere() -> None:
    # On the 21st it is 16:00 in Bangkok and 04:00 in New York.
    once = {"repeat": "once", "at": "09:00"}
    assert problems(**once, on="2026-11-21") == [("time_passed", "warn")]
    assert problems(**once, on="2026-11-21", clocks="own") == []
    assert problems(**once, on="2026-11-20", clocks="own") == [("time_passed", "warn")]


def test_nobody_is_told_while_many_are_still_coming_in(stage: Stage) -> None:
    """Else an order would wait behind all of them."""
    stage.publish(offers(repeat="daily"))
    stage.clock.set(micros(utc("2026-11-22T02:00")))
    for number in range(schedules.BACKLOG + 1):
        stage.arrives("Page seen", f"c{number}@example.com")
    stage.engine.at_most = 1
    stage.engine.work()
    stage.engine.at_most = 100
    assert standing(stage)["due_at"] == stage.clock.now(), "it still is to come"
    stage.work()
    assert (len(sent_at(stage, DEWI)), len(sent_at(stage, BUDI))) == (1, 1)
