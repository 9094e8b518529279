"""Which of two flows takes the last place."""

from dataclasses import replace

import pytest

from blocks.hours import Quiet
from blocks.limits import Limits
from runtime.delivery.decision.permission import Allowed, Facts, Postponed, Refused, Rival, decide
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
    skipped = decide(with_rival(WIN_BACK, Limits(caps=(ONE_A_DAY,), over="skip")))
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
    assert isinstance(over, Refused)
    assert over.code == "priority_first"


def test_a_rival_that_quiet_hours_will_hold_takes_no_place() -> None:
    limits = Limits(caps=(ONE_A_DAY,), quiet=(Quiet(start="16:30", end="18:00"),))
    assert decide(with_rival(WIN_BACK, limits)) == Allowed()
    assert isinstance(decide(with_rival(replace(WIN_BACK, terms=Terms(priority=4, anyway=True)), limits)), Postponed)
