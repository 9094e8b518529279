"""9, 10, 11, 21 and 22: birthdays, friends, those who stay away, and those of whom too little is known.

Left out until it exists: browser push and messages on the site (a webhook stands in: it asks the site to show something),
tokens of browsers (a customer id stands in), opened and clicked, the referral link itself (the shop says who ordered by it).
"""

from typing import Any

import pytest
from sqlalchemy import select

from runtime.ledger.tables import contact, coupon
from runtime.people import erasure
from tests.automations.test_automations import BUDI, DEWI, NOK, SOMCHAI, did, mails
from tests.engine.stage import Stage, block, link
from tests.segments.stage import inside, publish_segment

BROWSER = "browser-1"


def of_contact(field: str, op: str, value: Any = None) -> dict[str, Any]:
    """A rule about a field of the contact."""
    return {"kind": "field", "of": "contact", "field": field, "op": op, "value": value}


def codes(stage: Stage, who: str) -> list[str]:
    """The coupon codes that a contact was given."""
    with stage.house.ledger.read(stage.shop) as tx:
        return [row.code for row in tx.all(coupon.select().where(coupon.c.contact == stage.contact(who).id))]


def test_a_birthday_code_that_was_used_is_thanked_for_and_one_that_was_not_is_reminded_of(stage: Stage) -> None:
    stage.publish(
        {
            "blocks": [
                block("birthday", "date_trigger", field="birthday", when="before", amount=7),
                block("code", "issue_coupon", prefix="CAKE", days=10),
                block("wish", "send_email", email="a"),
                block("days", "wait", amount=8, unit="days"),
                block("followup", "send_email", email="b"),
                block("used", "on_leaving", event="Coupon used"),
                block("thanks", "send_email", email="c"),
            ],
            "links": [
                *(link(a, b) for a, b in (("birthday", "code"), ("code", "wish"), ("wish", "days"))),
                *(link(a, b) for a, b in (("days", "followup"), ("used", "thanks"))),
            ],
            "exits": [{"event": "Coupon used"}],
        },
        "birthday",
    )
    for who in (DEWI, BUDI):
        stage.happens("Account created", who, fields={"birthday": "1990-12-05"})
    stage.after(days=8)
    (mine,), (other,) = codes(stage, DEWI), codes(stage, BUDI)
    assert mine != other
    stage.happens("Order placed", BUDI, total=300)
    stage.happens("Order placed", DEWI, total=300, discount_codes=[mine])
    stage.after(days=10)
    assert (mails(stage, DEWI), mails(stage, BUDI)) == (["wish", "thanks"], ["wish", "followup"])


def test_who_has_no_birthday_is_asked_until_it_is_known(stage: Stage) -> None:
    known = of_contact("birthday", "is_set")
    stage.publish(
        {
            "blocks": [
                block("joined", "event_trigger", event="Account created", where={"kind": "not", "rule": known}),
                block("form", "send_email", email="a"),
                block("week", "wait", amount=7, unit="days"),
                block("reminder", "send_email", email="b"),
                block("told", "on_leaving"),
                block("thanks", "send_email", email="c"),
            ],
            "links": [
                *(link(a, b) for a, b in (("joined", "form"), ("form", "week"), ("week", "reminder"))),
                link("told", "thanks"),
            ],
            "exits": [{"rule": known}],
            "entry": {"again": "never"},
        }
    )
    for who in (DEWI, BUDI):
        stage.happens("Account created", who)
    stage.happens("Account created", NOK, fields={"birthday": "1990-12-05"})
    stage.after(days=1)
    stage.happens("Form submitted", DEWI, fields={"birthday": "1985-03-01"}, form="birthday")
    stage.after(days=10)
    assert [mails(stage, who) for who in (DEWI, BUDI, NOK)] == [["form", "thanks"], ["form", "reminder"], []]


def test_friends_are_invited_by_the_satisfied_and_rewarded_both(stage: Stage) -> None:
    lately = {"kind": "last_days", "days": 90}
    happy = {"kind": "field", "field": "stars", "op": "at_least", "value": 4}
    sad = {"kind": "field", "field": "stars", "op": "at_most", "value": 2}
    satisfied = {
        "kind": "all",
        "rules": [
            {
                "kind": "any",
                "rules": [
                    did("Order placed", times=3, window={"kind": "ever"}),
                    did("Review written", where=happy, window={"kind": "ever"}),
                ],
            },
            did("Page seen", window={"kind": "last_days", "days": 60}),
            did("Refund asked for", negate=True, window=lately),
            did("Complaint opened", negate=True, window=lately),
            did("Review written", where=sad, negate=True, window=lately),
        ],
    }
    publish_segment(stage, "satisfied", satisfied)
    somebody_else = {"kind": "not", "rule": {"kind": "field", "field": "themselves", "op": "is_true"}}
    stage.publish(
        {
            "blocks": [
                block("happy", "segment_trigger", segment="satisfied", move="enters"),
                block("invite", "send_email", email="a"),
                block("friend", "wait_for_event", event="Friend ordered", where=somebody_else, amount=14, unit="days"),
                block("reward", "issue_coupon", prefix="FRIEND"),
                block("thanks", "send_email", email="b"),
                block("reminder", "send_email", email="c"),
            ],
            "links": [
                link("happy", "invite"),
                link("invite", "friend"),
                link("friend", "reward", "happened"),
                link("reward", "thanks"),
                link("friend", "reminder", "in_vain"),
            ],
            "entry": {"again": "after_days", "again_days": 180},
        },
        "referral",
    )
    stage.publish(
        {
            "blocks": [
                block("came", "event_trigger", event="Ordered by a friend’s link", where=somebody_else),
                block("gift", "issue_coupon", prefix="HELLO"),
                block("welcome", "send_email", email="d"),
            ],
            "links": [link("came", "gift"), link("gift", "welcome")],
            "entry": {"again": "never"},
        },
        "friends",
    )
    for who in (DEWI, BUDI, NOK, SOMCHAI):
        stage.happens("Page seen", who)
        stage.happens("Review written", who, stars=5)
    assert [mails(stage, who) for who in (DEWI, BUDI, NOK, SOMCHAI)] == [["invite"]] * 4
    sad_one = "hannah@example.com"
    stage.happens("Refund asked for", sad_one)
    for _ in range(3):
        stage.happens("Order placed", sad_one)
    stage.happens("Page seen", sad_one)
    assert mails(stage, sad_one) == []
    stage.happens("Friend ordered", DEWI)
    stage.happens("Ordered by a friend’s link", "friend@example.com")
    stage.happens("Friend ordered", BUDI, themselves=True)
    stage.happens("Ordered by a friend’s link", BUDI, themselves=True)
    stage.after(days=15)
    assert (mails(stage, DEWI), mails(stage, "friend@example.com")) == (["invite", "thanks"], ["welcome"])
    assert [len(codes(stage, who)) for who in (DEWI, "friend@example.com", BUDI)] == [1, 1, 0]
    assert mails(stage, BUDI) == ["invite", "reminder"], "who recommends the shop to themselves gets nothing for it"
    stage.after(days=76)
    stage.happens("Page seen", sad_one)
    assert mails(stage, sad_one) == ["invite"], "a refund is forgiven after a season"


@pytest.mark.parametrize("ending", ["suppress", "erase_contact"])
def test_who_does_not_come_back_is_let_go_as_the_shop_chose(stage: Stage, ending: str) -> None:
    """By segment, so that "came back" is any sign of life; history stays with "suppress" and goes with "erase"."""
    alive = did("Page seen", window={"kind": "last_days", "days": 60})
    publish_segment(
        stage,
        "lapsed",
        {"kind": "all", "rules": [did("Order placed", window={"kind": "ever"}), {**alive, "negate": True}]},
    )
    publish_segment(stage, "came back", None)
    stage.publish(
        {
            "blocks": [
                block("lapsed", "segment_trigger", segment="lapsed", move="enters"),
                block("miss", "send_email", email="a"),
                block("week", "wait", amount=7, unit="days"),
                block("last", "send_email", email="b"),
                block("days", "wait", amount=5, unit="days"),
                block("off", ending),
                block("back", "on_leaving"),
                block("thanks", "send_email", email="c"),
                block("list", "list_member", segment="came back"),
            ],
            "links": [
                *(link(a, b) for a, b in (("lapsed", "miss"), ("miss", "week"), ("week", "last"), ("last", "days"))),
                *(link(a, b) for a, b in (("days", "off"), ("back", "thanks"), ("thanks", "list"))),
            ],
            "exits": [
                {"event": "Left segment", "where": {"kind": "field", "field": "segment", "op": "is", "value": "lapsed"}}
            ],
        }
    )
    for who in (DEWI, BUDI):
        stage.arrives("Page seen", who, fields={"consent": {"email": "yes"}})
        stage.happens("Order placed", who)
    ids = {who: stage.contact(who).id for who in (DEWI, BUDI)}
    stage.after(days=61)
    assert mails(stage, DEWI) == mails(stage, BUDI) == ["miss"]
    stage.happens("Page seen", BUDI)
    stage.after(days=13)
    assert mails(stage, BUDI) == ["miss", "thanks"]
    assert inside(stage, "came back") == [BUDI]
    if ending == "suppress":
        assert mails(stage, DEWI) == ["miss", "last"]
        publish_segment(stage, "reachable", {"kind": "reachable", "channel": "email"})
        stage.work()
        assert inside(stage, "reachable") == [BUDI]
    else:
        while erasure.work(stage.house):
            pass
        with stage.house.ledger.read(stage.shop) as tx:
            assert [row.id for row in tx.all(select(contact.c.id))] == [ids[BUDI]]


def test_a_visitor_is_asked_for_an_address_and_welcomed_with_their_past(stage: Stage) -> None:
    known = of_contact("email", "is_set")
    three_views = did("Product viewed", times=3, window={"kind": "last_days", "days": 30})
    asks = {"url": "https://doileaf.example/show", "body": "everything"}
    stage.publish(
        {
            "blocks": [
                block(
                    "third",
                    "event_trigger",
                    event="Product viewed",
                    where={"kind": "all", "rules": [three_views, {"kind": "not", "rule": known}]},
                ),
                block("show", "webhook", **asks),
                block("week", "wait", amount=7, unit="days"),
                block("once-more", "webhook", **asks),
                block("days", "wait", amount=7, unit="days"),
                block("given", "on_leaving"),
                block("code", "issue_coupon", prefix="FIRST"),
                block("welcome", "send_email", email="a"),
            ],
            "links": [
                *(link(a, b) for a, b in (("third", "show"), ("show", "week"), ("week", "once-more"))),
                *(link(a, b) for a, b in (("once-more", "days"), ("given", "code"), ("code", "welcome"))),
            ],
            "exits": [{"rule": known}],
            "entry": {"again": "never"},
        }
    )
    publish_segment(stage, "viewers", did("Product viewed", times=3, window={"kind": "ever"}))
    anonymous = [{"email": None, "customer_id": f"browser-{number}"} for number in (1, 2)]
    for visit in range(3):
        for number, fields in enumerate(anonymous, 1):
            assert stage.messages(f"browser-{number}") == [] if visit else True
            stage.happens("Product viewed", f"browser-{number}", fields=fields)
    assert [name for name, _ in stage.messages(BROWSER)] == ["show"]
    stage.after(days=1)
    stage.happens("Form submitted", DEWI, fields={"customer_id": BROWSER}, form="first order")
    assert stage.contact(DEWI).id == stage.contact(BROWSER).id
    assert inside(stage, "viewers") == [DEWI], "what they looked at before is theirs"
    assert [name for name, _ in stage.messages(DEWI)] == ["show", "welcome"]
    assert len(codes(stage, DEWI)) == 1
    stage.after(days=20)
    assert [name for name, _ in stage.messages(DEWI)] == ["show", "welcome"]
    assert [name for name, _ in stage.messages("browser-2")] == ["show", "once-more"]


def test_the_other_way_to_reach_them_is_asked_for_whichever_is_missing(stage: Stage) -> None:
    phone, email = of_contact("phone", "is_set"), of_contact("email", "is_set")
    both = {"kind": "all", "rules": [phone, email]}
    stage.publish(
        {
            "blocks": [
                block("joined", "event_trigger", event="Account created", where={"kind": "not", "rule": both}),
                block("which", "branch", rule=email),
                block("form", "send_email", email="a"),
                block("text", "update_contact", change="add_tag", name="ask by SMS"),
                block("week", "wait", amount=7, unit="days"),
                block("still", "branch", rule=email),
                block("reminder", "send_email", email="b"),
                block("filled", "on_leaving"),
                block("thanks", "send_email", email="c"),
            ],
            "links": [
                link("joined", "which"),
                link("which", "form", "yes"),
                link("which", "text", "no"),
                *(link(a, "week") for a in ("form", "text")),
                link("week", "still"),
                link("still", "reminder", "yes"),
                link("filled", "thanks"),
            ],
            "exits": [{"rule": both}],
            "entry": {"again": "never"},
        }
    )
    number = "+66812345678"
    stage.happens("Account created", DEWI)
    stage.happens("Account created", number, fields={"email": None, "phone": number})
    stage.happens("Account created", NOK, fields={"phone": "+66812345679"})
    stage.after(days=2)
    stage.happens("Page seen", BUDI, fields={"phone": number})
    assert stage.contact(BUDI).id == stage.contact(number).id
    stage.after(days=8)
    assert [mails(stage, who) for who in (DEWI, BUDI, NOK)] == [["form", "reminder"], ["thanks"], []]
    assert stage.contact(BUDI).tags == ["ask by SMS"]
