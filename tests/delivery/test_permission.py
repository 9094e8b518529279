"""Who may get what, decided at the moment of sending."""

from dataclasses import replace

import pytest

from runtime.delivery.permission import Allowed, Facts, Kept, Refused, decide

DEWI = Facts(
    marketing=True, test=False, address="dewi@example.com", consent="yes", run_state="ended", flow_state="live"
)
"""She agreed to marketing and walked to the end of a live flow."""


def code_of(facts: Facts) -> str:
    decision = decide(facts)
    assert isinstance(decision, Refused), decision
    return decision.code


def test_dewi_agreed_and_gets_it() -> None:
    assert decide(DEWI) == Allowed()


def test_somchai_said_no_and_hannah_was_never_asked() -> None:
    assert code_of(replace(DEWI, consent="no")) == "said_no"
    assert code_of(replace(DEWI, consent=None)) == "no_consent"


@pytest.mark.parametrize("reason", ["hard_bounce", "complaint", "manual"])
def test_a_blocked_address_gets_no_marketing(reason: str) -> None:
    assert code_of(replace(DEWI, suppressed=reason)) == f"suppressed_{reason}"


@pytest.mark.parametrize("consent", ["yes", "no", None])
@pytest.mark.parametrize("suppressed", [None, "complaint", "manual"])
def test_an_order_confirmation_passes_every_opt_out(consent: str | None, suppressed: str | None) -> None:
    assert decide(replace(DEWI, marketing=False, consent=consent, suppressed=suppressed)) == Allowed()


def test_an_order_confirmation_is_not_sent_to_an_address_that_does_not_exist() -> None:
    assert code_of(replace(DEWI, marketing=False, suppressed="hard_bounce")) == "suppressed_hard_bounce"


@pytest.mark.parametrize("marketing", [True, False])
@pytest.mark.parametrize("state", ["left", "replaced"])
def test_whoever_left_the_flow_gets_nothing_more_of_it(marketing: bool, state: str) -> None:
    refused = decide(replace(DEWI, marketing=marketing, run_state=state))
    assert refused == Refused("run_ended", "cancelled")


@pytest.mark.parametrize("state", ["open", "ended", "failed", None])
def test_a_run_that_goes_on_or_came_to_its_end_stops_nothing(state: str | None) -> None:
    assert decide(replace(DEWI, run_state=state)) == Allowed()


def test_a_paused_flow_keeps_its_messages_and_an_archived_one_drops_them() -> None:
    assert decide(replace(DEWI, flow_state="paused")) == Kept()
    assert decide(replace(DEWI, flow_state="archived")) == Refused("flow_archived", "cancelled")


def test_nobody_can_be_mailed_without_an_address() -> None:
    assert code_of(replace(DEWI, address=None)) == "no_address"
    assert code_of(replace(DEWI, address="", marketing=False)) == "no_address"


def test_a_test_goes_to_whoever_asked_for_it() -> None:
    assert decide(replace(DEWI, test=True, consent="no", suppressed="manual", flow_state="paused")) == Allowed()
