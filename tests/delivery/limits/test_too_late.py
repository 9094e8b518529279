"""What is not worth sending any more."""

from dataclasses import replace

from blocks.limits import Limits
from runtime.delivery.decision.permission import Allowed, Postponed, Refused, decide
from tests.delivery.limits.stage import (
    NIGHT,
    at,
    facts,
    said,
)


def test_a_flash_sale_is_not_announced_after_it() -> None:
    dewi = replace(facts(Limits(), "2026-11-21 16:00"), before=at("2026-11-21 16:00"))
    assert decide(dewi) == Allowed()
    late = decide(replace(dewi, now=dewi.now + 1))
    assert said(late) == "Because it was to be sent before 21 Nov, 09:00"
    assert decide(replace(dewi, now=dewi.now + 1, marketing=False)) == late, "whatever it is"
    assert decide(replace(dewi, now=dewi.now + 1, flow_state="paused")) != late, "a paused flow says nothing yet"


def test_what_would_go_out_too_late_is_given_up_at_once() -> None:
    dewi = replace(facts(Limits(quiet=(NIGHT,)), "2026-11-21 22:00"), before=at("2026-11-22 07:00"))
    decision = decide(dewi)
    assert isinstance(decision, Refused)
    assert decision.code == "too_late_then"
    assert (
        said(decision)
        == "Because your limits let it go out on 22 Nov, 01:00 only, and it was to be sent before 22 Nov, 00:00"
    )
    assert isinstance(decide(replace(dewi, before=at("2026-11-22 08:00"))), Postponed)
