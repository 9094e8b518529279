"""A flow that goes by clocks in Bangkok, whoever it is for: here Hannah, who lives in New York."""

from dataclasses import replace
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from blocks.hours import Hours, Quiet
from blocks.limits import Cap, FlowLimits, Limits
from blocks.pauses import Pause
from runtime.delivery.decision.permission import Allowed, Facts, Rival, decide
from runtime.delivery.decision.terms import Said, Terms
from tests.delivery.limits.stage import BANGKOK, NEW_YORK, NIGHT, ONE_A_DAY, at, facts, said, waits_until

BY_BANGKOK = "Asia/Bangkok"
NINE_TO_SIX = Hours()
LONDON = "Europe/London"


def due(now: str, *got: str, limits: Limits = Limits(), **terms: Any) -> Facts:  # noqa: B008
    """A message of a shop in London that is due `now` in Bangkok, to Hannah, who `got` that much already."""
    made = facts(limits, now, BANGKOK, *got)
    return replace(made, home=NEW_YORK, zone=LONDON, terms=Terms(zone=BY_BANGKOK, **terms))


def own(**parts: Any) -> FlowLimits:
    return FlowLimits(keep="own", **parts)


def test_the_hours_of_a_block_are_those_of_bangkok() -> None:
    assert decide(due("2026-11-23 09:00", hours=NINE_TO_SIX)) == Allowed(), "21:00 on Sunday where she lives"
    evening = decide(due("2026-11-23 18:00", hours=NINE_TO_SIX))
    assert waits_until(evening, BANGKOK) == "2026-11-24 09:00"
    assert said(evening) == (
        "Its Block sends only between 09:00 and 18:00 by clocks in Bangkok. Goes out on 24 Nov, 09:00"
    )


def test_without_a_zone_they_are_hers() -> None:
    hers = replace(due("2026-11-23 09:00"), terms=Terms(hours=NINE_TO_SIX))
    assert waits_until(decide(hers), NEW_YORK) == "2026-11-23 09:00"
    assert "where they live. Goes out on 23 Nov, 14:00" in said(decide(hers))


def test_it_pauses_over_days_of_bangkok() -> None:
    songkran = Pause(from_=date(2027, 4, 13), to=date(2027, 4, 15))
    begun = decide(due("2027-04-13 00:00", pauses=(songkran,)))
    assert waits_until(begun, BANGKOK) == "2027-04-16 00:00"
    assert said(begun) == "The Flow pauses from 13 Apr 2027 to 15 Apr 2027. Goes out on 16 Apr 2027, 00:00"
    assert decide(due("2027-04-12 23:59", pauses=(songkran,))) == Allowed()
    assert decide(due("2027-04-16 00:00", pauses=(songkran,))) == Allowed(), "still the 15th in London"


def test_its_own_night_is_that_of_bangkok_and_the_shops_is_hers() -> None:
    its = decide(due("2026-11-23 22:00", own=own(quiet=(NIGHT,))))
    assert waits_until(its, BANGKOK) == "2026-11-24 08:00"
    assert said(its) == "The Flow’s quiet hours: it is 22:00 by clocks in Bangkok. Goes out on 24 Nov, 08:00"
    assert decide(due("2026-11-23 22:00", limits=Limits(quiet=(NIGHT,)))) == Allowed(), "10:00 where she lives"
    hers = decide(due("2026-11-23 10:00", limits=Limits(quiet=(NIGHT,))))
    assert waits_until(hers, NEW_YORK) == "2026-11-23 08:00"
    assert "it is 22:00 where they live" in said(hers)


def test_its_own_cap_counts_days_of_bangkok_and_the_shops_counts_hers() -> None:
    """She got one at 23:00 in Bangkok, which is 11:00 where she lives."""
    now, before = "2026-11-24 00:30", "2026-11-23 23:00"
    its = replace(due(now, own=own(caps=(ONE_A_DAY,))), own_out=(at(before),))
    assert decide(its) == Allowed(), "a new day in Bangkok"
    assert waits_until(decide(due(now, before, limits=Limits(caps=(ONE_A_DAY,)))), NEW_YORK) == "2026-11-24 00:00"
    both = replace(due("2026-11-23 23:30", before, limits=Limits(caps=(ONE_A_DAY,)), own=own(caps=(ONE_A_DAY,))))
    assert waits_until(decide(replace(both, own_out=(at(before),))), NEW_YORK) == "2026-11-24 00:00"


def test_hours_of_bangkok_and_a_night_of_new_york_leave_what_is_in_both() -> None:
    """09:00 to 18:00 in Bangkok is 21:00 to 06:00 in New York, of which her night leaves nothing."""
    never = decide(due("2026-11-23 12:00", limits=Limits(quiet=(NIGHT,)), hours=NINE_TO_SIX))
    assert said(never) == "Because its Block sends only between 09:00 and 18:00, and all of that is in quiet hours"
    short = Quiet(start="21:00", end="05:00")
    waits = decide(due("2026-11-23 12:00", limits=Limits(quiet=(short,)), hours=NINE_TO_SIX))
    assert waits_until(waits, BANGKOK) == "2026-11-23 17:00"


def test_a_rival_keeps_to_the_hours_of_its_own_flow() -> None:
    """A flow of higher priority, due now, sends from nine to six in Bangkok; there it is 22:00."""
    cap = Limits(caps=(Cap(most=1),))
    rival = Rival(7, 2, "Carts", at("2026-11-23 22:00"), terms=Terms(priority=5, zone=BY_BANGKOK, hours=NINE_TO_SIX))
    mine = replace(due("2026-11-23 22:00", limits=cap), terms=Terms(), rivals=(rival,))
    assert decide(mine) == Allowed()
    hers = replace(rival, terms=replace(rival.terms, zone=""))
    assert not isinstance(decide(replace(mine, rivals=(hers,))), Allowed), "10:00 where she lives"


def test_the_zone_that_the_live_version_says_holds_for_those_inside_too() -> None:
    send = {"blocks": [{"id": "mail", "kind": "send_email", "settings": {"email": "tea"}}]}
    before, live = Said.read(send, "email"), Said.read({**send, "zone": BY_BANGKOK}, "email")
    assert before.terms("mail", live).zone == BY_BANGKOK
    assert live.terms("mail", before).zone == ""
    assert ZoneInfo(BY_BANGKOK) == BANGKOK
