"""A flow's own limits, and whose hold where shop, flow and message disagree."""

from dataclasses import replace
from typing import Any

import pytest

from blocks.hours import Quiet
from blocks.limits import Cap, FlowLimits, Limits
from runtime.delivery.decision.permission import Allowed, Facts, Postponed, Refused, Rival, decide
from runtime.delivery.decision.terms import PLAIN, Said, Terms
from tests.delivery.limits.stage import BANGKOK, NIGHT, ONE_A_DAY, TWO_A_DAY, at, facts, said, waits_until

ONE_IN_7_DAYS = Cap(most=1, per="days", days=7)
SHOP = Limits(caps=(TWO_A_DAY,), quiet=(NIGHT,))
SIESTA = Quiet(start="12:00", end="15:00")


def of_flow(own: FlowLimits, now: str, got: tuple[str, ...] = (), of_it: tuple[str, ...] = ()) -> Facts:
    """Dewi, whose shop keeps the night and two a day, and a flow with limits of its own; `got` has `of_it` in it."""
    return replace(facts(SHOP, now, BANGKOK, *got), terms=Terms(own=own), own_out=tuple(at(text) for text in of_it))


def test_one_e_mail_of_this_flow_in_seven_days() -> None:
    own = FlowLimits(keep="own", caps=(ONE_IN_7_DAYS,))
    assert decide(of_flow(own, "2026-11-21 16:00", got=("2026-11-20 10:00",))) == Allowed(), "that was another flow"
    decision = decide(of_flow(own, "2026-11-21 16:00", got=("2026-11-20 10:00",), of_it=("2026-11-20 10:00",)))
    assert waits_until(decision, BANGKOK) == "2026-11-27 10:00"
    assert said(decision) == (
        "Reached the Flow’s own cap of 1 e-mail in 7 days; will try again on 27 Nov, 03:00"  # shown in UTC
    )
    skipped = decide(of_flow(own.model_copy(update={"over": "skip"}), "2026-11-21 16:00", of_it=("2026-11-20 10:00",)))
    assert said(skipped) == "Because the Flow’s own cap of 1 e-mail in 7 days was reached"


def test_the_shops_caps_hold_besides_and_the_one_that_keeps_it_longest_is_named() -> None:
    own = FlowLimits(keep="own", caps=(Cap(most=1, per="hours", hours=2),))
    today = ("2026-11-21 09:00", "2026-11-21 15:30")
    decision = decide(of_flow(own, "2026-11-21 16:00", got=today, of_it=today[1:]))
    assert isinstance(decision, Postponed)
    assert (decision.code, waits_until(decision, BANGKOK)) == ("cap_waits", "2026-11-22 08:00")
    weekly = FlowLimits(keep="own", caps=(ONE_IN_7_DAYS,))
    decision = decide(of_flow(weekly, "2026-11-21 16:00", got=today, of_it=today[1:]))
    assert isinstance(decision, Postponed)
    assert (decision.code, waits_until(decision, BANGKOK)) == ("flow_cap_waits", "2026-11-28 15:30")


def test_what_is_over_the_shops_cap_is_left_out_where_the_flow_says_so() -> None:
    own = FlowLimits(keep="own", over="skip")
    decision = decide(of_flow(own, "2026-11-21 16:00", got=("2026-11-21 09:00", "2026-11-21 15:30")))
    assert said(decision) == "Because the shop’s cap of 2 e-mails a day was reached"


def test_its_own_quiet_hours_take_the_place_of_the_shops() -> None:
    own = FlowLimits(keep="own", quiet=(SIESTA,))
    assert decide(of_flow(own, "2026-11-21 23:00")) == Allowed()
    decision = decide(of_flow(own, "2026-11-21 12:30"))
    assert waits_until(decision, BANGKOK) == "2026-11-21 15:00"
    assert said(decision) == "The Flow’s quiet hours: it is 12:30 where they live. Goes out on 21 Nov, 08:00"
    skipped = decide(of_flow(own.model_copy(update={"in_quiet": "skip"}), "2026-11-21 12:30"))
    assert said(skipped) == "Because it came due in the Flow’s quiet hours: it was 12:30 where they live"
    assert decide(of_flow(FlowLimits(keep="own", quiet=()), "2026-11-21 23:00")) == Allowed(), "it has none at all"


def test_what_the_flow_leaves_open_is_as_in_the_shop() -> None:
    decision = decide(of_flow(FlowLimits(keep="own", caps=(ONE_IN_7_DAYS,)), "2026-11-21 23:00"))
    assert isinstance(decision, Postponed)
    assert (decision.code, waits_until(decision, BANGKOK)) == ("quiet_waits", "2026-11-22 08:00")
    shop = Limits(quiet=(NIGHT,), in_quiet="skip")
    refused = decide(replace(of_flow(FlowLimits(keep="own", caps=(ONE_IN_7_DAYS,)), "2026-11-21 23:00"), limits=shop))
    assert isinstance(refused, Refused)


OWN = FlowLimits(keep="own", quiet=())


def said_by(document: dict[str, Any]) -> Terms:
    """What a version says of the messages of its block "mail"."""
    said = Said.read(document, "email")
    return said.terms("mail", said)


@pytest.mark.parametrize("keep", ["follow", "anyway", "own"])
@pytest.mark.parametrize("message", ["follow", "shop", "anyway"])
def test_message_before_flow_before_shop(keep: str, message: str) -> None:
    """The table of the page on permission."""
    document = {
        "limits": FlowLimits(keep=keep).model_dump(mode="json"),
        "blocks": [{"id": "mail", "kind": "send_email", "settings": {"email": "tea", "limits": message}}],
    }
    terms = said_by(document)
    held = "none" if terms.anyway else "the shop's" if terms.own is None else "the flow's"
    table = {
        "follow": {"follow": "the shop's", "shop": "the shop's", "anyway": "none"},
        "anyway": {"follow": "none", "shop": "the shop's", "anyway": "none"},
        "own": {"follow": "the flow's", "shop": "the shop's", "anyway": "none"},
    }
    assert held == table[keep][message]


def test_a_document_of_before_says_nothing() -> None:
    assert said_by({"blocks": [{"id": "mail", "kind": "send_email", "settings": {"email": "tea"}}]}) == PLAIN


def test_a_rival_that_its_own_flow_keeps_back_takes_no_place() -> None:
    win_back = Rival(8, 2, "Win-back", at("2026-11-21 16:40"), terms=Terms(priority=4, own=OWN))
    dewi = replace(facts(Limits(caps=(ONE_A_DAY,)), "2026-11-21 16:00"), rivals=(win_back,))
    assert isinstance(decide(dewi), Postponed)
    capped = Terms(priority=4, own=FlowLimits(keep="own", caps=(ONE_IN_7_DAYS,)))
    full = replace(win_back, terms=capped, own_out=(at("2026-11-20 09:00"),))
    assert decide(replace(dewi, rivals=(full,))) == Allowed()
    asleep = replace(win_back, terms=Terms(priority=4, own=FlowLimits(keep="own", quiet=(Quiet(start="16:00"),))))
    assert decide(replace(dewi, rivals=(asleep,))) == Allowed()
