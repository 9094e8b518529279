"""Whatever a shop, a flow and a block set: all goes out in the end or has a reason, never too much, never at a bad time."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from heapq import heappop, heappush
from typing import get_args
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from blocks.hours import WEEK, Hours, Over, Quiet, Window
from blocks.limits import Cap, FlowLimits, Limits
from blocks.pauses import Pause, some_days_left
from blocks.values import moment
from runtime.clock import HOUR, MINUTE
from runtime.delivery.decision.permission import Allowed, Postponed, Refused, decide
from runtime.delivery.decision.terms import Terms
from runtime.reasons import REASONS
from tests.delivery.limits.stage import BANGKOK, LORD_HOWE, NEW_YORK, at, facts

ZONES = st.sampled_from([BANGKOK, NEW_YORK, LORD_HOWE])
HALF_HOURS = st.integers(0, 47).map(lambda half: f"{half // 2:02}:{half % 2 * 30:02}")
DAYS = st.sets(st.integers(1, 7)).map(tuple)
OVER = st.sampled_from(get_args(Over))
CAPS = st.lists(
    st.builds(
        Cap,
        most=st.integers(1, 4),
        per=st.sampled_from(["day", "week", "hours", "days"]),
        hours=st.integers(1, 80),
        days=st.integers(1, 9),
    ),
    max_size=3,
).map(tuple)
NIGHTS = (
    st.lists(st.builds(Quiet, start=HALF_HOURS, end=HALF_HOURS, days=DAYS), max_size=2)
    .filter(lambda quiet: len(set[int]().union(*(one.minutes() for one in quiet))) < WEEK)
    .map(tuple)
)
STARTS = st.sampled_from(["2026-03-01", "2026-03-29", "2026-09-28", "2026-10-26"])
"""Clocks in New York or on Lord Howe Island change in the two weeks that follow."""
PAUSES = st.lists(
    st.builds(
        lambda start, offset, length, yearly, then: Pause(
            from_=date.fromisoformat(start) + timedelta(days=offset),
            to=date.fromisoformat(start) + timedelta(days=offset + length),
            yearly=yearly,
            then=then,
        ),
        STARTS,
        st.integers(-3, 20),
        st.integers(0, 12),
        st.booleans(),
        OVER,
    ),
    max_size=3,
).map(tuple)
SHOPS = st.builds(Limits, caps=CAPS, over=OVER, quiet=NIGHTS, in_quiet=OVER)
FLOWS = st.builds(
    FlowLimits,
    keep=st.just("own"),
    caps=CAPS,
    over=st.none() | OVER,
    quiet=st.none() | NIGHTS,
    in_quiet=st.none() | OVER,
)
HOURS = st.none() | st.builds(Hours, start=HALF_HOURS, end=HALF_HOURS, days=DAYS, then=OVER)
ZONES_OF_FLOWS = st.sampled_from(["", "Asia/Bangkok", "America/New_York", "Australia/Lord_Howe"])
TERMS = st.builds(Terms, zone=ZONES_OF_FLOWS, anyway=st.booleans(), own=st.none() | FLOWS, hours=HOURS, pauses=PAUSES)


@given(ZONES, SHOPS, st.lists(TERMS, min_size=1, max_size=2), STARTS, st.data())
@settings(max_examples=200, deadline=None)
def test_in_the_end_everything_goes_out_or_has_a_reason(
    zone: ZoneInfo, shop: Limits, flows: list[Terms], start: str, data: st.DataObject
) -> None:
    """Two weeks of messages of one or two flows to one contact, each asked again when it was told to come back."""
    minutes = data.draw(
        st.lists(st.tuples(st.integers(0, 14 * 24 * 60), st.sampled_from(range(len(flows)))), max_size=12)
    )
    began = at(f"{start} 00:00", zone)
    waiting = sorted((began + minute * MINUTE, number, flow) for number, (minute, flow) in enumerate(minutes))
    out: list[tuple[int, int]] = []
    over = asked = 0
    while waiting:
        (now, number, flow), asked = heappop(waiting), asked + 1
        assert asked < 200 * len(minutes), "it goes round in a circle"
        terms = flows[flow]
        here = replace(
            facts(shop, "2026-01-01 00:00", zone),
            zone="Asia/Bangkok",
            now=now,
            terms=terms,
            flow=flow,
            out=tuple(at for at, _ in out),
            own_out=tuple(at for at, of in out if of == flow),
        )
        match decide(here):
            case Allowed():
                assert not list(against(terms, shop, now, zone))
                out.append((now, flow))
                if not terms.anyway:
                    assert not [cap for cap in shop.caps if too_many(cap, [at for at, _ in out], zone)]
                    own = terms.own.caps if terms.own is not None else ()
                    mine, there = [at for at, of in out if of == flow], clocks(terms, zone)
                    assert not [cap for cap in own if too_many(cap, mine, there)]
            case Postponed(until, code):
                assert until > now
                assert code in REASONS
                assert not list(against(terms, shop, until, zone))
                heappush(waiting, (until, number, flow))
            case Refused(code):
                over += 1
                assert code in REASONS
                assert code == "never_open" or "skip" in {
                    shop.over,
                    shop.in_quiet,
                    terms.own and terms.own.over,
                    terms.own and terms.own.in_quiet,
                    terms.hours and terms.hours.then,
                    *(pause.then for pause in terms.pauses),
                }
            case other:
                raise AssertionError(other)
    assert len(out) + over == len(minutes)


def against(terms: Terms, shop: Limits, now: int, zone: ZoneInfo) -> Iterator[str]:
    """What forbids this minute, found by its number in the week instead of by instants. Around a change of the clocks it
    cannot say."""
    wall, there = (moment(now).astimezone(one) for one in (zone, clocks(terms, zone)))
    if any(one.fold or one.utcoffset() != (one + timedelta(hours=24)).utcoffset() for one in (wall, there)):
        return
    if terms.hours is not None and not holds(terms.hours, there):
        yield "hours"
    own = terms.own.quiet if terms.own is not None else None
    quiet, night = (shop.quiet, wall) if own is None else (own, there)
    if not terms.anyway and any(holds(window, night) for window in quiet):
        yield "quiet hours"
    day = moment(now).astimezone(clocks(terms, BANGKOK)).date()
    for pause in terms.pauses:
        if pause.from_ <= day <= pause.to:
            yield "a pause"


def clocks(terms: Terms, zone: ZoneInfo) -> ZoneInfo:
    """Those of the flow, else `zone`."""
    return ZoneInfo(terms.zone) if terms.zone else zone


def holds(window: Window, wall: datetime) -> bool:
    return (wall.isoweekday() - 1) * 24 * 60 + wall.hour * 60 + wall.minute in window.minutes()


def too_many(cap: Cap, out: Sequence[int], zone: ZoneInfo) -> bool:
    """Whether the last of these was one too many."""
    if rolls := {"hours": cap.hours * HOUR, "days": cap.days * 24 * HOUR}.get(cap.per):
        return sum(one > out[-1] - rolls for one in out) > cap.most
    each = [moment(one).astimezone(zone) for one in out]
    days = [wall.date() if cap.per == "day" else wall.isocalendar()[:2] for wall in each]
    return days.count(days[-1]) > cap.most


@given(PAUSES)
def test_two_weeks_of_pauses_leave_some_days(pauses: tuple[Pause, ...]) -> None:
    assert some_days_left(pauses)
