"""Rehearsing a draft: what would happen to Dewi, minute by minute, without anything happening."""

from itertools import pairwise
from typing import Any

import pytest

from runtime.clock import DAY, HOUR
from runtime.engine.publishing.publish import publish
from runtime.intake import links
from runtime.people import contacts
from runtime.rehearsal import Happening, MadeUp, NoScript, Question, Stopped, read_script, rehearse
from runtime.segments.publish import publish as publish_segment
from runtime.words import words
from tests.rehearsal.conftest import CART, Rehearsals, at, later, letters, local, said

DEWI = "dewi@example.com"
TUESDAY = "2026-11-24T21:10:00+07:00"


def flow(*blocks: tuple[str, str, dict[str, Any]], **more: Any) -> dict[str, Any]:
    """Blocks one after the other."""
    made = [{"id": id_, "kind": kind, "settings": settings} for id_, kind, settings in blocks]
    links = [{"from": a["id"], "to": b["id"]} for a, b in pairwise(made)]
    return {"name": "Rehearsed", "blocks": made, "links": links, **more}


CHECKOUT = ("cart", "event_trigger", {"event": "Checkout started"})


def test_dewis_cart_ordered_the_next_day_one_reminder_then_she_leaves(rehearsals: Rehearsals) -> None:
    rehearsals.happened("Checkout started", DEWI, says="yes", **CART)
    ordered = Happening("Order placed", later(TUESDAY, 20), {"checkout_token": "c1", "order_number": "#4821"})
    result = rehearsals.rehearse(DEWI, TUESDAY, ordered)
    assert (result.contact, result.zone, result.inside) == ("Dewi", "Asia/Jakarta", False)
    assert [(local(result, entry), said(entry)) for entry in result.entries] == [
        ("24 Nov 21:10", "Started a checkout of ฿640 (Mae Salong oolong)"),
        ("24 Nov 21:10", "Entered the Flow “Abandoned cart”"),
        ("24 Nov 21:10", "Wait 1 hour (Waits until 24 Nov 2026, 22:10)"),
        ("24 Nov 22:10", "Got the e-mail “Dewi, your cart is still here” (To dewi@example.com)"),
        ("24 Nov 22:10", "Wait 23 hours (Waits until 25 Nov 2026, 21:10)"),
        ("25 Nov 17:10", "Placed order #4821"),
        ("25 Nov 17:10", "Left the Flow “Abandoned cart” (Because “Order placed” happened)"),
    ]
    assert [passed.block for passed in result.way] == ["cart", "hour", "hour", "reminder", "day", "day"]


def test_her_letter_is_written_as_it_would_arrive(rehearsals: Rehearsals) -> None:
    rehearsals.happened("Checkout started", DEWI, says="yes", **CART)
    result = rehearsals.rehearse(DEWI, TUESDAY)
    letter = next(entry.letter for entry in result.entries if entry.letter is not None)
    assert (letter.to, letter.subject) == (DEWI, "Dewi, your cart is still here")
    assert "Mae Salong oolong" in letter.html
    assert "Mae Salong oolong" in letter.text


def test_a_link_in_a_rehearsed_letter_unsubscribes_nobody(rehearsals: Rehearsals) -> None:
    rehearsals.happened("Checkout started", DEWI, says="yes", **CART)
    result = rehearsals.rehearse(DEWI, TUESDAY)
    letter = next(entry.letter for entry in result.entries if entry.letter is not None)
    word = letter.text.split(links.PATH)[1].split()[0].rstrip(")")
    assert links.read(rehearsals.house, word) is None


def test_nothing_is_written_and_nobody_is_rung(rehearsals: Rehearsals, bell: Any) -> None:
    rehearsals.happened("Checkout started", DEWI, says="yes", **CART)
    rows, files, rings = rehearsals.rows(), rehearsals.desk_files(), bell.rings
    assert len(letters(rehearsals.rehearse(DEWI, TUESDAY))) == 3
    rehearsals.rehearse(MadeUp("ploy@example.com", "Ploy"), TUESDAY)
    assert rehearsals.rows() == rows
    assert rehearsals.desk_files() == files
    assert bell.rings == rings


def test_what_was_rehearsed_is_what_happens(rehearsals: Rehearsals) -> None:
    """The same things happen twice: rehearsed, and then for real."""
    rehearsals.happened("Account created", DEWI, says="yes")
    happenings = [
        Happening("Checkout started", later(TUESDAY, 0), CART),
        Happening("Checkout started", later(TUESDAY, 0.5), {**CART, "total": 900}),
        Happening("Checkout started", later(TUESDAY, 30), {**CART, "checkout_token": "c2", "total": 320}),
        Happening("Order placed", later(TUESDAY, 60), {"checkout_token": "c2"}),
    ]
    result = rehearsals.rehearse(DEWI, TUESDAY, *happenings)
    rehearsed = [(one.at, one.block, one.letter.subject) for one in result.entries if one.letter is not None]
    rehearsals.live(DEWI, until=later(TUESDAY, 24 * 90), happenings=happenings)
    assert len(rehearsed) == 4
    assert rehearsed == rehearsals.sent()


def test_without_consent_the_reason_stands_where_the_e_mail_would(rehearsals: Rehearsals) -> None:
    ploy = MadeUp("ploy@example.com", "Ploy", consent=None)
    result = rehearsals.rehearse(ploy, TUESDAY, Happening("Checkout started", at(TUESDAY), CART))
    unsent = next(entry for entry in result.entries if entry.kind == "message")
    assert (unsent.state, unsent.letter, unsent.block) == ("skipped", None, "reminder")
    assert said(unsent).endswith("(Because they have not agreed to marketing e-mails)")


def test_who_is_blocked_in_the_shop_is_blocked_in_a_rehearsal(rehearsals: Rehearsals) -> None:
    from runtime.people import consent

    rehearsals.happened("Checkout started", DEWI, says="yes", **CART)
    with rehearsals.house.ledger.write(rehearsals.shop) as tx:
        consent.suppress(tx, "email", DEWI, "complaint", rehearsals.clock.now())
    unsent = next(entry for entry in rehearsals.rehearse(DEWI, TUESDAY).entries if entry.kind == "message")
    assert said(unsent).endswith("(Because they reported an earlier e-mail as spam)")


def test_who_said_no_since_is_written_to_where_it_begins_before(rehearsals: Rehearsals) -> None:
    """Dewi agreed ten days ago and unsubscribed today; Budi's mailbox came to be blocked today."""
    from runtime.people import consent

    budi, last_week, today = "budi@example.com", "2026-11-15T10:00:00+07:00", "2026-11-21T16:00:00+07:00"
    for who in (DEWI, budi):
        rehearsals.happened("Account created", who, says="yes", ago=240)
    rehearsals.happened("Account created", DEWI, says="no")
    with rehearsals.house.ledger.write(rehearsals.shop) as tx:
        consent.suppress(tx, "email", budi, "complaint", rehearsals.clock.now())

    def gets(who: str, start: str) -> list[str | None]:
        result = rehearsals.rehearse(who, start, Happening("Checkout started", at(start), CART))
        return [entry.state for entry in result.entries if entry.kind == "message"]

    assert [gets(who, last_week) for who in (DEWI, budi)] == [["sent"] * 3] * 2
    assert [gets(who, today) for who in (DEWI, budi)] == [["skipped"] * 3] * 2


def test_what_they_did_before_counts(rehearsals: Rehearsals) -> None:
    """Dewi ordered last week, Budi never did."""
    rehearsals.happened("Order placed", DEWI, ago=7 * 24)
    rehearsals.happened("Checkout started", "budi@example.com", **CART)
    rule = {"kind": "did", "event": "Order placed", "window": {"kind": "last_days", "days": 30}}
    document = flow(CHECKOUT, ("split", "branch", {"rule": rule}))
    document["blocks"].append({"id": "regular", "kind": "update_contact", "settings": TAGGED})
    document["links"].append({"from": "split", "outlet": "yes", "to": "regular"})
    for who, outlet in ((DEWI, "yes"), ("budi@example.com", "no")):
        result = rehearsals.rehearse(who, "2026-11-21T10:00:00Z", document=document)
        assert [entry.outlet for entry in result.entries if entry.block == "split" and entry.outlet] == [outlet]


TAGGED = {"change": "add_tag", "name": "regular"}


def test_who_is_not_let_in_hears_why(rehearsals: Rehearsals) -> None:
    where = {"kind": "field", "of": "event", "field": "total", "op": "at_least", "value": 1000}
    trigger = ("cart", "event_trigger", {"event": "Checkout started", "where": where})
    document = flow(trigger, ("hour", "wait", {"amount": 1, "unit": "hours"}), entry={"again": "never"})
    small = Happening("Checkout started", at(TUESDAY), {"total": 640})
    large = [Happening("Checkout started", later(TUESDAY, hours), {"total": 2000}) for hours in (2, 5)]
    result = rehearsals.rehearse(MadeUp(), TUESDAY, small, *large, document=document)
    assert [(local(result, entry), said(entry)) for entry in result.entries if entry.kind == "outside"] == [
        ("24 Nov 21:10", "Does not enter the Flow “Rehearsed” (Because the trigger’s filter does not match)"),
        (
            "25 Nov 02:10",
            "Does not enter the Flow “Rehearsed” "
            "(Because they have been in this Flow before, and everyone gets it only once)",
        ),
    ]


def test_the_event_that_lets_them_in_is_made_from_one_that_did(rehearsals: Rehearsals) -> None:
    """Of Budi's carts the latest is too small, so the one before it is taken again."""
    where = {"kind": "field", "of": "event", "field": "total", "op": "at_least", "value": 1000}
    trigger = ("cart", "event_trigger", {"event": "Checkout started", "where": where})
    document = flow(trigger, ("hour", "wait", {"amount": 1, "unit": "hours"}))
    rehearsals.happened("Checkout started", "budi@example.com", ago=30, **{**CART, "total": 1180})
    rehearsals.happened("Checkout started", "budi@example.com", ago=3, **CART)
    result = rehearsals.rehearse("budi@example.com", TUESDAY, document=document)
    assert said(result.entries[0]) == "Started a checkout of ฿1,180 (Mae Salong oolong)"
    assert result.entries[1].block == "cart"


def test_an_order_that_is_not_spelled_out_is_of_the_same_cart(rehearsals: Rehearsals) -> None:
    """Hannah's order of another cart is the latest there is; in Dewi's rehearsal it is one of Dewi's cart."""
    rehearsals.happened("Order placed", "hannah@example.com", checkout_token="h9", total=320, currency="THB")
    rehearsals.happened("Checkout started", DEWI, says="yes", **CART)
    second = Happening("Checkout started", later(TUESDAY, 1), {**CART, "checkout_token": "c2"})
    two_carts = self_contained(rehearsals)
    result = rehearsals.rehearse(
        DEWI,
        TUESDAY,
        Happening("Checkout started", at(TUESDAY), CART),
        second,
        Happening("Order placed", later(TUESDAY, 2)),
        document=two_carts,
    )
    assert [entry.state for entry in result.entries if entry.kind == "end"] == ["left", "ended"]


def self_contained(rehearsals: Rehearsals) -> dict[str, Any]:
    """Two carts may be in it side by side."""
    exits = [{"event": "Order placed", "key": "checkout_token"}]
    wait = ("day", "wait", {"amount": 1, "unit": "days"})
    return flow(CHECKOUT, wait, entry={"key": "checkout_token"}, exits=exits)


def test_summer_time_begins_in_new_york_on_14_march_2027(rehearsals: Rehearsals) -> None:
    """09:00 stays 09:00 there, though that Sunday has 23 hours; 02:30 does not exist and becomes 03:00."""
    document = flow(
        CHECKOUT,
        ("night", "wait_until", {"time": "02:30"}),
        ("morning", "wait_until", {"time": "09:00"}),
        ("day", "wait", {"amount": 1, "unit": "days"}),
    )
    start = "2027-03-13T12:00:00-05:00"
    result = rehearsals.rehearse(MadeUp(zone="America/New_York"), start, document=document)
    assert result.zone == "America/New_York"
    left = [(passed.block, passed.at) for passed in result.way if passed.outlet and passed.block != "cart"]
    assert left == [
        ("night", at("2027-03-14T07:00:00Z")),
        ("morning", at("2027-03-14T13:00:00Z")),
        ("day", at("2027-03-15T13:00:00Z")),
    ]
    assert local(result, result.entries[-1]) == "15 Mar 09:00"


def test_ninety_days_pass_from_one_due_moment_to_the_next(rehearsals: Rehearsals) -> None:
    """A circle with a day in it: an entry a day, until the 90 days are over and they are still inside."""
    document = flow(CHECKOUT, ("day", "wait", {"amount": 1, "unit": "days"}), ("tag", "update_contact", TAGGED))
    document["links"].append({"from": "tag", "to": "day"})
    result = rehearsals.rehearse(MadeUp(), TUESDAY, document=document)
    assert sum(entry.block == "tag" for entry in result.entries) == 90
    assert (result.until - result.start, result.inside, result.cut) == (90 * DAY, True, False)


def test_a_circle_of_minutes_is_cut_and_says_so(rehearsals: Rehearsals) -> None:
    document = flow(CHECKOUT, ("minute", "wait", {"amount": 1, "unit": "minutes"}), ("tag", "update_contact", TAGGED))
    document["links"].append({"from": "tag", "to": "minute"})
    result = rehearsals.rehearse(MadeUp(), TUESDAY, document=document)
    assert result.cut
    assert sum(entry.block == "tag" for entry in result.entries) > 900


def test_a_draft_that_cannot_be_published_says_what_is_wrong(rehearsals: Rehearsals) -> None:
    document = flow(CHECKOUT, ("mail", "send_email", {"email": ""}))
    result = rehearsals.rehearse(MadeUp(), TUESDAY, document=document)
    assert result.entries == ()
    assert [words("en").text(problem.phrase) for problem in result.problems] == ["Choose an e-mail first"]


def test_it_can_be_told_to_stop(rehearsals: Rehearsals) -> None:
    heard: list[float] = []
    with pytest.raises(Stopped):
        rehearse(
            rehearsals.house,
            rehearsals.shop,
            Question(rehearsals.slug, rehearsals.draft, MadeUp(), at(TUESDAY)),
            progress=heard.append,
            stopping=lambda: len(heard) >= 2,
        )
    assert len(heard) == 2
    assert 0 < heard[0] < heard[1] < 1


def test_a_script_names_events_and_when_they_come() -> None:
    start = at(TUESDAY)
    script = read_script(
        '{"name": "Checkout started", "properties": {"total": 640}}\n\n'
        '{"name": "Order placed", "after": "2d 3h"}\n'
        '{"name": "Order placed", "time": "2026-11-26T09:00:00+07:00"}\n',
        start,
    )
    assert script == [
        Happening("Checkout started", start, {"total": 640}),
        Happening("Order placed", start + 51 * HOUR),
        Happening("Order placed", at("2026-11-26T02:00:00Z")),
    ]


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ("nonsense", "Line 1 is not JSON"),
        ("[]", 'Line 1 must be an object with the "name"'),
        ('{"name": "Order placed", "when": "2d"}', "'when' is not known"),
        ('{"name": "Order placed", "after": "soon"}', "must be a length of time"),
        ('{"name": "Order placed", "after": ""}', "must be a length of time"),
        ('{"name": "Order placed", "time": "2020-01-01T00:00:00Z"}', "before the rehearsal starts"),
        ('{"name": "Order placed", "time": "2027-01-01", "after": "1d"}', 'both "time" and "after"'),
        ('{"name": "Order placed", "properties": 3}', '"properties" must be an object'),
    ],
)
def test_a_line_that_is_no_event_is_named(line: str, wrong: str) -> None:
    with pytest.raises(NoScript, match=wrong):
        read_script(line, at(TUESDAY))


def test_two_events_of_one_moment_come_one_after_the_other(rehearsals: Rehearsals) -> None:
    """The second cart starts the run over; the first was let in all the same."""
    document = flow(CHECKOUT, ("hour", "wait", {"amount": 1, "unit": "hours"}))
    twice = [Happening("Checkout started", at(TUESDAY), {**CART, "total": total}) for total in (640, 900)]
    result = rehearsals.rehearse(MadeUp(), TUESDAY, *twice, document=document)
    assert [said(entry) for entry in result.entries if entry.kind == "outside"] == []
    assert "Started over, because it happened again before the first Message" in map(said, result.entries)


def test_who_leaves_by_a_last_way_is_told_why_where_it_begins(rehearsals: Rehearsals) -> None:
    """An hour after the order comes the tag; the run ends only then."""
    document = flow(CHECKOUT, ("day", "wait", {"amount": 1, "unit": "days"}), exits=[{"event": "Order placed"}])
    document["blocks"] += [
        {"id": "bye", "kind": "on_leaving", "settings": {"event": "Order placed"}},
        {"id": "hour", "kind": "wait", "settings": {"amount": 1, "unit": "hours"}},
        {"id": "tag", "kind": "update_contact", "settings": TAGGED},
    ]
    document["links"] += [{"from": "bye", "to": "hour"}, {"from": "hour", "to": "tag"}]
    ordered = Happening("Order placed", later(TUESDAY, 2), {"order_number": "#4821"})
    result = rehearsals.rehearse(MadeUp(zone="Asia/Bangkok"), TUESDAY, ordered, document=document)
    assert [(local(result, entry), said(entry)) for entry in result.entries][-5:] == [
        ("24 Nov 23:10", "Placed order #4821"),
        ("24 Nov 23:10", "When someone leaves because they ordered (Because “Order placed” happened)"),
        ("24 Nov 23:10", "Wait 1 hour (Waits until 25 Nov 2026, 00:10)"),
        ("25 Nov 00:10", "Add the tag “regular”"),
        ("25 Nov 00:10", "Left the Flow “Rehearsed” (Because “Order placed” happened)"),
    ]


def test_an_experiment_draws_in_a_rehearsal_what_it_draws_for_real(rehearsals: Rehearsals) -> None:
    """The flow is live already; of eight customers each gets the same arm twice, and both arms are drawn."""
    names = {"a": "Free shipping", "b": "10 % off"}
    arms = [{"id": id_, "name": name, "weight": 50} for id_, name in names.items()]
    document = flow(CHECKOUT, ("offer", "experiment", {"arms": arms}))
    for id_ in names:
        tag = {"change": "add_tag", "name": id_}
        document["blocks"].append({"id": f"tag-{id_}", "kind": "update_contact", "settings": tag})
        document["links"].append({"from": "offer", "outlet": id_, "to": f"tag-{id_}"})
    drafts = rehearsals.house.desk.drafts(rehearsals.shop)
    drafts.put("flow", rehearsals.slug, "Rehearsed", document, "Nok", rehearsals.clock.now())
    publish(rehearsals.house, rehearsals.shop, rehearsals.slug, "Nok")
    drawn = set()
    for number in range(8):
        who = f"customer{number}@example.com"
        rehearsals.happened("Checkout started", who, **CART)
        (split,) = (one for one in rehearsals.rehearse(who, TUESDAY).entries if one.block == "offer")
        with rehearsals.house.ledger.read(rehearsals.shop) as tx:
            contact = contacts.by_address(tx, who)
        assert contact is not None
        assert list(contact.tags) == [split.outlet]
        assert said(split).startswith(f"Goes to {names[split.outlet]}")
        drawn.add(split.outlet)
    assert drawn == {"a", "b"}


def dewi_buys(rehearsals: Rehearsals) -> None:
    """She has ordered, and there is a segment of those who have."""
    rehearsals.happened("Order placed", DEWI)
    house, shop = rehearsals.house, rehearsals.shop
    ordered = {"kind": "did", "event": "Order placed", "window": {"kind": "ever"}}
    document = {"format": 1, "name": "Buyers", "rule": ordered}
    house.desk.drafts(shop).put("segment", "buyers", "Buyers", document, "Nok", house.clock.now())
    publish_segment(house, shop, "buyers", "Nok")
    rehearsals.work()


def test_a_contact_is_rehearsed_in_the_segments_they_are_in(rehearsals: Rehearsals) -> None:
    """Dewi is in it and stays there, though what its rule looks at is not lived through again."""
    dewi_buys(rehearsals)
    enters = {"id": "in", "kind": "segment_trigger", "settings": {"segment": "buyers"}}
    asks = {"id": "ask", "kind": "branch", "settings": {"rule": {"kind": "in_segment", "segment": "buyers"}}}
    tag = {"id": "tag", "kind": "update_contact", "settings": {"change": "add_tag", "name": "buyer"}}
    links = [{"from": "in", "outlet": "next", "to": "ask"}, {"from": "ask", "outlet": "yes", "to": "tag"}]
    flow = {"name": "Thanks", "blocks": [enters, asks, tag], "links": links}
    result = rehearsals.rehearse(DEWI, TUESDAY, document=flow)
    assert ("ask", "yes") in [(one.block, one.outlet) for one in result.way]


def test_who_matched_already_enters_the_flow_by_its_name(rehearsals: Rehearsals) -> None:
    """A slug is nothing that a person has ever read."""
    dewi_buys(rehearsals)
    matched = ("in", "segment_trigger", {"segment": "buyers", "begin_with": "only_now"})
    tag = ("tag", "update_contact", {"change": "add_tag", "name": "buyer"})
    thanks = {**flow(matched, tag), "name": "Thank you"}
    result = rehearsals.rehearse(DEWI, TUESDAY, document=thanks)
    assert "Matched already when the Flow “Thank you” was published" in [said(one) for one in result.entries]


@pytest.mark.parametrize("clocks", ["shop", "own"])
def test_a_schedule_comes_by_itself_for_who_is_in_its_segment(rehearsals: Rehearsals, clocks: str) -> None:
    dewi_buys(rehearsals)
    time = {
        "id": "time",
        "kind": "schedule_trigger",
        "settings": {"segment": "buyers", "repeat": "weekly", "weekdays": [5], "clocks": clocks},
    }
    tag = {"id": "tag", "kind": "update_contact", "settings": {"change": "add_tag", "name": "buyer"}}
    flow = {"name": "Offer", "blocks": [time, tag], "links": [{"from": "time", "to": "tag"}]}
    way = [(one.block, one.outlet) for one in rehearsals.rehearse(DEWI, TUESDAY, document=flow).way]
    assert ("tag", "next") in way
    assert ("tag", "next") not in [
        (one.block, one.outlet) for one in rehearsals.rehearse(MadeUp(), TUESDAY, document=flow).way
    ]


def test_a_contact_is_rehearsed_with_the_e_mails_they_got(rehearsals: Rehearsals) -> None:
    house, shop = rehearsals.house, rehearsals.shop
    email = house.desk.drafts(shop).list("email")[0].slug
    start = {"id": "start", "kind": "event_trigger", "settings": {"event": "Account created"}}
    mail = {"id": "mail", "kind": "send_email", "settings": {"email": email}}
    links = [{"from": "start", "to": "mail"}]
    live = {"format": 1, "name": "Welcome", "blocks": [start, mail], "links": links}
    house.desk.drafts(shop).put("flow", "welcome", "Welcome", live, "Nok", house.clock.now())
    publish(house, shop, "welcome", "Nok")
    rehearsals.happened("Account created", DEWI, says="yes")
    assert len(rehearsals.sent()) == 1

    def way(rule: dict[str, Any]) -> list[tuple[str, str]]:
        asks = {"id": "ask", "kind": "branch", "settings": {"rule": {"kind": "got", **rule}}}
        tag = {"id": "tag", "kind": "update_contact", "settings": {"change": "add_tag", "name": "welcomed"}}
        links = [{"from": "start", "outlet": "next", "to": "ask"}, {"from": "ask", "outlet": "yes", "to": "tag"}]
        flow = {"name": "Thanks", "blocks": [start, asks, tag], "links": links}
        result = rehearsals.rehearse(DEWI, TUESDAY, Happening("Account created", at(TUESDAY)), document=flow)
        return [(one.block, one.outlet) for one in result.way if one.block == "ask"]

    assert way({"email": email}) == [("ask", "yes")]
    assert way({"email": "another"}) == [("ask", "no")]
    assert way({"what": "failed"}) == [("ask", "no")]
