"""Each block at work: what it asks for, and which way it sends the contact."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pydantic import TypeAdapter

from blocks import KINDS
from blocks.contract import Go, Known, KnownFlow, Reason, Stop, Today, Trigger
from blocks.rule_words import say_rule
from blocks.rules import Did, Rule
from runtime.calendar import CALENDAR
from runtime.words import words
from tests.blocks.facts import NOON, NOTHING_KNOWN, Stand, block, contact, event

GOOD = {"kind": "field", "field": "stars", "op": "at_least", "value": 4}


@pytest.mark.parametrize(
    ("settings", "asks"),
    [
        ({"change": "add_tag", "name": "VIP"}, ("add_tag", "VIP")),
        ({"change": "remove_tag", "name": "VIP"}, ("remove_tag", "VIP")),
        ({"change": "set_field", "name": "city", "value": "Chiang Rai"}, ("set_field", "city", "Chiang Rai")),
        ({"change": "clear_field", "name": "city"}, ("set_field", "city", None)),
    ],
)
def test_update_contact(settings: dict[str, Any], asks: tuple[Any, ...]) -> None:
    stand = Stand()
    assert block("update_contact", **settings).run(stand) == Go()
    assert stand.done == [asks]


def test_adding_to_a_number() -> None:
    points = block("update_contact", change="increase", name="points", value="10")
    rich, new = contact(points=25), contact(points="many")
    assert points.run(rich) == points.run(new) == Go()
    assert rich.done == [("set_field", "points", 35)]
    assert new.done == [("set_field", "points", 10)]
    (problem,) = block("update_contact", change="increase", name="points", value="ten").problems(NOTHING_KNOWN)
    assert (problem.code, problem.field) == ("no_number", "value")


@pytest.mark.parametrize(
    ("change", "name", "value", "field", "sentence"),
    [
        (
            "set_field",
            "email",
            "dewi@example.com",
            "name",
            "No Block can change “email”: it says who a Contact is, and comes with their events. Choose another field.",
        ),
        (
            "clear_field",
            "customer_id",
            "",
            "name",
            "No Block can change “customer id”: it says who a Contact is, and comes with their events. "
            "Choose another field.",
        ),
        (
            "increase",
            "phone",
            "1",
            "name",
            "No Block can change “phone”: it says who a Contact is, and comes with their events. Choose another field.",
        ),
        ("set_field", "tags[]", "VIP", "name", "Tags are not a field. Choose “Add a tag” or “Remove a tag” above."),
        ("clear_field", "tags", "", "name", "Tags are not a field. Choose “Add a tag” or “Remove a tag” above."),
        (
            "set_field",
            "children[].name",
            "Ayu",
            "name",
            "No Block can change “children name”, which is a list. Choose another field.",
        ),
        ("set_field", "zone", "Mars/X", "value", "There is no time zone “Mars/X”. Type one like Asia/Bangkok."),
        ("set_field", "language", "thai!", "value", "“thai!” is no language. Type one like th or en-GB."),
        (
            "set_field",
            "timezone",
            "Asia/Bangkok",
            "name",
            "Choose the field “zone”: it counts before “timezone”.",
        ),
        ("increase", "language", "1", "name", "“language” is not a number. Choose another field."),
        (
            "set_field",
            "city",
            "",
            "value",
            "Type the value. To empty the field, choose “Clear a field” above.",
        ),
        ("set_field", "zone", "Asia/Bangkok", "", ""),
        ("set_field", "language", "en-GB", "", ""),
        ("clear_field", "zone", "", "", ""),
        ("clear_field", "timezone", "", "", ""),
        ("add_tag", "email", "", "", ""),
    ],
)
def test_only_what_can_be_set_is_set(change: str, name: str, value: str, field: str, sentence: str) -> None:
    found = block("update_contact", change=change, name=name, value=value).problems(NOTHING_KNOWN)
    assert [(one.field, words("en").text(one.phrase), one.level) for one in found] == (
        [(field, sentence, "bad")] if field else []
    )


@pytest.mark.parametrize(
    ("until", "sentence"),
    [
        ("2026-11-21", ""),
        ("2026-11-20", "This day is over, so no code would be good. Choose one that is still to come."),
        ("2020-01-31", "This day is over, so no code would be good. Choose one that is still to come."),
        ("2026-02-30", "Choose the date"),
        ("", "Choose the date"),
    ],
)
def test_a_coupon_is_good_until_a_day_to_come(until: str, sentence: str) -> None:
    known = Known(today=Today(NOON, ZoneInfo("Asia/Bangkok"), CALENDAR))
    found = block("issue_coupon", lasts="date", until=until).problems(known)
    assert [(one.field, words("en").text(one.phrase), one.level) for one in found] == (
        [("until", sentence, "bad")] if sentence else []
    )
    assert block("issue_coupon", lasts="days", until=until).problems(known) == []


def test_a_coupon_is_good_to_the_end_of_the_day_by_the_clocks_of_the_flow() -> None:
    """On the 21st at one in Bangkok it is still the 20th in Honolulu."""
    bangkok = Known(today=Today(NOON - timedelta(hours=6), ZoneInfo("Asia/Bangkok"), CALENDAR))
    until_the_20th = block("issue_coupon", lasts="date", until="2026-11-20")
    assert [one.code for one in until_the_20th.problems(bangkok)] == ["day_over"]
    assert until_the_20th.problems(replace(bangkok, zone="Pacific/Honolulu")) == []


def test_unsubscribe_and_let_an_event_happen() -> None:
    stand = Stand()
    assert block("unsubscribe").run(stand) == block("emit_event", event="Joined the club").run(stand) == Go()
    assert stand.done == [("unsubscribe", "email"), ("emit", "Joined the club")]


def test_send_email_queues_one_message_and_goes_on() -> None:
    stand = Stand()
    assert block("send_email", email="hello").run(stand) == Go()
    assert stand.done == [("send", "email")]


def test_send_email_is_called_what_the_email_is_called() -> None:
    known = Known(emails={"hello": "Hello, Dewi"})
    assert words("en").text(block("send_email", email="hello").say(known)) == "“Hello, Dewi”"
    assert words("en").text(block("send_email").say(known)) == "Choose an e-mail"


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        (
            {"hours": {"start": "09:00", "end": "18:00", "days": [1, 2, 3, 4, 5]}},
            "“Hello”, only 09:00–18:00, Mon–Fri",
        ),
        ({"hurry": True, "within": 2, "unit": "hours"}, "“Hello”, within 2 hours"),
        ({"limits": "anyway"}, "“Hello”, whatever the limits"),
        (
            {"hours": {"days": [6, 7]}, "hurry": True, "within": 1, "unit": "days", "limits": "anyway"},
            "“Hello”, within 1 day, whatever the limits and only 09:00–18:00, Sat and Sun",
        ),
        ({"hours": {"start": "22:00", "end": "06:00"}}, "“Hello”, only 22:00–06:00"),
        ({"hours": {"start": "00:00", "end": "00:00", "days": [6, 7]}}, "“Hello”, only Sat and Sun"),
        ({"within": 2, "limits": "shop"}, "“Hello”"),
    ],
)
def test_send_email_says_when_it_may_go_out(settings: dict[str, Any], sentence: str) -> None:
    card = block("send_email", email="hello", **settings).say(Known(emails={"hello": "Hello"}))
    assert words("en").text(card) == sentence


def test_at_any_hour_and_only_at_certain_hours_is_a_contradiction() -> None:
    known = Known(emails={"hello": "Hello"})
    (problem,) = block("send_email", email="hello", limits="anyway", hours={}).problems(known)
    assert (problem.code, problem.level, problem.field) == ("hours_anyway", "warn", "hours")
    assert block("send_email", email="hello", limits="shop", hours={}).problems(known) == []
    assert block("send_email", email="hello", limits="anyway").problems(known) == []


def test_actions_are_told_apart_by_their_icons() -> None:
    actions = [kind.card.icon for kind in KINDS.values() if kind.card.family == "action"]
    assert len(set(actions)) == len(actions)


def test_end() -> None:
    assert block("stop").run(Stand()) == Stop()
    assert block("stop", reason=" Bought ").run(Stand()) == Stop(Reason("ended_because", {"reason": "Bought"}))


def test_another_flow_is_started_with_who_did_it() -> None:
    stand = Stand(flow="order")
    assert block("start_flow", flow="care").run(stand) == Go()
    assert stand.done == [("emit", "Added to flow", {"flow": "care", "how": "flow", "by": "order"})]


@pytest.mark.parametrize(
    ("flow", "problems"),
    [
        ("", [("flow_missing", "bad")]),
        ("gone", [("flow_gone", "bad")]),
        ("order", [("flow_takes_nobody", "bad")]),
        ("draft", [("flow_not_live", "warn")]),
        ("care", []),
    ],
)
def test_another_flow_must_be_there_and_take_people(flow: str, problems: list[tuple[str, str]]) -> None:
    flows = {
        "order": KnownFlow("Orders", True, False),
        "draft": KnownFlow("Not yet", False, True),
        "care": KnownFlow("Care", True, True),
    }
    found = block("start_flow", flow=flow).problems(Known(flows=flows))
    assert [(one.code, one.level) for one in found] == problems


def test_an_address_is_blocked_and_a_contact_forgotten() -> None:
    stand = Stand()
    assert block("suppress").run(stand) == Go()
    assert block("erase_contact").run(stand) == Stop(Reason("to_be_erased"))
    assert stand.done == [("suppress", "email"), ("erase",)]


def test_who_is_added_to_another_flow_is_not_let_in_here() -> None:
    trigger = block("added_trigger")
    assert isinstance(trigger, Trigger)
    here, elsewhere = event(flow="Tasting"), event(flow="harvest")
    here.flow = elsewhere.flow = "tasting"
    assert trigger.admits(here)
    assert not trigger.admits(elsewhere)


def test_a_split_looks_at_contact_event_and_past() -> None:
    rule = {
        "kind": "all",
        "rules": [
            {"kind": "field", "of": "contact", "field": "city", "op": "is", "value": "Jakarta"},
            {"kind": "did", "event": "Order placed", "negate": True},
        ],
    }
    split = block("branch", rule=rule)
    assert split.run(contact(city="Jakarta")) == Go("yes")
    assert split.run(contact(city="Bandung")) == Go("no")
    bought = contact(city="Jakarta")
    bought.counts = {"Order placed": 1}
    assert split.run(bought) == Go("no")
    assert split.reads() == (Did(event="Order placed", negate=True),)


def test_a_trigger_admits_what_its_filter_meets() -> None:
    where = {"kind": "field", "field": "total", "op": "over", "value": 500}
    trigger = block("event_trigger", event="Checkout started", where=where)
    assert isinstance(trigger, Trigger)
    assert trigger.listens_to() == ("Checkout started",)
    assert trigger.admits(event(total=640))
    assert not trigger.admits(event(total=120))
    assert trigger.run(event(total=640)) == Go()


def test_a_trigger_without_a_filter_admits_everyone() -> None:
    trigger = block("event_trigger", event="Checkout started")
    assert isinstance(trigger, Trigger)
    assert trigger.admits(Stand())


@pytest.mark.parametrize(
    ("kind", "settings", "sentence"),
    [
        ("event_trigger", {"event": "Checkout started"}, "When someone leaves a cart without paying"),
        ("event_trigger", {"event": "Order placed"}, "When someone places an order"),
        ("event_trigger", {"event": "Tea tasted"}, "When “Tea tasted” happens"),
        (
            "event_trigger",
            {"event": "Order placed", "where": {"kind": "field", "field": "total", "op": "over", "value": 500}},
            "When “Order placed” happens and total is over 500",
        ),
        ("wait", {"amount": 36, "unit": "hours"}, "Wait 1 day 12 hours"),
        ("wait", {"amount": 1, "unit": "days"}, "Wait 1 day"),
        ("wait", {"amount": 10, "unit": "days"}, "Wait 10 days"),
        ("wait", {"amount": 2, "unit": "weeks"}, "Wait 2 weeks"),
        ("wait", {"amount": 1, "unit": "months"}, "Wait 1 month"),
        ("wait_until", {}, "Wait until 09:00 where they live"),
        (
            "wait_until",
            {"time": "18:30", "weekdays": [5, 1, 2, 3, 4]},
            "Wait until 18:30 on Mon–Fri where they live",
        ),
        ("wait_until", {"weekdays": [7, 6]}, "Wait until 09:00 on Sat and Sun where they live"),
        (
            "branch",
            {"rule": {"kind": "did", "event": "Order placed"}},
            "If “Order placed” happened since entering",
        ),
        ("update_contact", {"name": "VIP"}, "Add the tag “VIP”"),
        ("update_contact", {}, "Add the tag “…”"),
        (
            "wait_for_event",
            {"event": "Review written", "key": "order_id", "where": GOOD},
            "Wait up to 3 days until “Review written” happens for the same order id where stars is at least 4",
        ),
        (
            "wait_for_event",
            {"event": "Review written", "where": GOOD},
            "Wait up to 3 days until “Review written” happens where stars is at least 4",
        ),
        (
            "issue_coupon",
            {"prefix": "TEA-", "lasts": "date", "until": "2026-12-31"},
            "Issue a code “TEA-…”, good until 31 Dec 2026",
        ),
        ("issue_coupon", {"prefix": "TEA-", "lasts": "date"}, "Issue a code “TEA-…”, good until …"),
        ("stop", {}, "The Run ends here"),
        ("stop", {"reason": "Bought in the shop"}, "Ends: Bought in the shop"),
        ("added_trigger", {}, "When someone is added"),
        ("event_trigger", {"event": "Form submitted"}, "When someone sends a form"),
    ],
)
def test_what_the_card_says(kind: str, settings: dict[str, Any], sentence: str) -> None:
    assert words("en").text(block(kind, **settings).say(NOTHING_KNOWN)) == sentence


@pytest.mark.parametrize(
    ("kind", "settings", "sentence"),
    [
        ("branch", {}, "If stars is at least 4, they go to “Yes”. Everyone else goes to “No”."),
        (
            "wait_for_event",
            {"event": "Review written", "amount": "soon"},
            "If “Review written” happens where stars is at least 4, they go to “Happened” at once. "
            "Else they go on waiting, and to “Not in time” when the time is up.",
        ),
        (
            "wait_for_event",
            {"event": "Review written", "key": "order_id"},
            "If “Review written” happens for the same order id where stars is at least 4, they go to “Happened” at once. "
            "Else they go on waiting, and to “Not in time” when the time is up.",
        ),
        ("event_trigger", {"event": "Review written"}, "Only if stars is at least 4."),
        ("quiet_trigger", {}, "Only if stars is at least 4."),
    ],
)
def test_each_block_says_what_its_rule_means(kind: str, settings: dict[str, Any], sentence: str) -> None:
    rule = TypeAdapter[Rule](Rule).validate_python(GOOD)
    assert words("en").text(KINDS[kind].explain(say_rule(rule), settings)) == sentence
