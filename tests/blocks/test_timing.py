"""Waiting, where people live: exact spans, calendar months, and the two odd nights of the year."""

from typing import Any
from zoneinfo import ZoneInfo

import pytest

from blocks.contract import Go, Sleep
from blocks.values import type_document
from tests.blocks.facts import NOTHING_KNOWN, Stand, block, utc


def woken(kind: str, arrived: str, zone: str, **settings: object) -> str:
    """When a contact who arrived then goes on, as clocks where they live show it ("arrived" if at once)."""
    stand = Stand(now=utc(arrived), arrived_at=utc(arrived), zone=ZoneInfo(zone))
    decision = block(kind, **settings).run(stand)
    if isinstance(decision, Go):
        return "at once"
    assert isinstance(decision, Sleep)
    assert decision.until.tzname() == "UTC"
    stand.now = decision.until
    assert isinstance(block(kind, **settings).run(stand), Go), "woken on time, it goes on"
    return decision.until.astimezone(ZoneInfo(zone)).isoformat(" ", "minutes")


@pytest.mark.parametrize(
    ("amount", "unit", "until"),
    [
        (30, "minutes", "2026-11-21 16:30+07:00"),
        (36, "hours", "2026-11-23 04:00+07:00"),
        (3, "days", "2026-11-24 16:00+07:00"),
        (2, "weeks", "2026-12-05 16:00+07:00"),
        (1, "months", "2026-12-21 16:00+07:00"),
        (14, "months", "2028-01-21 16:00+07:00"),
    ],
)
def test_wait(amount: int, unit: str, until: str) -> None:
    assert woken("wait", "2026-11-21T09:00", "Asia/Bangkok", amount=amount, unit=unit) == until


@pytest.mark.parametrize(
    ("arrived", "months", "until"),
    [
        ("2026-01-31T03:00", 1, "2026-02-28 10:00+07:00"),
        ("2028-01-31T03:00", 1, "2028-02-29 10:00+07:00"),
        ("2026-10-31T03:00", 1, "2026-11-30 10:00+07:00"),
        ("2026-12-15T03:00", 1, "2027-01-15 10:00+07:00"),
        # 23:30 UTC on the 30th is the 31st in Jakarta.
        ("2026-10-30T23:30", 1, "2026-11-30 06:30+07:00"),
    ],
)
def test_a_month_is_the_same_day_or_the_last_one(arrived: str, months: int, until: str) -> None:
    assert woken("wait", arrived, "Asia/Jakarta", amount=months, unit="months") == until


def test_a_day_is_24_hours_even_when_clocks_change() -> None:
    assert woken("wait", "2026-03-28T12:00+00:00", "Europe/London", amount=1, unit="days") == "2026-03-29 13:00+01:00"


def test_a_month_keeps_the_hour_when_clocks_change() -> None:
    assert woken("wait", "2026-03-10T12:00+00:00", "Europe/London", amount=1, unit="months") == "2026-04-10 12:00+01:00"


def test_a_month_that_ends_in_a_skipped_hour() -> None:
    until = woken("wait", "2026-02-08T07:30+00:00", "America/New_York", amount=1, unit="months")
    assert until == "2026-03-08 03:00-04:00"


@pytest.mark.parametrize(
    ("amount", "unit", "fits"),
    [(24, "months", True), (25, "months", False), (731, "days", True), (732, "days", False), (100_000, "weeks", False)],
)
def test_a_wait_lasts_two_years_at_most(amount: int, unit: str, fits: bool) -> None:
    problems = block("wait", amount=amount, unit=unit).problems(NOTHING_KNOWN)
    assert [problem.code for problem in problems] == ([] if fits else ["wait_too_long"])


@pytest.mark.parametrize(
    ("zone", "arrived", "time", "until"),
    [
        # Somchai in Bangkok: 16:00 has passed nine o'clock, so tomorrow.
        ("Asia/Bangkok", "2026-11-21T09:00", "09:00", "2026-11-22 09:00+07:00"),
        ("Asia/Bangkok", "2026-11-21T09:00", "18:30", "2026-11-21 18:30+07:00"),
        # Dewi in Jakarta: 23:30 UTC is already the next day there.
        ("Asia/Jakarta", "2026-11-21T23:30", "09:00", "2026-11-22 09:00+07:00"),
        ("Asia/Bangkok", "2026-11-21T09:00", "16:00", "at once"),
        ("Asia/Bangkok", "2026-11-21T09:00:01", "16:00", "2026-11-22 16:00+07:00"),
        # New York, 8 March 2026: from 02:00 to 03:00.
        ("America/New_York", "2026-03-08T05:00", "02:30", "2026-03-08 03:00-04:00"),
        ("America/New_York", "2026-03-08T05:00", "01:59", "2026-03-08 01:59-05:00"),
        ("America/New_York", "2026-03-08T05:00", "03:00", "2026-03-08 03:00-04:00"),
        # New York, 1 November 2026: 01:30 comes twice, and the first one counts.
        ("America/New_York", "2026-11-01T04:30", "01:30", "2026-11-01 01:30-04:00"),
        ("America/New_York", "2026-11-01T05:45", "01:30", "2026-11-02 01:30-05:00"),
        # London, 29 March and 25 October 2026.
        ("Europe/London", "2026-03-28T23:00", "01:15", "2026-03-29 02:00+01:00"),
        ("Europe/London", "2026-10-24T22:00", "01:30", "2026-10-25 01:30+01:00"),
        # Lord Howe moves by half an hour: 02:00 to 02:30 on 4 October, 02:00 to 01:30 on 5 April 2026.
        ("Australia/Lord_Howe", "2026-10-03T12:00", "02:10", "2026-10-04 02:30+11:00"),
        ("Australia/Lord_Howe", "2026-10-03T12:00", "02:30", "2026-10-04 02:30+11:00"),
        ("Australia/Lord_Howe", "2026-04-04T12:00", "01:45", "2026-04-05 01:45+11:00"),
        # Samoa had no 30 December 2011 at all: its nine o'clock is the first minute after it.
        ("Pacific/Apia", "2011-12-30T09:30", "09:00", "2011-12-31 00:00+14:00"),
    ],
)
def test_wait_until(zone: str, arrived: str, time: str, until: str) -> None:
    assert woken("wait_until", arrived, zone, time=time) == until


@pytest.mark.parametrize(
    ("weekdays", "until"),
    [
        # 21 November 2026 is a Saturday, 16:00 in Bangkok.
        ([6], "2026-11-28 09:00+07:00"),
        ([7], "2026-11-22 09:00+07:00"),
        ([5, 1], "2026-11-23 09:00+07:00"),
        ([1, 2, 3, 4, 5, 6, 7], "2026-11-22 09:00+07:00"),
    ],
)
def test_wait_until_a_weekday(weekdays: list[int], until: str) -> None:
    assert woken("wait_until", "2026-11-21T09:00", "Asia/Bangkok", time="09:00", weekdays=weekdays) == until


def test_the_weekday_is_the_one_where_they_live() -> None:
    # Saturday 23:00 in London is Sunday in Bangkok.
    assert (
        woken("wait_until", "2026-11-21T23:00", "Asia/Bangkok", time="09:00", weekdays=[7]) == "2026-11-22 09:00+07:00"
    )
    assert (
        woken("wait_until", "2026-11-21T23:00", "Europe/London", time="23:30", weekdays=[6]) == "2026-11-21 23:30+00:00"
    )


def test_woken_late_it_goes_on_and_does_not_wait_again() -> None:
    stand = Stand(now=utc("2026-11-25T02:00"), arrived_at=utc("2026-11-21T09:00"))
    assert isinstance(block("wait_until", time="09:00").run(stand), Go)
    assert isinstance(block("wait", amount=1, unit="days").run(stand), Go)


def test_a_clock_that_jumped_back_wakes_nobody_early() -> None:
    stand = Stand(now=utc("2026-11-20T09:00"), arrived_at=utc("2026-11-21T09:00"))
    decision = block("wait", amount=1, unit="hours").run(stand)
    assert isinstance(decision, Sleep)
    assert decision.until == utc("2026-11-21T10:00")


@pytest.mark.parametrize(
    ("settings", "until"),
    [
        # Saturday 21 November, 16:00 in Bangkok; entered on Friday at noon.
        ({"amount": 1, "unit": "days", "at": "09:00"}, "2026-11-22 09:00+07:00"),
        ({"amount": 3, "unit": "days", "at": "18:30"}, "2026-11-24 18:30+07:00"),
        ({"amount": 1, "unit": "months", "at": "09:00"}, "2026-12-21 09:00+07:00"),
        ({"amount": 2, "unit": "hours", "at": "09:00"}, "2026-11-21 18:00+07:00"),
        ({"amount": 48, "unit": "hours", "since": "entering"}, "2026-11-22 12:00+07:00"),
        ({"amount": 2, "unit": "days", "since": "entering", "at": "09:00"}, "2026-11-22 09:00+07:00"),
        ({"amount": 24, "unit": "hours", "since": "entering"}, "at once"),
    ],
)
def test_wait_from_entering_and_until_an_hour(settings: dict[str, object], until: str) -> None:
    arrived = utc("2026-11-21T09:00")
    stand = Stand(now=arrived, arrived_at=arrived, entered_at=utc("2026-11-20T05:00"))
    decision = block("wait", **settings).run(stand)
    if isinstance(decision, Go):
        assert until == "at once"
        return
    assert isinstance(decision, Sleep)
    assert decision.until.astimezone(stand.zone).isoformat(" ", "minutes") == until


def test_a_calendar_day_is_one_date_further_even_when_clocks_change() -> None:
    assert (
        woken("wait", "2026-03-28T12:00+00:00", "Europe/London", amount=1, unit="days", at="12:00")
        == "2026-03-29 12:00+01:00"
    )


def birthday(born: str | None, arrived: str, zone: str = "Asia/Bangkok", **settings: object) -> str:
    """When a contact with this birthday goes on, as clocks where they live show it, or why not."""
    stand = Stand(now=utc(arrived), arrived_at=utc(arrived), zone=ZoneInfo(zone))
    stand.contact = type_document({} if born is None else {"birthday": born})
    waits = block("wait_for_date", field="birthday", **{"yearly": True, **settings})
    decision = waits.run(stand)
    if isinstance(decision, Go):
        return decision.reason.code if decision.reason is not None else decision.outlet
    assert isinstance(decision, Sleep)
    stand.now = decision.until
    assert waits.run(stand) == Go()
    return decision.until.astimezone(stand.zone).isoformat(" ", "minutes")


@pytest.mark.parametrize(
    ("born", "arrived", "settings", "until"),
    [
        ("1990-12-05", "2026-11-21T09:00", {}, "2026-12-05 09:00+07:00"),
        ("1990-11-21", "2026-11-21T01:00", {}, "2026-11-21 09:00+07:00"),
        ("1990-11-21", "2026-11-21T02:00", {}, "next"),
        # At nine it was over for this year.
        ("1990-11-21", "2026-11-21T02:01", {}, "2027-11-21 09:00+07:00"),
        ("2000-02-29", "2026-11-21T09:00", {}, "2027-02-28 09:00+07:00"),
        ("2000-02-29", "2027-11-21T09:00", {}, "2028-02-29 09:00+07:00"),
        ("1990-12-05", "2026-11-21T09:00", {"when": "before", "amount": 7}, "2026-11-28 09:00+07:00"),
        ("1990-12-05", "2026-11-30T09:00", {"when": "before", "amount": 7}, "2027-11-28 09:00+07:00"),
        ("1990-03-31", "2026-11-21T09:00", {"when": "before", "amount": 1, "unit": "months"}, "2027-02-28 09:00+07:00"),
        ("1990-11-01", "2026-11-21T09:00", {"when": "after", "amount": 3, "unit": "weeks"}, "2026-11-22 09:00+07:00"),
        (None, "2026-11-21T09:00", {}, "no_date"),
        ("soon", "2026-11-21T09:00", {}, "no_date"),
        ("2026-11-20", "2026-11-21T09:00", {"yearly": False}, "date_passed"),
        ("2026-11-30", "2026-11-21T09:00", {"yearly": False, "at": "07:30"}, "2026-11-30 07:30+07:00"),
        # An hour of its own: 20:00 UTC is the next day in Bangkok.
        ("2026-11-30T20:00:00Z", "2026-11-21T09:00", {"yearly": False}, "2026-12-01 09:00+07:00"),
    ],
)
def test_wait_for_a_date(born: str | None, arrived: str, settings: dict[str, Any], until: str) -> None:
    assert birthday(born, arrived, **settings) == until


def test_a_date_in_the_hour_that_daylight_saving_skips() -> None:
    at = birthday("1990-03-08", "2026-03-01T12:00", "America/New_York", at="02:30")
    assert at == "2026-03-08 03:00-04:00"


@pytest.mark.parametrize(
    ("now", "when", "way"),
    [
        ("2026-11-29T02:00", "before", "next"),
        # On the day itself the evening before has passed, but what is announced is still to come.
        ("2026-11-30T12:00", "before", "next"),
        ("2026-11-30T17:00", "before", "missed"),
        ("2026-11-30T17:00", "on", "next"),
        ("2026-12-08T17:00", "after", "next"),
    ],
)
def test_nobody_is_told_before_a_day_of_which_it_is_over(now: str, when: str, way: str) -> None:
    stand = Stand(contact=type_document({"visit": "2026-11-30"}))
    stand.now = utc(now)
    decision = block("wait_for_date", field="visit", when=when).run(stand)
    assert isinstance(decision, Go)
    assert decision.outlet == way


def test_a_date_that_moved_to_later_is_waited_for() -> None:
    stand = Stand(contact=type_document({"arrives": "2026-11-25"}))
    waits = block("wait_for_date", field="arrives")
    decision = waits.run(stand)
    assert isinstance(decision, Sleep)
    stand.now, stand.contact = decision.until, type_document({"arrives": "2026-11-27"})
    later = waits.run(stand)
    assert isinstance(later, Sleep)
    assert later.until == utc("2026-11-27T02:00")
