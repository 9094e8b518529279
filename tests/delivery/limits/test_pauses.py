"""A flow that pauses over dates, in the shop's zone."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from blocks.flow import Flow
from blocks.hours import Hours
from blocks.limits import Limits
from blocks.pauses import Pause, pausing
from runtime.delivery.decision.permission import Allowed, Facts, decide
from runtime.delivery.decision.terms import Terms
from tests.delivery.limits.stage import BANGKOK, NEW_YORK, NIGHT, at, facts, said, waits_until


def over(first: str, last: str, **more: Any) -> Pause:
    return Pause(from_=date.fromisoformat(first), to=date.fromisoformat(last), **more)


SONGKRAN = over("2026-04-13", "2026-04-15", yearly=True)


def due(now: str, *pauses: Pause, limits: Limits = Limits(), **terms: Any) -> Facts:  # noqa: B008
    """A message of a flow of a shop in Bangkok."""
    return replace(facts(limits, now), zone="Asia/Bangkok", terms=Terms(pauses=pauses, **terms))


@pytest.mark.parametrize("now", ["2027-04-13 00:00", "2027-04-14 12:00", "2027-04-15 23:59"])
def test_not_over_songkran_any_year(now: str) -> None:
    decision = decide(due(now, SONGKRAN))
    assert waits_until(decision, BANGKOK) == "2027-04-16 00:00"
    assert said(decision) == "The Flow pauses from 13 Apr 2027 to 15 Apr 2027. Goes out on 16 Apr 2027, 00:00"


@pytest.mark.parametrize("now", ["2027-04-12 23:59", "2027-04-16 00:00", "2026-11-21 12:00"])
def test_on_other_days_it_goes_out(now: str) -> None:
    assert decide(due(now, SONGKRAN)) == Allowed()
    assert decide(due("2027-04-14 12:00", over("2026-04-13", "2026-04-15"))) == Allowed(), "only in that year"


def test_it_may_be_left_out() -> None:
    decision = decide(due("2027-04-14 12:00", SONGKRAN.model_copy(update={"then": "skip"})))
    assert said(decision) == "Because the Flow pauses from 13 Apr 2027 to 15 Apr 2027"


def test_the_days_are_the_shops_wherever_the_contact_lives() -> None:
    hannah = replace(due("2027-04-12 23:30", SONGKRAN), home=NEW_YORK)
    assert decide(hannah) == Allowed()
    assert waits_until(decide(replace(hannah, now=at("2027-04-13 00:00"))), BANGKOK) == "2027-04-16 00:00"


def test_it_holds_for_what_is_sent_anyway_and_not_for_a_receipt() -> None:
    welcome = due("2027-04-14 12:00", SONGKRAN, anyway=True)
    assert waits_until(decide(welcome), BANGKOK) == "2027-04-16 00:00"
    assert decide(replace(welcome, marketing=False)) == Allowed()


def test_pauses_that_touch_are_one_and_quiet_hours_and_hours_are_asked_too() -> None:
    week_after = over("2027-04-16", "2027-04-18")
    assert waits_until(decide(due("2027-04-14 12:00", SONGKRAN, week_after)), BANGKOK) == "2027-04-19 00:00"
    assert waits_until(decide(due("2027-04-14 12:00", SONGKRAN, limits=Limits(quiet=(NIGHT,)))), BANGKOK) == (
        "2027-04-16 08:00"
    )
    friday = Hours(days=(5,))  # 16 April 2027 is one
    assert waits_until(decide(due("2027-04-14 12:00", SONGKRAN, hours=friday)), BANGKOK) == "2027-04-16 09:00"
    tuesday = Hours(days=(2,))
    assert waits_until(decide(due("2027-04-11 12:00", SONGKRAN, hours=tuesday)), BANGKOK) == "2027-04-20 09:00"


def test_over_new_year_and_over_a_leap_day() -> None:
    holidays = over("2026-12-30", "2027-01-02", yearly=True)
    for now in ("2029-12-31 12:00", "2030-01-01 12:00"):
        held = pausing((holidays,), at(now), BANGKOK)
        assert held is not None
        assert (held.first, held.last) == (date(2029, 12, 30), date(2030, 1, 2))
    leap = over("2028-02-29", "2028-02-29", yearly=True)
    assert pausing((leap,), at("2028-02-29 12:00"), BANGKOK) is not None
    assert pausing((leap,), at("2027-02-28 12:00"), BANGKOK) is not None
    assert pausing((leap,), at("2028-02-28 12:00"), BANGKOK) is None


def test_some_days_must_be_left() -> None:
    with pytest.raises(ValidationError, match="must not end before it begins"):
        over("2027-04-15", "2027-04-13")
    with pytest.raises(ValidationError, match="must leave some days"):
        over("2027-01-01", "2027-12-31", yearly=True)
    halves = (over("2027-01-01", "2027-06-30", yearly=True), over("2027-07-01", "2027-12-31", yearly=True))
    with pytest.raises(ValidationError, match="must leave some days"):
        Flow(name="Never", pauses=halves)
    assert Flow(name="In summer", pauses=halves[:1]).to_json()["pauses"] == [
        {"from": "2027-01-01", "to": "2027-06-30", "yearly": True, "then": "wait"}
    ]
