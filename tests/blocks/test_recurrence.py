"""Calendar rules (RFC 5545): on which days they fall, how they are said, and what is said of one that is wrong."""

import time
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import islice, takewhile
from types import SimpleNamespace
from typing import Any

import dateutil.rrule  # type: ignore[import-untyped]
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blocks.recurrence import WEEKDAYS, NotARule, read_recurrence
from blocks.recurrence_said import say_recurrence
from runtime.words import words

FIRST = date(2026, 11, 24)  # a Tuesday


def days(rule: str, count: int = 4, first: date = FIRST, start: date | None = None) -> list[str]:
    """The next days as texts."""
    return [day.isoformat() for day in islice(read_recurrence(rule).days(first, start or first), count)]


@pytest.mark.parametrize(
    ("rule", "found"),
    [
        ("FREQ=DAILY;INTERVAL=10", ["2026-11-24", "2026-12-04", "2026-12-14", "2026-12-24"]),
        ("FREQ=WEEKLY", ["2026-11-24", "2026-12-01", "2026-12-08", "2026-12-15"]),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH", ["2026-11-26", "2026-12-07", "2026-12-10", "2026-12-21"]),
        ("FREQ=MONTHLY;BYDAY=-1FR", ["2026-11-27", "2026-12-25", "2027-01-29", "2027-02-26"]),
        ("FREQ=MONTHLY;BYDAY=2TU,4TU", ["2026-11-24", "2026-12-08", "2026-12-22", "2027-01-12"]),
        ("FREQ=MONTHLY;BYMONTHDAY=31", ["2026-12-31", "2027-01-31", "2027-03-31", "2027-05-31"]),
        ("FREQ=MONTHLY;BYMONTHDAY=-2,15", ["2026-11-29", "2026-12-15", "2026-12-30", "2027-01-15"]),
        ("FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13", ["2027-08-13", "2028-10-13", "2029-04-13", "2029-07-13"]),
        # The last working day, which is the day on which many are paid.
        ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", ["2026-11-30", "2026-12-31", "2027-01-29", "2027-02-26"]),
        ("FREQ=YEARLY;BYMONTH=11;BYDAY=4TH", ["2026-11-26", "2027-11-25", "2028-11-23", "2029-11-22"]),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", ["2028-02-29", "2032-02-29", "2036-02-29", "2040-02-29"]),
        ("FREQ=YEARLY;BYDAY=20MO", ["2027-05-17", "2028-05-15", "2029-05-14", "2030-05-20"]),
        ("FREQ=YEARLY;BYWEEKNO=1;BYDAY=MO", ["2027-01-04", "2028-01-03", "2029-01-01", "2029-12-31"]),
        ("FREQ=YEARLY;BYYEARDAY=-1,100", ["2026-12-31", "2027-04-10", "2027-12-31", "2028-04-09"]),
        ("FREQ=DAILY;COUNT=2", ["2026-11-24", "2026-11-25"]),
        ("rrule:freq=daily;until=20261126;", ["2026-11-24", "2026-11-25", "2026-11-26"]),
    ],
)
def test_on_which_days_a_rule_falls(rule: str, found: list[str]) -> None:
    assert days(rule) == found


def test_places_in_a_week_are_counted_from_where_it_begins() -> None:
    first_of_two = "FREQ=WEEKLY;WKST=SU;BYDAY=SU,MO;BYSETPOS=1"
    assert days(first_of_two, 2, start=date(2026, 11, 23)) == ["2026-11-29", "2026-12-06"], (
        "the first week's Sunday is over"
    )
    assert days("FREQ=WEEKLY;BYDAY=MO,WE;BYSETPOS=-1", 2, start=date(2026, 11, 24)) == ["2026-11-25", "2026-12-02"]


def test_what_is_counted_is_counted_from_the_first_day() -> None:
    assert days("FREQ=DAILY;COUNT=10", start=date(2026, 12, 2)) == ["2026-12-02", "2026-12-03"]
    assert days("FREQ=WEEKLY;INTERVAL=2", 2, start=date(2027, 3, 1)) == ["2027-03-02", "2027-03-16"]


_SIGNED = st.one_of(st.integers(1, 31), st.integers(-31, -1))


@st.composite
def rules(draw: Any) -> str:
    """A right rule. Days with and without a number are not mixed: there `dateutil` takes those that are both. And no places
    in a week: those of the first week `dateutil` counts from the first day and not from where the week begins."""
    freq = draw(st.sampled_from(("DAILY", "WEEKLY", "MONTHLY", "YEARLY")))
    parts = {"FREQ": freq, "INTERVAL": str(draw(st.integers(1, 5))), "WKST": draw(st.sampled_from(("MO", "SU", "WE")))}

    def some(name: str, values: st.SearchStrategy[Any]) -> None:
        if draw(st.booleans()):
            parts[name] = ",".join(map(str, draw(st.lists(values, min_size=1, max_size=4, unique=True))))

    some("BYMONTH", st.integers(1, 12))
    if freq != "WEEKLY":
        some("BYMONTHDAY", _SIGNED)
    if freq == "YEARLY":
        some("BYYEARDAY", st.one_of(st.integers(1, 366), st.integers(-366, -1)))
        some("BYWEEKNO", st.one_of(st.integers(1, 53), st.integers(-53, -1)))
    numbered = freq in ("MONTHLY", "YEARLY") and "BYWEEKNO" not in parts and draw(st.booleans())
    numbers = st.sampled_from(("1", "2", "5", "-1", "+3", "-4") if numbered else ("",))
    some("BYDAY", st.builds(str.__add__, numbers, st.sampled_from(WEEKDAYS)))
    if len(parts) > 3 and freq != "WEEKLY":
        some("BYSETPOS", st.one_of(st.integers(1, 5), st.integers(-5, -1)))
    if draw(st.booleans()):
        parts["COUNT"] = str(draw(st.integers(1, 30)))
    return ";".join(f"{name}={value}" for name, value in parts.items())


@pytest.fixture(scope="module", autouse=True)
def soon_over() -> Iterator[None]:
    """`dateutil` gives up in 2050 and not in the year 9999."""
    known = dateutil.rrule.datetime
    dateutil.rrule.datetime = SimpleNamespace(**vars(known) | {"MAXYEAR": 2050})
    yield
    dateutil.rrule.datetime = known


@settings(deadline=None)
@given(rules(), st.dates(date(2020, 1, 1), date(2030, 12, 31)), st.integers(0, 800))
def test_a_rule_falls_on_the_days_on_which_every_calendar_has_it(rule: str, first: date, later: int) -> None:
    start, end = first + timedelta(days=later), first + timedelta(days=later + 1500)
    theirs = dateutil.rrule.rrulestr(rule, dtstart=datetime(first.year, first.month, first.day))
    wanted = takewhile(lambda day: day <= end, (at.date() for at in theirs))
    ours = takewhile(lambda day: day <= end, read_recurrence(rule).days(first, start))
    assert list(ours) == [day for day in wanted if day >= start]


@pytest.mark.parametrize("freq", ["DAILY", "MONTHLY", "YEARLY"])
def test_a_rule_that_no_day_meets_ends_soon(freq: str) -> None:
    began = time.perf_counter()
    assert days(f"FREQ={freq};BYMONTH=2;BYMONTHDAY=30") == []
    assert time.perf_counter() - began < 2


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("FREQ=DAILY", "Every day"),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH;COUNT=6", "Every 2 weeks, on Mon and Thu, 6 times in all"),
        ("FREQ=MONTHLY;BYDAY=-1FR", "Every month, on the last Fri"),
        ("FREQ=MONTHLY;BYMONTHDAY=1,15,-1", "Every month, on day 1, day 15 and the last day of the month"),
        ("FREQ=YEARLY;BYMONTH=3,11;BYDAY=2SU", "Every year, on the second Sun, in March and November"),
        ("FREQ=YEARLY;BYDAY=20MO;UNTIL=20301231", "Every year, on Mon number 20 of the year, until 31 Dec 2030"),
        ("FREQ=YEARLY;BYYEARDAY=-2;INTERVAL=3", "Every 3 years, on day 2 from the end of the year"),
        ("FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO", "Every year, on Mon, in week 20 of the year"),
        (
            "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
            "Every month, on Mon–Fri, of these only the last",
        ),
    ],
)
def test_a_rule_in_words(rule: str, said: str) -> None:
    assert words("en").text(say_recurrence(read_recurrence(rule))) == said


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("", "“” is no part of a rule; write it as NAME=VALUE"),
        ("every friday", "Write one rule in one line, like FREQ=MONTHLY;BYDAY=-1FR"),
        ("FREQ=WEEKLY;BYDAY", "“BYDAY” is no part of a rule; write it as NAME=VALUE"),
        ("INTERVAL=2", "FREQ says how often: DAILY, WEEKLY, MONTHLY or YEARLY"),
        ("FREQ=FORTNIGHTLY", "FREQ says how often: DAILY, WEEKLY, MONTHLY or YEARLY"),
        ("FREQ=SECONDLY", "FREQ=SECONDLY comes more than once a day; DAILY is the most often"),
        ("FREQ=HOURLY;INTERVAL=24", "FREQ=HOURLY comes more than once a day; DAILY is the most often"),
        ("FREQ=DAILY;BYHOUR=9", "BYHOUR has no place here: the hour is set in its own field below"),
        ("DTSTART:20261124", "“DTSTART:20261124” is no part of a rule; write it as NAME=VALUE"),
        ("DTSTART=20261124;FREQ=DAILY", "DTSTART has no place here: the first day is set in its own field below"),
        ("FREQ=YEARLY;BYEASTER=0", "“BYEASTER” is no part of a calendar rule"),
        ("FREQ=DAILY;FREQ=DAILY", "FREQ stands there twice"),
        ("FREQ=DAILY;INTERVAL=0", "INTERVAL is a number from 1 to 1,000, and no “0”"),
        ("FREQ=DAILY;INTERVAL=" + "9" * 99, "INTERVAL is a number from 1 to 1,000, and no “" + "9" * 99 + "”"),
        ("FREQ=DAILY;COUNT=many", "COUNT is a number from 1 to 1,000, and no “MANY”"),
        ("FREQ=DAILY;UNTIL=31.12.2026", "UNTIL is the last day, written like 20261231, and no “31.12.2026”"),
        ("FREQ=DAILY;UNTIL=20260230", "UNTIL is the last day, written like 20261231, and no “20260230”"),
        ("FREQ=DAILY;COUNT=2;UNTIL=20261231", "COUNT and UNTIL both say when it ends; keep one of them"),
        ("FREQ=MONTHLY;BYMONTH=13", "BYMONTH holds numbers from 1 to 12, and no “13”"),
        ("FREQ=MONTHLY;BYMONTH=-1", "BYMONTH holds numbers from 1 to 12, and no “-1”"),
        (
            "FREQ=MONTHLY;BYMONTHDAY=32",
            "BYMONTHDAY holds numbers from 1 to 31, or from -1 to -31 from the end, and no “32”",
        ),
        ("FREQ=WEEKLY;BYDAY=FRI", "BYDAY holds days as MO, TU, WE, TH, FR, SA or SU, and no “FRI”"),
        ("FREQ=WEEKLY;BYDAY=XX", "BYDAY holds days as MO, TU, WE, TH, FR, SA or SU, and no “XX”"),
        ("FREQ=WEEKLY;BYDAY=1FR", "A number before a day, as in BYDAY=“1FR”, needs FREQ=MONTHLY or YEARLY"),
        ("FREQ=MONTHLY;BYDAY=99FR", "BYDAY=“99FR”: the number goes from 1 to 53, or from -1 to -53"),
        ("FREQ=MONTHLY;BYWEEKNO=3", "BYWEEKNO goes only with FREQ=YEARLY"),
        ("FREQ=MONTHLY;BYYEARDAY=3", "BYYEARDAY goes only with FREQ=YEARLY"),
        ("FREQ=WEEKLY;BYMONTHDAY=3", "BYMONTHDAY does not go with FREQ=WEEKLY; write FREQ=MONTHLY"),
        ("FREQ=MONTHLY;BYSETPOS=1", "BYSETPOS picks from what another part gives; add BYDAY or BYMONTHDAY"),
    ],
)
def test_a_wrong_rule_is_refused_with_the_part_that_is_wrong(rule: str, said: str) -> None:
    with pytest.raises(NotARule) as refused:
        read_recurrence(rule)
    assert words("en").text(refused.value.phrase) == said
