"""Quiet hours where the contact lives, also when clocks change."""

from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from blocks.hours import Quiet
from blocks.limits import Limits
from blocks.values import moment
from runtime.clock import MINUTE
from runtime.delivery.decision.permission import Allowed, Postponed, decide
from tests.delivery.limits.stage import (
    BANGKOK,
    LORD_HOWE,
    NEW_YORK,
    NIGHT,
    facts,
    said,
    waits_until,
)


@pytest.mark.parametrize(("now", "until"), [("22:15", "2026-11-22 08:00"), ("21:00", "2026-11-22 08:00")])
def test_in_the_evening_it_waits_for_the_morning(now: str, until: str) -> None:
    decision = decide(facts(Limits(quiet=(NIGHT,)), f"2026-11-21 {now}"))
    assert waits_until(decision, BANGKOK) == until


def test_after_midnight_it_is_still_the_night_of_the_day_before() -> None:
    assert waits_until(decide(facts(Limits(quiet=(NIGHT,)), "2026-11-21 07:59")), BANGKOK) == "2026-11-21 08:00"


@pytest.mark.parametrize("now", ["08:00", "12:00", "20:59"])
def test_by_day_it_goes_out(now: str) -> None:
    assert decide(facts(Limits(quiet=(NIGHT,)), f"2026-11-21 {now}")) == Allowed()


def test_days_are_those_on_which_the_quiet_begins() -> None:
    """Friday and Saturday night are quiet; Sunday night is not."""
    limits = Limits(quiet=(Quiet(start="20:00", end="10:00", days=(5, 6)),))
    assert decide(facts(limits, "2026-11-20 09:00")) == Allowed()  # a Friday morning
    assert waits_until(decide(facts(limits, "2026-11-20 23:00")), BANGKOK) == "2026-11-21 10:00"
    assert waits_until(decide(facts(limits, "2026-11-22 09:00")), BANGKOK) == "2026-11-22 10:00"
    assert decide(facts(limits, "2026-11-22 23:00")) == Allowed()


def test_a_silent_sunday_after_a_quiet_night() -> None:
    limits = Limits(quiet=(NIGHT, Quiet(start="00:00", end="00:00", days=(7,))))
    assert waits_until(decide(facts(limits, "2026-11-21 23:00")), BANGKOK) == "2026-11-23 08:00"


def test_night_is_where_the_contact_lives() -> None:
    limits = Limits(quiet=(NIGHT,))
    in_chiang_rai = facts(limits, "2026-11-21 16:00")
    assert decide(in_chiang_rai) == Allowed()
    hannah = replace(in_chiang_rai, home=NEW_YORK)  # 04:00 there
    decision = decide(hannah)
    assert waits_until(decision, NEW_YORK) == "2026-11-21 08:00"
    assert said(decision) == "The shop’s quiet hours: it is 04:00 where they live. Goes out on 21 Nov, 13:00"
    skipped = decide(replace(hannah, limits=Limits(quiet=(NIGHT,), in_quiet="skip")))
    assert said(skipped) == "Because it came due in the shop’s quiet hours: it was 04:00 where they live"


@pytest.mark.parametrize(
    ("zone", "day", "end", "fires"),
    [
        (NEW_YORK, "2026-03-08", "02:30", "03:00"),  # 02:00 to 03:00 is skipped
        (LORD_HOWE, "2026-10-04", "02:10", "02:30"),  # 02:00 to 02:30 is skipped
        (NEW_YORK, "2026-11-01", "01:30", "01:30"),  # happens twice: the first
        (LORD_HOWE, "2026-04-05", "01:45", "01:45"),  # the same
        (BANGKOK, "2026-11-01", "02:30", "02:30"),
    ],
)
def test_an_end_that_clocks_skip_is_the_next_minute_there_is(zone: ZoneInfo, day: str, end: str, fires: str) -> None:
    limits = Limits(quiet=(Quiet(start="22:00", end=end),))
    decision = decide(facts(limits, f"{day} 00:30", zone))
    assert waits_until(decision, zone) == f"{day} {fires}"
    assert isinstance(decision, Postponed)
    assert moment(decision.until).astimezone(zone).fold == 0
    again = replace(facts(limits, f"{day} 00:30", zone), now=decision.until)
    assert decide(again) == Allowed(), "it fires then, and once"
    later = replace(again, now=decision.until + 50 * MINUTE)
    assert decide(later) == Allowed(), "also while the clock shows the same time again"


def test_there_must_be_some_time_to_send() -> None:
    with pytest.raises(ValidationError, match="must leave some time"):
        Limits(quiet=(Quiet(start="08:00", end="20:00"), Quiet(start="20:00", end="08:00")))
    with pytest.raises(ValidationError, match="must leave some time"):
        Limits(quiet=(Quiet(start="09:00", end="09:00"),))
