"""The only hours in which a block sends, where the contact lives."""

from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from blocks.hours import Hours, Quiet
from blocks.limits import Limits
from runtime.delivery.decision.permission import Allowed, Facts, Refused, decide
from runtime.delivery.decision.terms import Terms
from tests.delivery.limits.stage import BANGKOK, LORD_HOWE, NEW_YORK, NIGHT, at, facts, said, waits_until

OFFICE = Hours(days=(1, 2, 3, 4, 5))


def only_in(hours: Hours, now: str, zone: ZoneInfo = BANGKOK, limits: Limits = Limits()) -> Facts:  # noqa: B008
    """A message whose block sends in these hours alone."""
    return replace(facts(limits, now, zone), terms=Terms(hours=hours))


@pytest.mark.parametrize(
    ("now", "until"),
    [
        ("2026-11-20 18:00", "2026-11-23 09:00"),  # a Friday evening
        ("2026-11-21 12:00", "2026-11-23 09:00"),
        ("2026-11-23 08:59", "2026-11-23 09:00"),
        ("2026-11-23 23:00", "2026-11-24 09:00"),
    ],
)
def test_monday_to_friday_from_nine_to_six(now: str, until: str) -> None:
    assert waits_until(decide(only_in(OFFICE, now)), BANGKOK) == until


@pytest.mark.parametrize("now", ["2026-11-20 09:00", "2026-11-20 17:59"])
def test_in_them_it_goes_out(now: str) -> None:
    assert decide(only_in(OFFICE, now)) == Allowed()


def test_it_is_said_and_may_be_left_out() -> None:
    assert said(decide(only_in(OFFICE, "2026-11-21 12:00"))) == (
        "Its Block sends only between 09:00 and 18:00 on Mon–Fri where they live. Goes out on 23 Nov, 02:00"
    )
    skips = decide(only_in(OFFICE.model_copy(update={"then": "skip"}), "2026-11-21 12:00"))
    assert said(skips) == "Because its Block sends only between 09:00 and 18:00 on Mon–Fri where they live"


def test_an_order_confirmation_keeps_to_them_too_but_to_nothing_else() -> None:
    office = only_in(OFFICE, "2026-11-21 12:00", limits=Limits(quiet=(Quiet(start="09:00", end="10:00"),)))
    receipt = replace(office, marketing=False, consent="no")
    assert waits_until(decide(receipt), BANGKOK) == "2026-11-23 09:00"
    assert waits_until(decide(office), BANGKOK) == "2026-11-23 10:00", "marketing waits for the quiet hours as well"


def test_they_hold_for_what_is_sent_anyway() -> None:
    welcome = replace(only_in(OFFICE, "2026-11-21 12:00"), terms=Terms(hours=OFFICE, anyway=True))
    assert waits_until(decide(welcome), BANGKOK) == "2026-11-23 09:00"


def test_hours_may_go_over_midnight() -> None:
    late = Hours(start="20:00", end="02:00", days=(6,))
    assert decide(only_in(late, "2026-11-22 01:59")) == Allowed(), "a Saturday night"
    assert waits_until(decide(only_in(late, "2026-11-22 02:00")), BANGKOK) == "2026-11-28 20:00"


def test_hours_that_are_all_quiet_are_said_at_once() -> None:
    night = Hours(start="22:00", end="07:00")
    decision = decide(only_in(night, "2026-11-21 12:00", limits=Limits(quiet=(NIGHT,))))
    assert said(decision) == "Because its Block sends only between 22:00 and 07:00, and all of that is in quiet hours"
    asleep = decide(only_in(night, "2026-11-21 23:00", limits=Limits(quiet=(NIGHT,))))
    assert isinstance(asleep, Refused)
    half = decide(only_in(Hours(start="07:00", end="09:00"), "2026-11-21 12:00", limits=Limits(quiet=(NIGHT,))))
    assert waits_until(half, BANGKOK) == "2026-11-22 08:00"


def test_what_would_go_out_too_late_is_given_up() -> None:
    decision = decide(replace(only_in(OFFICE, "2026-11-21 12:00"), before=at("2026-11-22 12:00")))
    assert isinstance(decision, Refused)
    assert decision.code == "too_late_then"


@pytest.mark.parametrize(
    ("zone", "now", "start", "fires"),
    [
        (NEW_YORK, "2026-03-08 00:30", "02:30", "2026-03-08 03:00"),  # 02:00 to 03:00 is skipped
        (LORD_HOWE, "2026-10-04 00:30", "02:10", "2026-10-04 02:30"),
        (NEW_YORK, "2026-11-01 00:30", "01:30", "2026-11-01 01:30"),  # happens twice: the first
        (BANGKOK, "2026-11-01 00:30", "02:30", "2026-11-01 02:30"),
    ],
)
def test_a_beginning_that_clocks_skip_is_the_next_minute_there_is(
    zone: ZoneInfo, now: str, start: str, fires: str
) -> None:
    assert waits_until(decide(only_in(Hours(start=start, end="05:00"), now, zone)), zone) == fires


def test_hours_of_which_clocks_skip_all_come_again_the_next_day() -> None:
    assert waits_until(decide(only_in(Hours(start="02:00", end="02:30"), "2026-03-08 00:30", NEW_YORK)), NEW_YORK) == (
        "2026-03-09 02:00"
    )
