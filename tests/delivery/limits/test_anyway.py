"""What keeps to no limits."""

from dataclasses import replace

from blocks.limits import Limits
from runtime.delivery.decision.permission import Allowed, Refused, decide
from runtime.delivery.decision.terms import Terms
from tests.delivery.limits.stage import (
    BANGKOK,
    NIGHT,
    ONE_A_DAY,
    facts,
)

STRICT = Limits(caps=(ONE_A_DAY,), over="skip", quiet=(NIGHT,), in_quiet="skip")


def test_an_order_confirmation_passes_caps_and_quiet_hours_and_never_a_hard_bounce() -> None:
    dewi = replace(facts(STRICT, "2026-11-21 23:00", BANGKOK, "2026-11-21 09:00"), marketing=False, consent="no")
    assert decide(dewi) == Allowed()
    assert decide(replace(dewi, suppressed="hard_bounce")) == Refused("suppressed_hard_bounce")


def test_a_welcome_goes_out_at_any_hour_but_not_to_who_said_no() -> None:
    dewi = replace(facts(STRICT, "2026-11-21 23:00", BANGKOK, "2026-11-21 09:00"), terms=Terms(anyway=True))
    assert decide(dewi) == Allowed()
    assert isinstance(decide(replace(dewi, consent="no")), Refused)


def test_a_test_passes_everything() -> None:
    dewi = facts(STRICT, "2026-11-21 23:00", BANGKOK, "2026-11-21 09:00")
    assert decide(replace(dewi, test=True, before=0)) == Allowed()
