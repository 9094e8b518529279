"""Caps and quiet hours where the contact lives, decided without a database."""

from dataclasses import replace
from datetime import datetime, timedelta
from heapq import heappop, heappush
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from blocks.phrase import dump_arg
from blocks.values import micros, moment
from runtime.accounts.limits import Cap, Limits, Quiet
from runtime.clock import HOUR, MINUTE
from runtime.delivery.permission import Allowed, Decision, Facts, Postponed, Refused, Rival, decide
from runtime.reasons import reason_phrase
from runtime.words import words

BANGKOK, NEW_YORK, LORD_HOWE = (ZoneInfo(name) for name in ("Asia/Bangkok", "America/New_York", "Australia/Lord_Howe"))
ONE_A_DAY, TWO_A_DAY, FIVE_A_WEEK = Cap(most=1), Cap(most=2), Cap(most=5, per="week")
ONE_IN_24_HOURS = Cap(most=1, per="hours", hours=24)
NIGHT = Quiet(start="21:00", end="08:00")


def at(text: str, zone: ZoneInfo = BANGKOK) -> int:
    """The instant at which a clock in `zone` shows "2026-11-21 16:00"."""
    return micros(datetime.fromisoformat(text).replace(tzinfo=zone))


def clock(us: int, zone: ZoneInfo) -> str:
    """What a clock in `zone` shows then."""
    return f"{moment(us).astimezone(zone):%Y-%m-%d %H:%M}"


def facts(limits: Limits, now: str, zone: ZoneInfo = BANGKOK, *got: str) -> Facts:
    """Somebody who agreed to marketing, lives in `zone`, and `got` that much already."""
    out = tuple(at(text, zone) for text in got)
    common = Facts(marketing=True, test=False, address="dewi@example.com", consent="yes", flow_state="live")
    return replace(common, limits=limits, now=at(now, zone), home=zone, out=out, flow=1)


def waits_until(decision: Decision, zone: ZoneInfo) -> str:
    """Until when it is postponed, by the contact's clock."""
    assert isinstance(decision, Postponed), decision
    return clock(decision.until, zone)


def said(decision: Decision) -> str:
    """Its reason, as a marketer in Bangkok reads it."""
    assert isinstance(decision, Postponed | Refused)
    kept = {name: dump_arg(value) for name, value in decision.args.items()}
    return words("en").text(reason_phrase(decision.code, kept), at("2026-11-21 12:00"))


# ---- caps


def test_dewi_got_one_today_and_the_next_waits_for_tomorrow() -> None:
    limits = Limits(caps=(ONE_A_DAY,))
    assert decide(facts(limits, "2026-11-21 16:00")) == Allowed()
    assert decide(facts(limits, "2026-11-21 16:00", BANGKOK, "2026-11-20 23:59")) == Allowed()
    decision = decide(facts(limits, "2026-11-21 16:00", BANGKOK, "2026-11-21 00:00"))
    assert waits_until(decision, BANGKOK) == "2026-11-22 00:00"
    assert decide(facts(limits, "2026-11-22 00:00", BANGKOK, "2026-11-21 00:00")) == Allowed()


def test_what_is_over_is_not_sent_where_the_shop_chose_so() -> None:
    decision = decide(
        facts(Limits(caps=(TWO_A_DAY,), over="skip"), "2026-11-21 16:00", BANGKOK, *["2026-11-21 09:00"] * 2)
    )
    assert isinstance(decision, Refused)
    assert (decision.code, said(decision)) == ("cap_reached", "Because the cap of 2 e-mails a day was reached")


def test_hours_roll_and_days_do_not() -> None:
    rolling = Limits(caps=(ONE_IN_24_HOURS,))
    decision = decide(facts(rolling, "2026-11-22 08:00", BANGKOK, "2026-11-21 20:30"))
    assert waits_until(decision, BANGKOK) == "2026-11-22 20:30"
    assert decide(facts(rolling, "2026-11-22 20:30", BANGKOK, "2026-11-21 20:30")) == Allowed()
    assert decide(facts(Limits(caps=(ONE_A_DAY,)), "2026-11-22 08:00", BANGKOK, "2026-11-21 20:30")) == Allowed()


def test_a_rolling_cap_of_three_frees_a_place_when_the_first_of_them_is_old_enough() -> None:
    cap = Limits(caps=(Cap(most=3, per="hours", hours=48),))
    got = ("2026-11-20 10:00", "2026-11-20 18:00", "2026-11-21 09:00")
    assert waits_until(decide(facts(cap, "2026-11-21 10:00", BANGKOK, *got)), BANGKOK) == "2026-11-22 10:00"


def test_a_week_begins_on_monday() -> None:
    limits = Limits(caps=(FIVE_A_WEEK,))
    got = [f"2026-11-{day} 09:00" for day in range(16, 21)]  # Monday to Friday
    decision = decide(facts(limits, "2026-11-21 16:00", BANGKOK, *got))
    assert waits_until(decision, BANGKOK) == "2026-11-23 00:00"
    assert said(decision) == "Reached the cap of 5 e-mails a week; will try again on 22 Nov, 17:00"  # shown in UTC
    assert decide(facts(limits, "2026-11-23 00:00", BANGKOK, *got)) == Allowed()


def test_of_several_caps_all_must_admit_it_and_the_longest_is_named() -> None:
    limits = Limits(caps=(ONE_A_DAY, FIVE_A_WEEK, ONE_IN_24_HOURS))
    got = [f"2026-11-{day} 20:00" for day in range(17, 22)]  # Tuesday to Saturday
    decision = decide(facts(limits, "2026-11-21 21:00", BANGKOK, *got))
    assert waits_until(decision, BANGKOK) == "2026-11-23 00:00"
    assert "5 e-mails a week" in said(decision)


def test_after_a_cap_quiet_hours_are_asked() -> None:
    limits = Limits(caps=(ONE_A_DAY,), quiet=(NIGHT,))
    decision = decide(facts(limits, "2026-11-21 16:00", BANGKOK, "2026-11-21 09:00"))
    assert waits_until(decision, BANGKOK) == "2026-11-22 08:00"


def test_a_day_is_the_contacts_own() -> None:
    """Hannah in New York got one at 20:00; in Bangkok it is the next day already."""
    limits = Limits(caps=(ONE_A_DAY,))
    hannah = facts(limits, "2026-11-21 21:00", NEW_YORK, "2026-11-21 20:00")
    assert waits_until(decide(hannah), NEW_YORK) == "2026-11-22 00:00"
    assert decide(replace(hannah, home=ZoneInfo("UTC"), out=(at("2026-11-21 18:59", NEW_YORK),))) == Allowed()


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        (NEW_YORK, "2026-11-01", 25),  # clocks go back at 02:00
        (NEW_YORK, "2026-03-08", 23),  # and forward
        (LORD_HOWE, "2026-04-05", 24.5),
        (LORD_HOWE, "2026-10-04", 23.5),
        (BANGKOK, "2026-11-01", 24),
    ],
)
def test_a_day_has_as_many_hours_as_it_has(zone: ZoneInfo, day: str, hours: float) -> None:
    limits = Limits(caps=(ONE_A_DAY,))
    decision = decide(facts(limits, f"{day} 00:00", zone, f"{day} 00:00"))
    assert isinstance(decision, Postponed)
    assert (decision.until - at(f"{day} 00:00", zone)) / HOUR == hours
    assert clock(decision.until, zone).endswith("00:00")


def test_clocks_that_go_back_over_midnight_begin_no_day_twice() -> None:
    """In St. John's, at 00:01 on 29 October 1995, they went back to 23:01 of the day before."""
    st_johns = ZoneInfo("America/St_Johns")
    again = at("1995-10-28 23:30", st_johns) + HOUR
    assert clock(again, st_johns) == "1995-10-28 23:30"
    facts_then = replace(facts(Limits(caps=(ONE_A_DAY,)), "1995-10-28 23:30", st_johns), now=again, out=(again,))
    assert waits_until(decide(facts_then), st_johns) == "1995-10-30 00:00"
    assert decide(replace(facts_then, out=(again - HOUR,))) == Allowed()


def test_24_hours_are_24_hours_when_clocks_change() -> None:
    limits = Limits(caps=(ONE_IN_24_HOURS,))
    decision = decide(facts(limits, "2026-03-08 09:00", NEW_YORK, "2026-03-07 20:00"))
    assert waits_until(decision, NEW_YORK) == "2026-03-08 21:00"


# ---- quiet hours


@pytest.mark.parametrize(("now", "until"), [("22:15", "2026-11-22 08:00"), ("21:00", "2026-11-22 08:00")])
def test_in_the_evening_it_waits_for_the_morning(now: str, until: str) -> None:
    decision = decide(facts(Limits(quiet=(NIGHT,)), f"2026-11-21 {now}"))
    assert waits_until(decision, BANGKOK) == until


def test_after_midnight_it_is_still_the_night_of_the_day_before() -> None:
    assert waits_until(decide(facts(Limits(quiet=(NIGHT,)), "2026-11-21 07:59")), BANGKOK) == "2026-11-21 08:00"


@pytest.mark.parametrize("now", ["08:00", "12:00", "20:59"])
def test_by_day_it_goes_out(now: str) -> None:
    assert decide(facts(Limits(quiet=(NIGHT,)), f"2026-11-21 {now}")) == Allowed()


def test_days_are_those_on_which_the_quiet_begins() -> None:
    """Friday and Saturday night are quiet; Sunday night is not."""
    limits = Limits(quiet=(Quiet(start="20:00", end="10:00", days=(5, 6)),))
    assert decide(facts(limits, "2026-11-20 09:00")) == Allowed()  # a Friday morning
    assert waits_until(decide(facts(limits, "2026-11-20 23:00")), BANGKOK) == "2026-11-21 10:00"
    assert waits_until(decide(facts(limits, "2026-11-22 09:00")), BANGKOK) == "2026-11-22 10:00"
    assert decide(facts(limits, "2026-11-22 23:00")) == Allowed()


def test_a_silent_sunday_after_a_quiet_night() -> None:
    limits = Limits(quiet=(NIGHT, Quiet(start="00:00", end="00:00", days=(7,))))
    assert waits_until(decide(facts(limits, "2026-11-21 23:00")), BANGKOK) == "2026-11-23 08:00"


def test_night_is_where_the_contact_lives() -> None:
    limits = Limits(quiet=(NIGHT,))
    in_chiang_rai = facts(limits, "2026-11-21 16:00")
    assert decide(in_chiang_rai) == Allowed()
    hannah = replace(in_chiang_rai, home=NEW_YORK)  # 04:00 there
    decision = decide(hannah)
    assert waits_until(decision, NEW_YORK) == "2026-11-21 08:00"
    assert said(decision) == "Quiet hours: it is 04:00 where they live. Goes out on 21 Nov, 13:00"
    skipped = decide(replace(hannah, limits=Limits(quiet=(NIGHT,), in_quiet="skip")))
    assert said(skipped) == "Because it came due in quiet hours: it was 04:00 where they live"


@pytest.mark.parametrize(
    ("zone", "day", "end", "fires"),
    [
        (NEW_YORK, "2026-03-08", "02:30", "03:00"),  # 02:00 to 03:00 is skipped
        (LORD_HOWE, "2026-10-04", "02:10", "02:30"),  # 02:00 to 02:30 is skipped
        (NEW_YORK, "2026-11-01", "01:30", "01:30"),  # happens twice: the first
        (LORD_HOWE, "2026-04-05", "01:45", "01:45"),  # the same
        (BANGKOK, "2026-11-01", "02:30", "02:30"),
    ],
)
def test_an_end_that_clocks_skip_is_the_next_minute_there_is(zone: ZoneInfo, day: str, end: str, fires: str) -> None:
    limits = Limits(quiet=(Quiet(start="22:00", end=end),))
    decision = decide(facts(limits, f"{day} 00:30", zone))
    assert waits_until(decision, zone) == f"{day} {fires}"
    assert isinstance(decision, Postponed)
    assert moment(decision.until).astimezone(zone).fold == 0
    again = replace(facts(limits, f"{day} 00:30", zone), now=decision.until)
    assert decide(again) == Allowed(), "it fires then, and once"
    later = replace(again, now=decision.until + 50 * MINUTE)
    assert decide(later) == Allowed(), "also while the clock shows the same time again"


def test_there_must_be_some_time_to_send() -> None:
    with pytest.raises(ValidationError, match="must leave some time"):
        Limits(quiet=(Quiet(start="08:00", end="20:00"), Quiet(start="20:00", end="08:00")))
    with pytest.raises(ValidationError, match="must leave some time"):
        Limits(quiet=(Quiet(start="09:00", end="09:00"),))


# ---- too late


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


# ---- who keeps to no limits


STRICT = Limits(caps=(ONE_A_DAY,), over="skip", quiet=(NIGHT,), in_quiet="skip")


def test_an_order_confirmation_passes_caps_and_quiet_hours_and_never_a_hard_bounce() -> None:
    dewi = replace(facts(STRICT, "2026-11-21 23:00", BANGKOK, "2026-11-21 09:00"), marketing=False, consent="no")
    assert decide(dewi) == Allowed()
    assert decide(replace(dewi, suppressed="hard_bounce")) == Refused("suppressed_hard_bounce")


def test_a_welcome_goes_out_at_any_hour_but_not_to_who_said_no() -> None:
    dewi = replace(facts(STRICT, "2026-11-21 23:00", BANGKOK, "2026-11-21 09:00"), anyway=True)
    assert decide(dewi) == Allowed()
    assert isinstance(decide(replace(dewi, consent="no")), Refused)


def test_a_test_passes_everything() -> None:
    dewi = facts(STRICT, "2026-11-21 23:00", BANGKOK, "2026-11-21 09:00")
    assert decide(replace(dewi, test=True, before=0)) == Allowed()


# ---- priority

WIN_BACK = Rival(id=8, flow=2, flow_name="Win-back", priority=4, due_at=at("2026-11-21 16:40"))


def with_rival(rival: Rival, limits: Limits, *got: str) -> Facts:
    """Dewi's newsletter, priority 3, is due at 16:00."""
    return replace(facts(limits, "2026-11-21 16:00", BANGKOK, *got), rivals=(rival,))


def test_the_flow_with_the_higher_priority_speaks() -> None:
    decision = decide(with_rival(WIN_BACK, Limits(caps=(ONE_A_DAY,))))
    assert waits_until(decision, BANGKOK) == "2026-11-22 00:00"
    assert said(decision) == (
        "Lets “Win-back” go first, whose priority is higher, to keep the cap of 1 e-mail a day;"
        " will try again on 21 Nov, 17:00"
    )
    skipped = decide(with_rival(WIN_BACK, Limits(caps=(ONE_A_DAY,), over="skip")))
    assert said(skipped) == (
        "Because “Win-back” has the higher priority and took the place under the cap of 1 e-mail a day"
    )


@pytest.mark.parametrize(
    "harmless",
    [
        replace(WIN_BACK, priority=3),
        replace(WIN_BACK, priority=2),
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
    assert isinstance(decide(with_rival(replace(WIN_BACK, anyway=True), limits)), Postponed)


# ---- whatever a shop sets

ZONES = st.sampled_from([BANGKOK, NEW_YORK, LORD_HOWE])
HALF_HOURS = st.integers(0, 47).map(lambda half: f"{half // 2:02}:{half % 2 * 30:02}")
DAYS = st.sets(st.integers(1, 7)).map(tuple)
CAPS = st.lists(
    st.builds(Cap, most=st.integers(1, 4), per=st.sampled_from(["day", "week", "hours"]), hours=st.integers(1, 80))
)
NIGHTS = st.lists(st.tuples(HALF_HOURS, HALF_HOURS, DAYS), max_size=2)
STARTS = st.sampled_from(["2026-03-01", "2026-03-29", "2026-09-28", "2026-10-26"])
"""Clocks in New York or on Lord Howe Island change in the two weeks that follow."""


@given(ZONES, CAPS, NIGHTS, STARTS, st.lists(st.integers(0, 14 * 24 * 60), max_size=12))
@settings(max_examples=150, deadline=None)
def test_in_the_end_everything_goes_out_and_never_too_much_or_at_night(
    zone: ZoneInfo, caps: list[Cap], nights: list[tuple[str, str, tuple[int, ...]]], start: str, minutes: list[int]
) -> None:
    """Two weeks of messages to one contact, each asked again when it was told to come back."""
    try:
        limits = Limits(caps=tuple(caps), quiet=tuple(Quiet(start=a, end=b, days=days) for a, b, days in nights))
    except ValidationError:
        assume(False)
    began = at(f"{start} 00:00", zone)
    waiting = sorted((began + minute * MINUTE, number) for number, minute in enumerate(minutes))
    out: list[int] = []
    asked = 0
    while waiting:
        (now, number), asked = heappop(waiting), asked + 1
        assert asked < 60 * len(minutes), "it goes round in a circle"
        here = replace(facts(limits, "2026-01-01 00:00", zone), now=now, out=tuple(out))
        match decide(here):
            case Allowed():
                out.append(now)
            case Postponed(until):
                assert until > now
                heappush(waiting, (until, number))
            case other:
                raise AssertionError(other)
    assert len(out) == len(minutes)
    walls = [moment(one).astimezone(zone) for one in out]
    for cap in limits.caps:
        if cap.per == "hours":
            assert all(sum(one <= other < one + cap.hours * HOUR for other in out) <= cap.most for one in out)
        else:
            each = [wall.date() if cap.per == "day" else wall.isocalendar()[:2] for wall in walls]
            assert all(each.count(one) <= cap.most for one in each)
    for window in limits.quiet:
        for wall in walls:
            minute = (wall.isoweekday() - 1) * 24 * 60 + wall.hour * 60 + wall.minute
            changes = wall.utcoffset() != (wall + timedelta(hours=24)).utcoffset()
            assert changes or wall.fold or minute not in window.minutes()


# ---- in one sentence


@pytest.mark.parametrize(
    ("limits", "sentence"),
    [
        (Limits(), "No limits: every e-mail goes out as soon as it is due"),
        (
            Limits(caps=(ONE_A_DAY,), quiet=(NIGHT,)),
            "At most 1 e-mail a day, none between 21:00 and 08:00; what is over waits",
        ),
        (Limits(caps=(TWO_A_DAY, FIVE_A_WEEK)), "At most 2 e-mails a day and 5 e-mails a week; what is over waits"),
        (Limits(caps=(ONE_IN_24_HOURS,), over="skip"), "At most 1 e-mail in 24 hours; what is over is not sent"),
        (
            Limits(quiet=(NIGHT, Quiet(start="00:00", end="00:00", days=(7,))), in_quiet="skip"),
            "No e-mails between 21:00 and 08:00 and on Sun; what is due then is not sent",
        ),
        (
            Limits(caps=(ONE_A_DAY,), over="skip", quiet=(Quiet(days=(5, 6)),)),
            "At most 1 e-mail a day; what is over is not sent."
            " No e-mails between 21:00 and 08:00 on Fri and Sat; what is due then waits",
        ),
    ],
)
def test_limits_in_one_sentence(limits: Limits, sentence: str) -> None:
    assert words("en").text(limits.say()) == sentence
