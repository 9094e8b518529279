"""Who may get what, decided at the moment of sending."""

import re
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from blocks.hours import Hours, Quiet
from blocks.limits import Cap, Limits
from blocks.pauses import Pause
from runtime.clock import HOUR, MINUTE
from runtime.delivery.decision.permission import Allowed, Facts, Kept, Postponed, Refused, Rival, decide
from runtime.delivery.decision.readiness import NO_ADDRESS, Readiness
from runtime.delivery.decision.terms import Terms
from runtime.places import ROOT
from runtime.reasons import REASONS

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


# ---- the page that says so


ROW = re.compile(r"^\| (\d+) \| (.+?) \| (.+?) \| (?:`(\w+)`)? ?\| ?(.*?) ?\|$", re.MULTILINE)
PAGE = ROW.findall((ROOT / "docs" / "permission.md").read_text("utf-8"))
WIN_BACK = Rival(id=8, flow=2, flow_name="Win-back", due_at=0, terms=Terms(priority=5))
STRICT = Limits(caps=(Cap(),), over="skip", quiet=(Quiet(start="00:00", end="01:00"),), in_quiet="skip")
HOURS = Hours(start="09:00", end="18:00", then="skip")
GRUDGING = Terms(hours=HOURS, pauses=(Pause(from_=date(1970, 1, 1), to=date(1970, 1, 3), then="skip"),))
HOPELESS = replace(
    DEWI,
    address=None,
    run_state="left",
    flow_state="archived",
    suppressed="hard_bounce",
    before=-1,
    consent="no",
    limits=STRICT,
    terms=GRUDGING,
    out=(0,),
    rivals=(WIN_BACK,),
    spoken_for="Thank you",
    may_speak=(replace(WIN_BACK, wakes_at=MINUTE),),
    waits_since=-2 * HOUR,
    lack=Readiness(leaves=True, base_url="", sender="nok@doileaf.example").still(NO_ADDRESS),
    flow=1,
)
"""At midnight, with everything against it."""
LIFTED: dict[str, dict[str, Any]] = {
    "no_address": {"address": "dewi@example.com"},
    "run_ended": {"run_state": "ended"},
    "flow_archived": {"flow_state": "paused"},
    "kept": {"flow_state": "live"},
    "suppressed_hard_bounce": {"suppressed": "complaint"},
    "too_late": {"before": None},
    "suppressed_complaint": {"suppressed": None},
    "said_no": {"consent": None},
    "no_consent": {"consent": "yes"},
    "spoken_for": {"spoken_for": None},
    "no_public_address": {"lack": None},
    "flow_pauses": {"terms": Terms(hours=HOURS)},
    "outside_hours": {"terms": Terms()},
    "quiet_hours": {"limits": Limits(caps=STRICT.caps, over="skip")},
    "cap_reached": {"out": ()},
    "priority_first": {"rivals": (), "waits_since": None},
    "alone_waits": {"may_speak": ()},
}
MAY_WAIT = ("flow_pauses", "outside_hours", "quiet_hours", "cap_reached", "priority_first")
PASSES: dict[str, dict[str, Any]] = {
    "test": {"test": True, "lack": None},
    "transactional": {"marketing": False},
}


def test_the_page_on_permission_names_the_questions_in_their_order() -> None:
    """What is against a message is taken away line by line; the next line must be what is said then."""
    assert [number for number, *_ in PAGE] == [str(place) for place in range(1, 21)]
    facts = HOPELESS
    for _, question, then, code, said in PAGE:
        if then == "sent":
            (trait,) = re.findall(r"`(\w+)`", question)
            assert decide(replace(facts, **PASSES[trait])) == Allowed(), question
            continue
        if then == "on to 20":
            later = decide(replace(facts, terms=Terms(anyway=True), waits_since=None))
            assert isinstance(later, Postponed)
            assert later.code == PAGE[19][3]
            continue
        decision = decide(facts)
        if then == "kept":
            assert decision == Kept()
        elif then == "waits":
            assert isinstance(decision, Postponed), question
            assert (decision.code, REASONS[code]) == (code, said)
        else:
            assert isinstance(decision, Refused), question
            assert (decision.code, decision.state) == (code, "cancelled" if then == "cancelled" else "skipped")
            assert REASONS[code] == said
        assert "or waits" not in then or code in MAY_WAIT
        facts = replace(facts, **LIFTED[code or then])
    assert decide(facts) == Allowed()


def test_nothing_passes_before_its_line() -> None:
    """An order confirmation is sent at its line, and not at an earlier one."""
    facts = HOPELESS
    for _, _, then, code, _ in PAGE[:14]:
        if then != "sent":
            assert decide(replace(facts, marketing=False)) != Allowed()
            facts = replace(facts, **LIFTED[code or then])
    assert decide(replace(facts, marketing=False)) == Allowed()
