"""How many: caps of hours, of calendar days and weeks, where the contact lives."""

from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from blocks.limits import Cap, Limits
from runtime.clock import HOUR
from runtime.delivery.decision.permission import Allowed, Postponed, Refused, decide
from tests.delivery.limits.stage import (
    BANGKOK,
    FIVE_A_WEEK,
    LORD_HOWE,
    NEW_YORK,
    NIGHT,
    ONE_A_DAY,
    ONE_IN_24_HOURS,
    TWO_A_DAY,
    at,
    clock,
    facts,
    said,
    waits_until,
)


def test_dewi_got_one_today_and_the_next_waits_for_tomorrow() -> None:
    limits = Limits(caps=(ONE_A_DAY,))
    assert decide(facts(limits, "2026-11-21 16:00")) == Allowed()
    assert decide(facts(limits, "2026-11-21 16:00", BANGKOK, "2026-11-20 23:59")) == Allowed()
    decision = decide(facts(limits, "2026-11-21 16:00", BANGKOK, "2026-11-21 00:00"))
    assert waits_until(decision, BANGKOK) == "2026-11-22 00:00"
    assert decide(facts(limits, "2026-11-22 00:00", BANGKOK, "2026-11-21 00:00")) == Allowed()


def test_what_is_over_is_not_sent_where_the_shop_chose_so() -> None:
    decision = decide(
        facts(Limits(caps=(TWO_A_DAY,), over="skip"), "2026-11-21 16:00", BANGKOK, *["2026-11-21 09:00"] * 2)
    )
    assert isinstance(decision, Refused)
    assert (decision.code, said(decision)) == ("cap_reached", "Because the shop’s cap of 2 e-mails a day was reached")


def test_hours_roll_and_days_do_not() -> None:
    rolling = Limits(caps=(ONE_IN_24_HOURS,))
    decision = decide(facts(rolling, "2026-11-22 08:00", BANGKOK, "2026-11-21 20:30"))
    assert waits_until(decision, BANGKOK) == "2026-11-22 20:30"
    assert decide(facts(rolling, "2026-11-22 20:30", BANGKOK, "2026-11-21 20:30")) == Allowed()
    assert decide(facts(Limits(caps=(ONE_A_DAY,)), "2026-11-22 08:00", BANGKOK, "2026-11-21 20:30")) == Allowed()


def test_a_rolling_cap_of_three_frees_a_place_when_the_first_of_them_is_old_enough() -> None:
    cap = Limits(caps=(Cap(most=3, per="hours", hours=48),))
    got = ("2026-11-20 10:00", "2026-11-20 18:00", "2026-11-21 09:00")
    assert waits_until(decide(facts(cap, "2026-11-21 10:00", BANGKOK, *got)), BANGKOK) == "2026-11-22 10:00"


def test_a_week_begins_on_monday() -> None:
    limits = Limits(caps=(FIVE_A_WEEK,))
    got = [f"2026-11-{day} 09:00" for day in range(16, 21)]  # Monday to Friday
    decision = decide(facts(limits, "2026-11-21 16:00", BANGKOK, *got))
    assert waits_until(decision, BANGKOK) == "2026-11-23 00:00"
    assert (
        said(decision) == "Reached the shop’s cap of 5 e-mails a week; will try again on 22 Nov, 17:00"
    )  # shown in UTC
    assert decide(facts(limits, "2026-11-23 00:00", BANGKOK, *got)) == Allowed()


def test_of_several_caps_all_must_admit_it_and_the_longest_is_named() -> None:
    limits = Limits(caps=(ONE_A_DAY, FIVE_A_WEEK, ONE_IN_24_HOURS))
    got = [f"2026-11-{day} 20:00" for day in range(17, 22)]  # Tuesday to Saturday
    decision = decide(facts(limits, "2026-11-21 21:00", BANGKOK, *got))
    assert waits_until(decision, BANGKOK) == "2026-11-23 00:00"
    assert "5 e-mails a week" in said(decision)


def test_after_a_cap_quiet_hours_are_asked() -> None:
    limits = Limits(caps=(ONE_A_DAY,), quiet=(NIGHT,))
    decision = decide(facts(limits, "2026-11-21 16:00", BANGKOK, "2026-11-21 09:00"))
    assert waits_until(decision, BANGKOK) == "2026-11-22 08:00"


def test_a_day_is_the_contacts_own() -> None:
    """Hannah in New York got one at 20:00; in Bangkok it is the next day already."""
    limits = Limits(caps=(ONE_A_DAY,))
    hannah = facts(limits, "2026-11-21 21:00", NEW_YORK, "2026-11-21 20:00")
    assert waits_until(decide(hannah), NEW_YORK) == "2026-11-22 00:00"
    assert decide(replace(hannah, home=ZoneInfo("UTC"), out=(at("2026-11-21 18:59", NEW_YORK),))) == Allowed()


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        (NEW_YORK, "2026-11-01", 25),  # clocks go back at 02:00
        (NEW_YORK, "2026-03-08", 23),  # and forward
        (LORD_HOWE, "2026-04-05", 24.5),
        (LORD_HOWE, "2026-10-04", 23.5),
        (BANGKOK, "2026-11-01", 24),
    ],
)
def test_a_day_has_as_many_hours_as_it_has(zone: ZoneInfo, day: str, hours: float) -> None:
    limits = Limits(caps=(ONE_A_DAY,))
    decision = decide(facts(limits, f"{day} 00:00", zone, f"{day} 00:00"))
    assert isinstance(decision, Postponed)
    assert (decision.until - at(f"{day} 00:00", zone)) / HOUR == hours
    assert clock(decision.until, zone).endswith("00:00")


def test_clocks_that_go_back_over_midnight_begin_no_day_twice() -> None:
    """In St. John's, at 00:01 on 29 October 1995, they went back to 23:01 of the day before."""
    st_johns = ZoneInfo("America/St_Johns")
    again = at("1995-10-28 23:30", st_johns) + HOUR
    assert clock(again, st_johns) == "1995-10-28 23:30"
    facts_then = replace(facts(Limits(caps=(ONE_A_DAY,)), "1995-10-28 23:30", st_johns), now=again, out=(again,))
    assert waits_until(decide(facts_then), st_johns) == "1995-10-30 00:00"
    assert decide(replace(facts_then, out=(again - HOUR,))) == Allowed()


def test_24_hours_are_24_hours_when_clocks_change() -> None:
    limits = Limits(caps=(ONE_IN_24_HOURS,))
    decision = decide(facts(limits, "2026-03-08 09:00", NEW_YORK, "2026-03-07 20:00"))
    assert waits_until(decision, NEW_YORK) == "2026-03-08 21:00"
