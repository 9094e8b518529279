"""Which of two flows takes the last place."""

from dataclasses import replace
from typing import Any

import pytest

from blocks.hours import Over, Quiet
from blocks.limits import Limits
from runtime.delivery.decision.permission import Allowed, Facts, Postponed, Rival, decide
from runtime.delivery.decision.terms import Terms
from tests.delivery.limits.stage import (
    BANGKOK,
    ONE_A_DAY,
    TWO_A_DAY,
    at,
    facts,
    said,
    waits_until,
)

WIN_BACK = Rival(id=8, flow=2, flow_name="Win-back", due_at=at("2026-11-21 16:40"), terms=Terms(priority=4))


def with_rival(rival: Rival, limits: Limits, *got: str) -> Facts:
    """Dewi's newsletter, priority 3, is due at 16:00."""
    return replace(facts(limits, "2026-11-21 16:00", BANGKOK, *got), rivals=(rival,))


def test_the_flow_with_the_higher_priority_speaks() -> None:
    decision = decide(with_rival(WIN_BACK, Limits(caps=(ONE_A_DAY,))))
    assert waits_until(decision, BANGKOK) == "2026-11-22 00:00"
    assert said(decision) == (
        "Lets “Win-back” go first, whose priority is higher, to keep the shop’s cap of 1 e-mail a day;"
        " will try again on 21 Nov, 17:00"
    )
    skips = with_rival(WIN_BACK, Limits(caps=(ONE_A_DAY,), over="skip"))
    assert waits_until(decide(skips), BANGKOK) == "2026-11-21 16:40", "the higher one may be skipped itself"
    assert said(decide(skips)).startswith("“Win-back” has the higher priority and may take the place")
    skipped = decide(replace(skips, waits_since=at("2026-11-21 15:30")))
    assert said(skipped) == (
        "Because “Win-back” has the higher priority and took the place under the shop’s cap of 1 e-mail a day"
    )


@pytest.mark.parametrize(
    "harmless",
    [
        replace(WIN_BACK, terms=Terms(priority=3)),
        replace(WIN_BACK, terms=Terms(priority=2)),
        replace(WIN_BACK, flow=1),
        replace(WIN_BACK, due_at=at("2026-11-21 17:00")),
        replace(WIN_BACK, before=at("2026-11-21 16:39")),
    ],
    ids=["as important", "less important", "of the same flow", "not within the hour", "too late by then"],
)
def test_others_do_not_go_first(harmless: Rival) -> None:
    assert decide(with_rival(harmless, Limits(caps=(ONE_A_DAY,)))) == Allowed()


def test_where_there_is_room_for_both_both_go() -> None:
    assert decide(with_rival(WIN_BACK, Limits(caps=(TWO_A_DAY,)))) == Allowed()
    assert decide(with_rival(WIN_BACK, Limits())) == Allowed()
    over = decide(with_rival(WIN_BACK, Limits(caps=(TWO_A_DAY,), over="skip"), "2026-11-21 09:00"))
    assert isinstance(over, Postponed)
    assert over.code == "place_waits"


def test_a_rival_that_quiet_hours_will_hold_takes_no_place() -> None:
    limits = Limits(caps=(ONE_A_DAY,), quiet=(Quiet(start="16:30", end="18:00"),))
    assert decide(with_rival(WIN_BACK, limits)) == Allowed()
    assert isinstance(decide(with_rival(replace(WIN_BACK, terms=Terms(priority=4, anyway=True)), limits)), Postponed)


# ---- of which it is not known yet whether they will

MAYBE = replace(WIN_BACK, wakes_at=at("2026-11-21 16:40"))
"""Its run goes on then, and may queue a message or not."""


@pytest.mark.parametrize("over", ["wait", "skip"])
def test_for_one_that_may_come_it_waits_until_that_is_known(over: Over) -> None:
    decision = decide(with_rival(MAYBE, Limits(caps=(ONE_A_DAY,), over=over)))
    assert waits_until(decision, BANGKOK) == "2026-11-21 16:40"
    assert said(decision).startswith("“Win-back” has the higher priority and may take the place")
    assert decide(with_rival(MAYBE, Limits(caps=(TWO_A_DAY,), over=over))) == Allowed()


def test_what_is_known_comes_before_what_may_be() -> None:
    both = replace(with_rival(MAYBE, Limits(caps=(ONE_A_DAY,))), rivals=(MAYBE, replace(WIN_BACK, id=9)))
    assert waits_until(decide(both), BANGKOK) == "2026-11-22 00:00"
    two = replace(both, limits=Limits(caps=(TWO_A_DAY,)))
    assert waits_until(decide(two), BANGKOK) == "2026-11-21 16:40", "a place for one of them"


def about_the_same(rival: Rival, **changes: Any) -> Facts:
    """Dewi's reminder at 16:00, and a flow of higher priority that may remind her of the same cart."""
    return replace(facts(Limits(), "2026-11-21 16:00", BANGKOK), may_speak=(rival,), **changes)


def test_an_hour_in_all_is_the_longest() -> None:
    since = {"waits_since": at("2026-11-21 15:30")}
    assert waits_until(decide(about_the_same(MAYBE)), BANGKOK) == "2026-11-21 16:40"
    assert decide(about_the_same(MAYBE, **since)) == Allowed()
    soon = replace(MAYBE, wakes_at=at("2026-11-21 16:20"), due_at=at("2026-11-21 16:20"))
    assert waits_until(decide(about_the_same(soon, **since)), BANGKOK) == "2026-11-21 16:20"
    late = replace(soon, due_at=at("2026-11-21 16:40"))
    assert decide(about_the_same(late, **since)) == Allowed(), "it goes on soon, and waits once more"


def test_it_never_waits_until_it_is_too_late() -> None:
    assert decide(about_the_same(MAYBE, before=at("2026-11-21 16:30"))) == Allowed()
    assert isinstance(decide(about_the_same(MAYBE, before=at("2026-11-21 16:50"))), Postponed)


def test_an_engine_that_is_behind_gets_as_long_again() -> None:
    behind = replace(MAYBE, wakes_at=at("2026-11-21 15:50"), due_at=at("2026-11-21 16:00"))
    assert waits_until(decide(about_the_same(behind)), BANGKOK) == "2026-11-21 16:00"
    since = {"waits_since": at("2026-11-21 15:50")}
    assert waits_until(decide(about_the_same(behind, **since)), BANGKOK) == "2026-11-21 16:10"


def test_what_is_sent_at_any_hour_lets_the_other_speak_too() -> None:
    assert isinstance(decide(about_the_same(MAYBE, terms=Terms(anyway=True))), Postponed)


def test_what_is_being_said_counts_as_said_if_there_is_no_time_to_see_what_comes_of_it() -> None:
    going = replace(WIN_BACK, due_at=at("2026-11-21 16:00"), going=True)
    assert isinstance(decide(about_the_same(going)), Postponed)
    refused = decide(about_the_same(going, before=at("2026-11-21 16:00")))
    assert said(refused) == "Because “Win-back” has the higher priority and wrote about the same"
