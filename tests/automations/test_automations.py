"""What shops ask for, row by row: who gets which message when, as far as entries, waits, splits and exits decide it.

Each flow is drawn as a marketer would draw it; messages are named after the block that sends them.
"""

from typing import Any

from tests.engine.stage import Stage, block, cart_flow, in_a_row, link

DEWI, BUDI, NOK, SOMCHAI = "dewi@example.com", "budi@example.com", "nok@example.com", "somchai@example.com"


def mails(stage: Stage, who: str) -> list[str]:
    """The messages to a contact that were not cancelled, in order."""
    return [name for name, state in stage.messages(who) if state != "cancelled"]


def did(event: str, **more: Any) -> dict[str, Any]:
    """A rule: it happened."""
    return {"kind": "did", "event": event, **more}


# ---- carts and orders


def test_cart_abandonment_three_mails_counted_from_entering_and_thanks_for_who_orders(stage: Stage) -> None:
    flow: dict[str, Any] = {
        "blocks": [
            block("cart", "event_trigger", event="Checkout started"),
            block("1 h", "wait", amount=1, unit="hours"),
            block("reminder", "send_email", email="a"),
            block("24 h", "wait", amount=24, unit="hours", since="entering"),
            block("concerns", "send_email", email="b"),
            block("48 h", "wait", amount=48, unit="hours", since="entering"),
            block("incentive", "send_email", email="c"),
            block("ordered", "on_leaving", event="Order placed"),
            block("thanks", "send_email", email="d"),
        ],
        "links": [
            *(link(a, b) for a, b in (("cart", "1h"), ("1h", "reminder"), ("reminder", "24h"), ("24h", "concerns"))),
            *(link(a, b) for a, b in (("concerns", "48h"), ("48h", "incentive"), ("ordered", "thanks"))),
        ],
        "exits": [{"event": "Order placed", "key": "checkout_token"}],
        "entry": {"key": "checkout_token", "newest_wins": True},
    }
    for one in flow["blocks"]:
        one["id"] = one["id"].replace(" ", "")
    stage.publish(flow)
    stage.happens("Checkout started", DEWI, checkout_token="c1")
    stage.happens("Checkout started", BUDI, checkout_token="c2")
    stage.after(hours=25)
    stage.happens("Order placed", BUDI, checkout_token="c2")
    stage.after(hours=24)
    assert mails(stage, DEWI) == ["reminder", "concerns", "incentive"]
    assert mails(stage, BUDI) == ["reminder", "concerns", "thanks"]


def test_a_newer_cart_replaces_the_older_never_two_series_at_once(stage: Stage) -> None:
    stage.publish(cart_flow())
    stage.happens("Checkout started", DEWI, checkout_token="c1")
    stage.after(hours=2)
    stage.happens("Checkout started", DEWI, checkout_token="c2")
    stage.after(days=3)
    assert [state for _, state in stage.runs(DEWI)] == ["replaced", "ended"]


def test_browse_abandonment_more_than_a_minute_or_a_second_visit(stage: Stage) -> None:
    long_or_twice = {
        "kind": "any",
        "rules": [
            {"kind": "field", "field": "seconds", "op": "over", "value": 60},
            did("Product viewed", times=2, window={"kind": "last_days", "days": 30}),
        ],
    }
    stage.publish(
        {
            **in_a_row(
                block("viewed", "event_trigger", event="Product viewed", where=long_or_twice),
                block("half", "wait", amount=30, unit="minutes"),
                block("seen", "send_email", email="a"),
                block("day", "wait", amount=1, unit="days"),
                block("again", "send_email", email="b"),
            ),
            "exits": [{"event": "Order placed"}, {"event": "Added to cart"}],
        }
    )
    stage.happens("Product viewed", DEWI, seconds=75)
    stage.happens("Product viewed", BUDI, seconds=20)
    stage.happens("Product viewed", NOK, seconds=90)
    stage.after(minutes=10)
    stage.happens("Added to cart", NOK)
    stage.after(minutes=30)
    assert [mails(stage, who) for who in (DEWI, BUDI, NOK)] == [["seen"], [], []]
    stage.happens("Product viewed", BUDI, seconds=20)
    stage.after(days=2)
    assert [mails(stage, who) for who in (DEWI, BUDI, NOK)] == [["seen", "again"], ["seen", "again"], []]


def test_cross_sell_a_second_order_is_followed_by_its_review_else_one_follow_up(stage: Stage) -> None:
    stage.publish(
        {
            "blocks": [
                block("order", "event_trigger", event="Order placed"),
                block("hours", "wait", amount=3, unit="hours"),
                block("thanks", "send_email", email="a"),
                block("second", "wait_for_event", event="Order placed", amount=2, unit="days"),
                block("days", "wait", amount=3, unit="days"),
                block("review", "send_email", email="b"),
                block("followup", "send_email", email="c"),
            ],
            "links": [
                link("order", "hours"),
                link("hours", "thanks"),
                link("thanks", "second"),
                link("second", "days", "happened"),
                link("second", "followup", "in_vain"),
                link("days", "review"),
            ],
            "entry": {"again": "after_days", "again_days": 30, "key": "series"},
        }
    )
    stage.happens("Order placed", DEWI)
    stage.happens("Order placed", BUDI)
    stage.after(days=1)
    stage.happens("Order placed", DEWI)
    stage.after(days=1, hours=4)
    assert mails(stage, BUDI) == ["thanks", "followup"]
    assert mails(stage, DEWI) == ["thanks"]
    stage.after(days=2)
    assert mails(stage, DEWI) == ["thanks", "review"]


def test_order_confirmation_once_an_order_however_often_the_shop_tells(stage: Stage) -> None:
    stage.publish(
        {
            **in_a_row(
                block("order", "event_trigger", event="Order placed"), block("confirmation", "send_email", email="a")
            ),
            "entry": {"key": "order_id", "again": "once_each"},
        },
        marketing=False,
    )
    for order in (1, 1, 2, 1):
        stage.happens("Order placed", DEWI, order_id=order)
        stage.after(days=1)
    assert mails(stage, DEWI) == ["confirmation", "confirmation"]


def test_shipping_updates_each_at_once(stage: Stage) -> None:
    steps = ("shipped", "out for delivery", "delivered")
    for step in steps:
        stage.publish(
            {
                **in_a_row(
                    block("told", "event_trigger", event=f"Order {step}"),
                    block(step.replace(" ", "-"), "send_email", email=step),
                ),
                "entry": {"key": "order_id", "again": "once_each"},
            },
            step.replace(" ", "-"),
            marketing=False,
        )
    for step in (*steps, "delivered"):
        stage.happens(f"Order {step}", DEWI, order_id=7)
    assert mails(stage, DEWI) == ["shipped", "out-for-delivery", "delivered"]


def test_product_review_by_kind_of_goods_and_by_what_they_think(stage: Stage) -> None:
    hard = {"kind": "field", "field": "items[].kind", "op": "is", "value": "hard"}
    good = {"kind": "field", "field": "stars", "op": "at_least", "value": 4}
    stage.publish(
        {
            "blocks": [
                block("delivered", "event_trigger", event="Order delivered"),
                block("kind", "branch", rule=hard),
                block("soft", "wait", amount=10, unit="days"),
                block("hard", "wait", amount=21, unit="days"),
                block("ask", "send_email", email="a"),
                block("praise", "wait_for_event", event="Review written", where=good, key="order_id", amount=7),
                block("thanks", "send_email", email="b"),
                block("blame", "branch", rule=did("Review written")),
                block("remedy", "send_email", email="c"),
                block("reminder", "send_email", email="d"),
            ],
            "links": [
                link("delivered", "kind"),
                link("kind", "hard", "yes"),
                link("kind", "soft", "no"),
                link("soft", "ask"),
                link("hard", "ask"),
                link("ask", "praise"),
                link("praise", "thanks", "happened"),
                link("praise", "blame", "in_vain"),
                link("blame", "remedy", "yes"),
                link("blame", "reminder", "no"),
            ],
            "entry": {"key": "order_id", "again": "once_each"},
        }
    )
    stage.happens("Order delivered", DEWI, order_id=1, items=[{"kind": "soft"}])
    stage.happens("Order delivered", BUDI, order_id=2, items=[{"kind": "soft"}, {"kind": "hard"}])
    stage.happens("Order delivered", NOK, order_id=3, items=[{"kind": "soft"}])
    stage.after(days=11)
    assert [mails(stage, who) for who in (DEWI, BUDI, NOK)] == [["ask"], [], ["ask"]]
    stage.happens("Review written", DEWI, order_id=1, stars=5)
    stage.happens("Review written", NOK, order_id=3, stars=2)
    stage.after(days=20)
    assert mails(stage, DEWI) == ["ask", "thanks"]
    assert mails(stage, NOK) == ["ask", "remedy"]
    assert mails(stage, BUDI) == ["ask", "reminder"], "of a mixed order the longest wait counts"


def test_post_purchase_thanks_some_hours_later_and_feedback_at_a_good_hour(stage: Stage) -> None:
    stage.publish(
        {
            **in_a_row(
                block("order", "event_trigger", event="Order placed"),
                block("hours", "wait", amount=4, unit="hours"),
                block("thanks", "send_email", email="a"),
                block("week", "wait", amount=7, unit="days", at="10:00"),
                block("feedback", "send_email", email="b"),
            ),
            "entry": {"key": "order_id"},
        }
    )
    stage.happens("Order placed", DEWI, order_id=1)
    stage.after(hours=4)
    assert mails(stage, DEWI) == ["thanks"]
    stage.after(days=6, hours=13, minutes=59)
    assert mails(stage, DEWI) == ["thanks"]
    stage.after(minutes=1)  # 28 November, 10:00 in Bangkok
    assert mails(stage, DEWI) == ["thanks", "feedback"]


# ---- people


def test_welcome_once_and_by_what_they_do(stage: Stage) -> None:
    stage.publish(
        {
            "blocks": [
                block("account", "event_trigger", event="Account created"),
                block("newsletter", "event_trigger", event="Newsletter joined"),
                block("welcome", "send_email", email="a"),
                block("days", "wait", amount=3, unit="days"),
                block("ordered", "branch", rule=did("Order placed")),
                block("better", "send_email", email="b"),
            ],
            "links": [
                link("account", "welcome"),
                link("newsletter", "welcome"),
                link("welcome", "days"),
                link("days", "ordered"),
                link("ordered", "better", "no"),
            ],
            "entry": {"again": "never"},
        }
    )
    stage.happens("Account created", DEWI)
    stage.happens("Newsletter joined", DEWI)
    stage.happens("Newsletter joined", BUDI)
    assert mails(stage, DEWI) == ["welcome"], "account and newsletter: welcomed once"
    stage.after(days=1)
    stage.happens("Order placed", BUDI)
    stage.after(days=5)
    assert mails(stage, DEWI) == ["welcome", "better"]
    assert mails(stage, BUDI) == ["welcome"]


def test_birthday_a_code_with_a_deadline_and_one_follow_up_for_who_did_not_use_it(stage: Stage) -> None:
    stage.publish(
        {
            "blocks": [
                block("birthday", "date_trigger", field="birthday", when="before", amount=7),
                block("wish", "send_email", email="a"),
                block("used", "wait_for_event", event="Order placed", amount=5, unit="days"),
                block("thanks", "send_email", email="b"),
                block("followup", "send_email", email="c"),
            ],
            "links": [
                link("birthday", "wish"),
                link("wish", "used"),
                link("used", "thanks", "happened"),
                link("used", "followup", "in_vain"),
            ],
        }
    )
    stage.happens("Account created", DEWI, fields={"birthday": "1990-12-05"})
    stage.happens("Account created", BUDI, fields={"birthday": "2000-02-29"})
    stage.happens("Account created", NOK)
    stage.after(days=15)
    assert mails(stage, DEWI) == ["wish", "followup"]
    stage.after(days=80)  # past 21 February 2027, a week before the 28th
    stage.happens("Order placed", BUDI)
    assert mails(stage, BUDI) == ["wish", "thanks"]
    assert mails(stage, NOK) == []


def test_win_back_ends_with_leaving_the_marketing_list(stage: Stage) -> None:
    stage.publish(
        {
            "blocks": [
                block("lapsed", "quiet_trigger", event="Order placed", amount=90),
                block("miss", "send_email", email="a"),
                block("week", "wait", amount=7, unit="days"),
                block("reminder", "send_email", email="b"),
                block("week2", "wait", amount=7, unit="days"),
                block("last", "send_email", email="c"),
                block("days", "wait", amount=5, unit="days"),
                block("off", "unsubscribe"),
                block("back", "on_leaving", event="Order placed"),
                block("thanks", "send_email", email="d"),
                block("returned", "update_contact", change="add_tag", name="returned"),
            ],
            "links": [
                *(link(a, b) for a, b in (("lapsed", "miss"), ("miss", "week"), ("week", "reminder"))),
                *(link(a, b) for a, b in (("reminder", "week2"), ("week2", "last"), ("last", "days"), ("days", "off"))),
                *(link(a, b) for a, b in (("back", "thanks"), ("thanks", "returned"))),
            ],
            "exits": [{"event": "Order placed"}],
        }
    )
    for who in (DEWI, BUDI):
        stage.happens("Order placed", who, fields={"consent": {"email": "yes"}})
    stage.after(days=92)
    stage.happens("Order placed", BUDI)
    stage.after(days=25)
    assert mails(stage, DEWI) == ["miss", "reminder", "last"]
    assert ("off", "next", None) in stage.steps(DEWI)
    assert mails(stage, BUDI) == ["miss", "thanks"]
    assert "returned" in stage.contact(BUDI).tags


def test_re_engage_those_who_bought_and_those_who_never_did(stage: Stage) -> None:
    bought = did("Order placed", window={"kind": "ever"})
    for slug, rule in (("customer", bought), ("prospect", {**bought, "negate": True})):
        stage.publish(
            {
                **in_a_row(
                    block("quiet", "quiet_trigger", event="", amount=35, where=rule),
                    block(f"{slug}-offer", "send_email", email="a"),
                    block("days", "wait", amount=4, unit="days"),
                    block(f"{slug}-last", "send_email", email="b"),
                ),
                "exits": [{"event": "Order placed"}, {"event": "Product viewed"}],
            },
            slug,
        )
    stage.happens("Account created", DEWI)
    stage.happens("Order placed", BUDI)
    stage.happens("Account created", NOK)
    stage.after(days=36)
    stage.happens("Product viewed", NOK)
    stage.after(days=5)
    assert mails(stage, DEWI) == ["prospect-offer", "prospect-last"]
    assert mails(stage, BUDI) == ["customer-offer", "customer-last"]
    assert mails(stage, NOK) == ["prospect-offer"], "activity of any kind ends it"


def test_recommendations_only_for_who_viewed_and_did_not_buy_for_a_day(stage: Stage) -> None:
    stage.publish(
        {
            "blocks": [
                block("viewed", "event_trigger", event="Product viewed"),
                block("bought", "wait_for_event", event="Order placed", amount=1, unit="days"),
                block("similar", "send_email", email="a"),
            ],
            "links": [link("viewed", "bought"), link("bought", "similar", "in_vain")],
        }
    )
    stage.happens("Product viewed", DEWI)
    stage.happens("Product viewed", BUDI)
    stage.happens("Order placed", BUDI)
    stage.after(days=1)
    assert (mails(stage, DEWI), mails(stage, BUDI)) == (["similar"], [])


def test_after_order_tips_one_after_the_other(stage: Stage) -> None:
    stage.publish(
        {
            **in_a_row(
                block("order", "event_trigger", event="Order completed"),
                block("thanks", "send_email", email="a"),
                block("days", "wait", amount=3, unit="days"),
                block("related", "send_email", email="b"),
                block("week", "wait", amount=7, unit="days"),
                block("tips", "send_email", email="c"),
            ),
            "entry": {"key": "order_id", "again": "once_each"},
        }
    )
    stage.happens("Order completed", DEWI, order_id=1)
    stage.after(days=11)
    assert mails(stage, DEWI) == ["thanks", "related", "tips"]


def test_complete_the_contact_asks_for_the_phone_and_once_more(stage: Stage) -> None:
    no_phone = {"kind": "field", "of": "contact", "field": "phone", "op": "is_not_set"}
    stage.publish(
        {
            **in_a_row(
                block("joined", "event_trigger", event="Account created", where=no_phone),
                block("form", "send_email", email="a"),
                block("week", "wait", amount=7, unit="days"),
                block("reminder", "send_email", email="b"),
                block("bye", "on_leaving"),
                block("thanks", "send_email", email="c"),
            ),
            "links": [
                *(
                    link(a, b)
                    for a, b in (("joined", "form"), ("form", "week"), ("week", "reminder"), ("bye", "thanks"))
                )
            ],
            "exits": [{"event": "Form filled in"}],
            "entry": {"again": "never"},
        }
    )
    stage.happens("Account created", DEWI)
    stage.happens("Account created", BUDI)
    stage.happens("Account created", NOK, fields={"phone": "+66812345678"})
    stage.after(days=1)
    stage.happens("Form filled in", BUDI, fields={"phone": "+6281234567"})
    stage.after(days=10)
    assert mails(stage, DEWI) == ["form", "reminder"]
    assert mails(stage, BUDI) == ["form", "thanks"]
    assert mails(stage, NOK) == []


def test_account_security_at_once_and_however_often(stage: Stage) -> None:
    stage.publish(
        in_a_row(block("code", "event_trigger", event="Code asked for"), block("mail", "send_email", email="a")),
        marketing=False,
    )
    for _ in range(3):
        stage.happens("Code asked for", DEWI)
    assert mails(stage, DEWI) == ["mail", "mail", "mail"]


def test_referral_asks_the_satisfied_and_thanks_when_a_friend_orders(stage: Stage) -> None:
    satisfied = {
        "kind": "all",
        "rules": [
            did("Order placed", times=2, window={"kind": "ever"}),
            did("Refund asked for", negate=True, window={"kind": "last_days", "days": 90}),
        ],
    }
    stage.publish(
        {
            "blocks": [
                block("order", "event_trigger", event="Order placed", where=satisfied),
                block("invite", "send_email", email="a"),
                block("friend", "wait_for_event", event="Friend ordered", amount=14, unit="days"),
                block("thanks", "send_email", email="b"),
                block("reminder", "send_email", email="c"),
            ],
            "links": [
                link("order", "invite"),
                link("invite", "friend"),
                link("friend", "thanks", "happened"),
                link("friend", "reminder", "in_vain"),
            ],
            "entry": {"again": "after_days", "again_days": 180},
        }
    )
    for who in (DEWI, BUDI, SOMCHAI):
        stage.happens("Order placed", who)
    stage.happens("Refund asked for", SOMCHAI)
    for who in (DEWI, BUDI, SOMCHAI):
        stage.happens("Order placed", who)
    stage.happens("Friend ordered", DEWI)
    stage.after(days=15)
    assert mails(stage, DEWI) == ["invite", "thanks"]
    assert mails(stage, BUDI) == ["invite", "reminder"]
    assert mails(stage, SOMCHAI) == []
