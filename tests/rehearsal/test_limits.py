"""A rehearsal keeps to the shop's limits, and to what the clock brings."""

from itertools import pairwise
from typing import Any

from blocks.hours import Quiet
from blocks.limits import Cap, Limits
from runtime.clock import DAY
from runtime.delivery import set_limits
from runtime.rehearsal import Happening, MadeUp
from tests.rehearsal.conftest import CART, Rehearsals, at, letters, local, said

DEWI = "dewi@example.com"
TUESDAY = "2026-11-24T21:10:00+07:00"


def flow(*blocks: tuple[str, str, dict[str, Any]]) -> dict[str, Any]:
    """Blocks one after the other."""
    made = [{"id": id_, "kind": kind, "settings": settings} for id_, kind, settings in blocks]
    return {"name": "Rehearsed", "blocks": made, "links": [{"from": a["id"], "to": b["id"]} for a, b in pairwise(made)]}


def test_quiet_hours_hold_the_reminder_until_the_morning_where_they_live(rehearsals: Rehearsals) -> None:
    """Due at 22:10 in Jakarta and in New York alike; sent at 08:00, there and there."""
    set_limits(rehearsals.house, rehearsals.shop, Limits(quiet=(Quiet(start="22:00", end="08:00"),)))
    for zone, start in (("Asia/Jakarta", TUESDAY), ("America/New_York", "2026-11-24T21:10:00-05:00")):
        cart = Happening("Checkout started", at(start), CART)
        result = rehearsals.rehearse(MadeUp(zone=zone), start, cart)
        first = [entry for entry in result.entries if entry.block == "reminder"]
        assert [(entry.kind, local(result, entry)) for entry in first] == [
            ("postponed", "24 Nov 22:10"),
            ("message", "25 Nov 08:00"),
        ]
        assert said(first[0]).endswith(
            "waits (The shop’s quiet hours: it is 22:10 where they live. Goes out on 25 Nov 2026, 08:00)"
        )


def test_what_they_really_got_counts_against_the_cap(rehearsals: Rehearsals) -> None:
    """Dewi got the reminder an hour ago; one a day is the cap, so the rehearsed one waits for tomorrow."""
    set_limits(rehearsals.house, rehearsals.shop, Limits(caps=(Cap(most=1, per="day"),)))
    rehearsals.happened("Account created", DEWI, says="yes")
    start = "2026-11-21T17:00:00+07:00"
    cart = Happening("Checkout started", at(start), CART)
    assert letters(rehearsals.rehearse(DEWI, start, cart))[0][0] == "21 Nov 18:00"
    rehearsals.live(
        DEWI,
        until=at("2026-11-21T17:30:00+07:00"),
        happenings=[Happening("Checkout started", at("2026-11-21T16:00:00+07:00"), CART)],
    )
    assert len(rehearsals.sent()) == 1
    later = "2026-11-21T17:40:00+07:00"
    again = Happening("Checkout started", at(later), {**CART, "checkout_token": "c2"})
    result = rehearsals.rehearse(DEWI, later, again)
    assert letters(result)[0][0] == "22 Nov 00:00"


def test_the_clock_brings_a_birthday(rehearsals: Rehearsals) -> None:
    document = flow(
        ("birthday", "date_trigger", {"field": "birthday", "when": "on", "at": "09:00"}),
        ("tag", "update_contact", {"change": "add_tag", "name": "birthday"}),
    )
    ploy = MadeUp(zone="Asia/Bangkok", fields={"birthday": "1990-12-05"})
    result = rehearsals.rehearse(ploy, TUESDAY, document=document)
    assert [(local(result, entry), entry.block) for entry in result.entries if entry.kind == "step"] == [
        ("5 Dec 09:00", "birthday"),
        ("5 Dec 09:00", "tag"),
    ]


def test_silence_that_began_before_lasts_on(rehearsals: Rehearsals) -> None:
    """Budi ordered 80 days ago, so 90 days without an order are over in ten."""
    rehearsals.happened("Order placed", "budi@example.com", ago=80 * 24)
    document = flow(
        ("quiet", "quiet_trigger", {"event": "Order placed", "amount": 90, "unit": "days"}),
        ("tag", "update_contact", {"change": "add_tag", "name": "lapsed"}),
    )
    result = rehearsals.rehearse("budi@example.com", "2026-11-21T09:00:00Z", document=document)
    (entered,) = (entry for entry in result.entries if entry.block == "quiet")
    assert entered.at == at("2026-11-21T09:00:00Z") + 10 * DAY


def test_a_flows_own_limits_a_holiday_and_the_hours_of_a_block_show_with_their_reasons(rehearsals: Rehearsals) -> None:
    """Due on Tuesday, 22:10. Quiet hours of the flow, then a holiday, then the hours of the block: each alone."""
    cart = Happening("Checkout started", at(TUESDAY), CART)
    night = {"keep": "own", "quiet": [{"start": "22:00", "end": "08:00"}]}
    holiday = [{"from": "2020-11-24", "to": "2020-11-26", "yearly": True}]
    fridays = {"days": [5], "start": "09:00", "end": "18:00"}
    cases: list[tuple[dict[str, Any], dict[str, Any], str, str]] = [
        ({"limits": night}, {}, "25 Nov 08:00", "The Flow’s quiet hours: it is 22:10 where they live"),
        ({"pauses": holiday}, {}, "27 Nov 00:00", "The Flow pauses from 24 Nov 2026 to 26 Nov 2026"),
        ({}, {"hours": fridays}, "27 Nov 09:00", "Its Block sends only between 09:00 and 18:00 on Fri where they live"),
    ]
    for parts, of_block, sent, why in cases:
        document = rehearsals.draft.to_json() | parts
        for doc in document["blocks"]:
            doc["settings"] |= of_block if doc["id"] == "reminder" else {}
        result = rehearsals.rehearse(MadeUp(zone="Asia/Bangkok"), TUESDAY, cart, document=document)
        held, went = [entry for entry in result.entries if entry.block == "reminder"][:2]
        assert [(held.kind, local(result, held)), (went.kind, local(result, went))] == [
            ("postponed", "24 Nov 22:10"),
            ("message", sent),
        ]
        assert why in said(held)


def test_a_flow_with_a_zone_of_its_own_is_told_by_its_clocks(rehearsals: Rehearsals) -> None:
    """Hannah lives in New York; nine o'clock is nine o'clock in Bangkok, and so is every time that is shown."""
    document = flow(
        ("cart", "event_trigger", {"event": "Checkout started"}),
        ("nine", "wait_until", {"time": "09:00"}),
        ("tag", "update_contact", {"change": "add_tag", "name": "seen"}),
    )
    cart, hannah = Happening("Checkout started", at(TUESDAY), CART), MadeUp(zone="America/New_York")
    for zone, shown, where in (
        ("Asia/Bangkok", "Asia/Bangkok", "by clocks in Bangkok"),
        ("", "America/New_York", "where they live"),
    ):
        result = rehearsals.rehearse(hannah, TUESDAY, cart, document={**document, "zone": zone})
        assert (result.zone, result.of_flow) == (shown, bool(zone))
        told = {entry.block: entry for entry in result.entries if entry.block in ("nine", "tag")}
        assert said(told["nine"]) == f"Wait until 09:00 {where} (Waits until 25 Nov 2026, 09:00)"
        assert local(result, told["tag"]) == "25 Nov 09:00"


def test_whose_clocks_are_shown_is_known_where_the_contact_has_none(rehearsals: Rehearsals) -> None:
    cart = Happening("Checkout started", at(TUESDAY), CART)
    document = flow(
        ("cart", "event_trigger", {"event": "Checkout started"}),
        ("tag", "update_contact", {"change": "add_tag", "name": "seen"}),
    )
    nobody_knows = rehearsals.rehearse(MadeUp(), TUESDAY, cart, document=document)
    assert (nobody_knows.zone, nobody_knows.of_shop) == ("Asia/Bangkok", True)
    hers = rehearsals.rehearse(MadeUp(zone="America/New_York"), TUESDAY, cart, document=document)
    flows = rehearsals.rehearse(MadeUp(), TUESDAY, cart, document={**document, "zone": "UTC"})
    assert (hers.of_shop, flows.of_shop) == (False, False)


def test_schedules_and_dates_of_a_published_flow_come_by_its_clocks(rehearsals: Rehearsals) -> None:
    """Neither those of the shop, which is in Bangkok, nor those of Hannah, who lives in New York."""
    hannah = MadeUp(zone="America/New_York", fields={"renews": "2026-11-26"})
    for trigger in (
        ("day", "schedule_trigger", {"to": "everybody", "repeat": "once", "on": "2026-11-26"}),
        ("day", "date_trigger", {"field": "renews", "yearly": False}),
    ):
        document = flow(trigger, ("tag", "update_contact", {"change": "add_tag", "name": "seen"}))
        result = rehearsals.rehearse(hannah, TUESDAY, document={**document, "zone": "Pacific/Auckland"})
        (tagged,) = (entry for entry in result.entries if (entry.kind, entry.block) == ("step", "tag"))
        assert local(result, tagged) == "26 Nov 09:00"


def test_what_a_pause_made_wait_goes_out_once_the_pause_is_published_away(rehearsals: Rehearsals) -> None:
    """For real: Dewi is inside on the version with the pause, and her reminder was due at 17:00."""
    drafts, flow_as_it_was = rehearsals.house.desk.drafts(rehearsals.shop), rehearsals.draft.to_json()
    pause = {"pauses": [{"from": "2026-11-20", "to": "2026-11-30"}]}
    drafts.put("flow", rehearsals.slug, flow_as_it_was["name"], flow_as_it_was | pause, "Nok", rehearsals.clock.now())
    rehearsals.happened("Account created", DEWI, says="yes")
    cart = Happening("Checkout started", at("2026-11-21T16:00:00+07:00"), CART)
    rehearsals.live(DEWI, until=at("2026-11-21T18:00:00+07:00"), happenings=[cart])
    assert rehearsals.sent() == []
    drafts.put("flow", rehearsals.slug, flow_as_it_was["name"], flow_as_it_was, "Nok", rehearsals.clock.now())
    rehearsals.live(DEWI, until=rehearsals.clock.now(), happenings=[])
    assert [block for _, block, _ in rehearsals.sent()] == ["reminder"]
