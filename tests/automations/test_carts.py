"""2, 3 and 13: what shops want to do about carts and orders, beyond the plain reminders.

Left out until it exists: the ads audience itself (a list stands in for it), the winner of an A/B test, and what stands in
the e-mails.
"""

from sqlalchemy import select

from runtime.ledger.tables import coupon, event
from tests.automations.test_automations import BUDI, DEWI, NOK, mails
from tests.engine.stage import Stage, block, in_a_row, link
from tests.segments.stage import inside, publish_segment


def shipped_to(*countries: str) -> dict[str, object]:
    """A rule: the cart is to be shipped to one of these."""
    return {"kind": "field", "field": "shipping_country", "op": "is", "value": list(countries)}


def series() -> dict[str, object]:
    """Three e-mails: the first in two variants, the second by country, the third with a code that is good until tomorrow.
    Who is in it is in the audience; who orders is not any more, and is thanked."""
    arms = [{"id": "plain", "name": "Plain", "weight": 1}, {"id": "warm", "name": "Warm", "weight": 1}]
    ways = [
        {"id": "near", "name": "Promptpay", "rule": shipped_to("TH")},
        {"id": "over", "name": "QRIS", "rule": shipped_to("ID")},
    ]
    return {
        "blocks": [
            block("cart", "event_trigger", event="Checkout started"),
            block("audience", "list_member", segment="left-a-cart"),
            block("hour", "wait", amount=1, unit="hours"),
            block("test", "experiment", arms=arms),
            block("mail-plain", "send_email", email="a"),
            block("mail-warm", "send_email", email="b"),
            block("day", "wait", amount=24, unit="hours", since="entering"),
            block("country", "many_ways", ways=ways),
            block("promptpay", "send_email", email="c"),
            block("qris", "send_email", email="d"),
            block("card", "send_email", email="e"),
            block("two-days", "wait", amount=48, unit="hours", since="entering"),
            block("code", "issue_coupon", prefix="TEA", days=1),
            block("incentive", "send_email", email="f"),
            block("ordered", "on_leaving", event="Order placed"),
            block("thanks", "send_email", email="g"),
            block("out", "list_member", change="take_off", segment="left-a-cart"),
        ],
        "links": [
            *(link(a, b) for a, b in (("cart", "audience"), ("audience", "hour"), ("hour", "test"))),
            *(link("test", f"mail-{arm}", arm) for arm in ("plain", "warm")),
            *(link(f"mail-{arm}", "day") for arm in ("plain", "warm")),
            link("day", "country"),
            link("country", "promptpay", "near"),
            link("country", "qris", "over"),
            link("country", "card", "everyone_else"),
            *(link(a, "two-days") for a in ("promptpay", "qris", "card")),
            *(link(a, b) for a, b in (("two-days", "code"), ("code", "incentive"))),
            *(link(a, b) for a, b in (("ordered", "thanks"), ("thanks", "out"))),
        ],
        "exits": [{"event": "Order placed", "key": "checkout_token"}],
        "entry": {"key": "checkout_token", "newest_wins": True},
    }


def test_a_cart_in_two_variants_by_country_with_a_code_and_an_audience(stage: Stage) -> None:
    publish_segment(stage, "left-a-cart", None)
    stage.publish(series())
    shoppers = [f"c{number}@example.com" for number in range(12)]
    for who in shoppers:
        stage.arrives("Checkout started", who, checkout_token=who, shipping_country="TH")
    stage.arrives("Checkout started", DEWI, checkout_token="d", shipping_country="ID")
    stage.arrives("Checkout started", BUDI, checkout_token="b", shipping_country="US")
    stage.after(hours=1)
    first = {who: mails(stage, who) for who in shoppers}
    assert {name for names in first.values() for name in names} == {"mail-plain", "mail-warm"}
    assert all(len(names) == 1 for names in first.values())
    assert len(inside(stage, "left-a-cart")) == 14
    stage.after(hours=24)
    stage.happens("Order placed", BUDI, checkout_token="b")
    assert mails(stage, shoppers[0])[1:] == ["promptpay"]
    assert mails(stage, DEWI)[1:] == ["qris"]
    assert mails(stage, BUDI)[1:] == ["card", "thanks"]
    assert BUDI not in inside(stage, "left-a-cart")
    stage.after(hours=24)
    assert mails(stage, DEWI)[2:] == ["incentive"]
    with stage.house.ledger.read(stage.shop) as tx:
        codes = {row.contact: row for row in tx.all(coupon.select())}
    assert len({one.code for one in codes.values()}) == 13, "each has a code of their own, but Budi, who ordered"
    code = codes[stage.contact(DEWI).id].code
    assert code.startswith("TEA")
    stage.happens("Order placed", DEWI, checkout_token="d", discount_codes=[code])
    with stage.house.ledger.read(stage.shop) as tx:
        used = tx.all(select(event.c.contact).where(event.c.name == "Coupon used"))
    assert [row.contact for row in used] == [stage.contact(DEWI).id]


def test_a_newer_cart_of_the_same_person_gets_the_same_variant(stage: Stage) -> None:
    publish_segment(stage, "left-a-cart", None)
    stage.publish(series())
    for number in range(3):
        stage.happens("Checkout started", DEWI, checkout_token=f"c{number}")
        stage.after(hours=3)
    assert len(set(mails(stage, DEWI))) == 1
    assert [state for _, state in stage.runs(DEWI)] == ["replaced", "replaced", "open"]


def test_one_digest_a_day_of_what_was_left_and_none_of_nothing(stage: Stage) -> None:
    """Each cart waits for the evening by itself, and leaves when it is ordered; what is left then asks for the digest,
    which a person gets once a day. What stands in it is left to the e-mail."""
    stage.publish(
        {
            **in_a_row(
                block("cart", "event_trigger", event="Checkout started"),
                block("evening", "wait_until", time="18:00"),
                block("left", "emit_event", event="Cart left behind"),
            ),
            "exits": [{"event": "Order placed", "key": "checkout_token"}],
            "entry": {"key": "checkout_token", "again": "once_each"},
        },
        "carts",
    )
    stage.publish(
        {
            **in_a_row(
                block("some", "event_trigger", event="Cart left behind"), block("digest", "send_email", email="a")
            ),
            "entry": {"again": "after_days", "again_days": 1},
        },
        "digest",
    )
    for who in (DEWI, BUDI, NOK):
        stage.happens("Checkout started", who, checkout_token=f"{who}-1")
        stage.after(minutes=10)
        stage.happens("Checkout started", who, checkout_token=f"{who}-2")
    stage.happens("Order placed", BUDI, checkout_token=f"{BUDI}-1")
    for number in (1, 2):
        stage.happens("Order placed", NOK, checkout_token=f"{NOK}-{number}")
    stage.after(hours=1, minutes=29)  # 17:59 in Bangkok
    assert stage.messages() == []
    stage.after(minutes=2)
    assert [mails(stage, who) for who in (DEWI, BUDI, NOK)] == [["digest"], ["digest"], []]
    stage.happens("Checkout started", DEWI, checkout_token="another")
    stage.after(days=1)
    assert [mails(stage, who) for who in (DEWI, BUDI, NOK)] == [["digest", "digest"], ["digest"], []]


def test_a_cart_that_is_ordered_twice_within_a_quarter_of_an_hour_is_told_to_the_team(stage: Stage) -> None:
    stage.publish(
        {
            "blocks": [
                block("order", "event_trigger", event="Order placed"),
                block("again", "wait_for_event", event="Order placed", key="checkout_token", amount=15, unit="minutes"),
                block("tell", "notify_team", subject="Ordered twice?"),
            ],
            "links": [link("order", "again"), link("again", "tell", "happened")],
            "entry": {"key": "checkout_token"},
        }
    )
    for who, minutes in ((DEWI, 5), (BUDI, 20)):
        stage.happens("Order placed", who, checkout_token=who, order_id=1)
        stage.after(minutes=minutes)
        stage.happens("Order placed", who, checkout_token=f"{who}-other", order_id=2)
        stage.happens("Order placed", who, checkout_token=who, order_id=3)
        stage.after(hours=1)
    assert (mails(stage, DEWI), mails(stage, BUDI)) == (["tell"], [])
