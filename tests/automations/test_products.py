"""1, 4, 5 and 7: what somebody looks at, buys, and thinks of it.

Left out until it exists: browser push (who has no e-mail address goes the way on which it will stand), the ads audience
itself (a list stands in for it), and the products within the e-mails.
"""

from typing import Any

from tests.automations.test_automations import BUDI, DEWI, NOK, SOMCHAI, did, mails
from tests.engine.stage import Stage, block, link
from tests.segments.stage import inside, publish_segment

PHONE_ONLY = "+66812345678"


def bought(*products: str) -> dict[str, Any]:
    """A rule of an order: one of these is in it."""
    return {"kind": "field", "field": "items[].product_id", "op": "is", "value": list(products)}


def test_who_browsed_is_in_the_audience_until_they_buy(stage: Stage) -> None:
    publish_segment(stage, "browsers", None)
    stage.publish(
        {
            "blocks": [
                block("viewed", "event_trigger", event="Product viewed"),
                block("half", "wait", amount=30, unit="minutes"),
                block("channel", "by_channel", first="email", then="none"),
                block("seen", "send_email", email="a"),
                block("day", "wait", amount=1, unit="days"),
                block("again", "send_email", email="b"),
                block("in", "list_member", segment="browsers"),
                block("bye", "on_leaving", event="Order placed"),
                block("thanks", "send_email", email="c"),
                block("out", "list_member", change="take_off", segment="browsers"),
                block("stay", "wait", amount=30, unit="days"),
            ],
            "links": [
                *(link(a, b) for a, b in (("viewed", "half"), ("half", "channel"))),
                *(link("channel", to, way) for to, way in (("seen", "email"), ("in", "nobody"))),
                *(link(a, b) for a, b in (("seen", "day"), ("day", "again"), ("again", "in"), ("in", "stay"))),
                *(link(a, b) for a, b in (("bye", "thanks"), ("thanks", "out"))),
            ],
            "exits": [{"event": "Order placed"}, {"event": "Added to cart"}],
        }
    )
    for who in (DEWI, BUDI, NOK):
        stage.happens("Product viewed", who, fields={"consent": {"email": "yes"}})
    stage.happens("Product viewed", PHONE_ONLY, fields={"email": None, "phone": PHONE_ONLY})
    stage.after(hours=1)
    stage.happens("Added to cart", NOK)
    stage.after(days=2)
    assert inside(stage, "browsers") == sorted((BUDI, DEWI))
    assert stage.steps(PHONE_ONLY)[-2:] == [("in", "next", None), ("stay", "", "waits")], (
        "nothing to write to them by yet"
    )
    stage.happens("Order placed", BUDI)
    assert inside(stage, "browsers") == [DEWI]
    assert [mails(stage, who) for who in (DEWI, BUDI, NOK)] == [
        ["seen", "again"],
        ["seen", "again", "thanks"],
        ["seen"],
    ]


def test_up_sell_of_a_smaller_tin_is_for_who_has_no_cart_and_ends_with_the_larger_one(stage: Stage) -> None:
    small = {"kind": "field", "field": "product_id", "op": "is", "value": "tin-50g"}
    no_cart = did("Checkout started", window={"kind": "last_days", "days": 1}, negate=True)
    where = {"kind": "all", "rules": [small, no_cart]}
    stage.publish(
        {
            "blocks": [
                block("viewed", "event_trigger", event="Product viewed", where=where),
                block("cart", "event_trigger", event="Added to cart", where=where),
                block("minutes", "wait", amount=10, unit="minutes"),
                block("better", "send_email", email="a"),
                block("days", "wait", amount=2, unit="days"),
                block("reminder", "send_email", email="b"),
                block("bigger", "on_leaving", event="Bought the better one"),
                block("week", "wait", amount=7, unit="days"),
                block("review", "send_email", email="c"),
            ],
            "links": [
                *(link(a, "minutes") for a in ("viewed", "cart")),
                *(link(a, b) for a, b in (("minutes", "better"), ("better", "days"), ("days", "reminder"))),
                *(link(a, b) for a, b in (("bigger", "week"), ("week", "review"))),
            ],
            "exits": [
                {"event": "Order placed", "where": bought("tin-100g", "tin-250g"), "name": "Bought the better one"},
                {"event": "Checkout started"},
            ],
            "entry": {"again": "after_days", "again_days": 30},
        }
    )
    stage.happens("Checkout started", SOMCHAI)  # hears of better ones in the e-mail about the cart
    for who in (DEWI, BUDI, NOK, SOMCHAI):
        stage.happens("Product viewed", who, product_id="tin-50g")
        stage.happens("Added to cart", who, product_id="tin-50g")
    stage.after(minutes=11)
    assert [mails(stage, who) for who in (DEWI, BUDI, NOK, SOMCHAI)] == [["better"], ["better"], ["better"], []]
    stage.happens("Order placed", BUDI, items=[{"product_id": "tin-250g"}])
    stage.happens("Order placed", NOK, items=[{"product_id": "tin-50g"}])
    stage.after(days=8)
    assert mails(stage, DEWI) == ["better", "reminder"]
    assert mails(stage, BUDI) == ["better", "review"]
    assert mails(stage, NOK) == ["better", "reminder"], "the small one was not what it was about"


def test_cross_sell_asks_for_a_review_of_what_goes_with_it_and_of_nothing_else(stage: Stage) -> None:
    stage.publish(
        {
            "blocks": [
                block("order", "event_trigger", event="Order placed", where=bought("teapot")),
                block("hours", "wait", amount=3, unit="hours"),
                block("thanks", "send_email", email="a"),
                block("second", "wait_for_event", event="Order placed", where=bought("cups", "tray"), amount=2),
                block("days", "wait", amount=3, unit="days"),
                block("review", "send_email", email="b"),
                block("followup", "send_email", email="c"),
            ],
            "links": [
                *(link(a, b) for a, b in (("order", "hours"), ("hours", "thanks"), ("thanks", "second"))),
                link("second", "days", "happened"),
                link("second", "followup", "in_vain"),
                link("days", "review"),
            ],
        }
    )
    for who in (DEWI, BUDI):
        stage.happens("Order placed", who, items=[{"product_id": "teapot"}])
    stage.happens("Order placed", NOK, items=[{"product_id": "cups"}])
    stage.after(days=1)
    stage.happens("Order placed", DEWI, items=[{"product_id": "sencha"}, {"product_id": "cups"}])
    stage.happens("Order placed", BUDI, items=[{"product_id": "sencha"}])
    stage.after(days=4)
    assert [mails(stage, who) for who in (DEWI, BUDI, NOK)] == [["thanks", "review"], ["thanks", "followup"], []]


def test_a_review_ends_the_asking_at_any_time_and_a_bad_one_is_told_to_the_team(stage: Stage) -> None:
    def stars(op: str, value: int) -> dict[str, Any]:
        return {"kind": "field", "field": "stars", "op": op, "value": value}

    stage.publish(
        {
            "blocks": [
                block("delivered", "event_trigger", event="Order delivered"),
                block("days", "wait", amount=10, unit="days"),
                block("ask", "send_email", email="a"),
                block("more", "wait", amount=7, unit="days"),
                block("channel", "by_channel", first="email", then="sms"),
                block("reminder", "send_email", email="b"),
                block("call", "update_contact", change="add_tag", name="ask by phone"),
                block("praised", "on_leaving", event="praised"),
                block("thanks", "send_email", email="c"),
                block("blamed", "on_leaving", event="blamed"),
                block("tell", "notify_team", subject="Somebody is not happy"),
                block("remedy", "send_email", email="d"),
            ],
            "links": [
                *(
                    link(a, b)
                    for a, b in (("delivered", "days"), ("days", "ask"), ("ask", "more"), ("more", "channel"))
                ),
                *(link("channel", to, way) for to, way in (("reminder", "email"), ("call", "sms"))),
                *(link(a, b) for a, b in (("praised", "thanks"), ("blamed", "tell"), ("tell", "remedy"))),
            ],
            "exits": [
                {"event": "Review written", "where": stars("at_least", 4), "key": "order_id", "name": "praised"},
                {"event": "Review written", "where": stars("at_most", 3), "key": "order_id", "name": "blamed"},
            ],
            "entry": {"key": "order_id", "again": "once_each"},
        }
    )
    yes = {"consent": {"email": "yes"}}
    for number, who in enumerate((DEWI, BUDI, NOK)):
        stage.happens("Order delivered", who, order_id=number, fields=yes)
    stage.after(days=3)
    stage.happens("Review written", DEWI, order_id=0, stars=5)
    stage.after(days=8)
    stage.happens("Review written", BUDI, order_id=1, stars=1)
    stage.happens("Review written", BUDI, order_id=1, stars=1)
    stage.after(days=20)
    assert mails(stage, DEWI) == ["thanks"], "who has written already is not asked"
    assert mails(stage, BUDI) == ["ask", "tell", "remedy"]
    assert mails(stage, NOK) == ["ask", "reminder"]
