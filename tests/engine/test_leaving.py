"""Who leaves goes a last way, if one is drawn: once, and nothing makes them leave again."""

from typing import Any

from sqlalchemy import func, select

from runtime.engine.publishing.publish import archive
from runtime.insight.runs import Wish, flow_of, page
from runtime.ledger.tables import tally
from tests.engine.stage import Stage, block, cart_flow, link

DEWI, BUDI = "dewi@example.com", "budi@example.com"


def with_thanks(**settings: Any) -> dict[str, Any]:
    """Cart abandonment that thanks those who order, an hour later, and tags them."""
    flow = cart_flow()
    flow["blocks"] += [
        block("bye", "on_leaving", **settings),
        block("later", "wait", amount=1, unit="hours"),
        block("thanks", "send_email", email="thanks"),
        block("tag", "update_contact", change="add_tag", name="bought after a reminder"),
    ]
    flow["links"] += [link("bye", "later"), link("later", "thanks"), link("thanks", "tag")]
    return flow


def test_who_orders_gets_the_thanks_and_no_further_reminder(stage: Stage) -> None:
    stage.publish(with_thanks())
    stage.happens("Checkout started", DEWI, checkout_token="c1")
    stage.after(hours=2)
    stage.happens("Order placed", DEWI, checkout_token="c1")
    assert stage.runs(DEWI) == [("later", "open")]
    stage.after(days=3)
    assert stage.messages(DEWI) == [("first", "cancelled"), ("thanks", "queued")]
    assert stage.runs(DEWI) == [("tag", "departed")]
    with stage.house.ledger.read(stage.shop) as tx:
        of = flow_of(tx, "flow")
        assert of is not None
        assert [len(page(tx, Wish(of, state))) for state in ("left", "ended")] == [1, 0]
    assert [step[0] for step in stage.steps(DEWI)][-4:] == ["later", "later", "thanks", "tag"]
    assert "exit_event" in [code for _, _, code in stage.steps(DEWI)]


def test_what_was_queued_a_moment_before_is_cancelled_and_the_thanks_are_not(stage: Stage) -> None:
    flow = with_thanks()
    flow["links"] = [link("cart", "first"), link("bye", "thanks"), link("first", "hour")]
    stage.publish(flow)
    stage.arrives("Checkout started", DEWI, checkout_token="c1")
    stage.arrives("Order placed", DEWI, checkout_token="c1")
    stage.work()
    assert stage.messages(DEWI) == [("first", "cancelled"), ("thanks", "queued")]


def test_of_several_who_leave_together_the_first_that_began_goes_the_last_way(stage: Stage) -> None:
    rule = {"kind": "field", "of": "contact", "field": "tags[]", "op": "is", "value": "vip"}
    exits = [{"event": "Order placed"}, {"rule": rule}]
    for slug, who in (("by-event", DEWI), ("by-rule", BUDI)):
        where = {"kind": "field", "of": "contact", "field": "email", "op": "is", "value": who}
        flow = {**with_thanks(), "entry": {"key": "checkout_token"}, "exits": exits}
        flow["blocks"] = [block("cart", "event_trigger", event="Checkout started", where=where), *flow["blocks"][1:]]
        stage.publish(flow, slug)
        for cart in ("z", "a", "m"):
            stage.happens("Checkout started", who, checkout_token=cart)
    stage.happens("Order placed", DEWI)
    stage.happens("Page viewed", BUDI, fields={"tags": ["vip"]})
    assert stage.runs(DEWI) == stage.runs(BUDI) == [("later", "open"), ("hour", "left"), ("hour", "left")]


def test_a_second_order_thanks_nobody_twice(stage: Stage) -> None:
    stage.publish(with_thanks())
    stage.happens("Checkout started", DEWI, checkout_token="c1")
    stage.happens("Order placed", DEWI, checkout_token="c1")
    stage.happens("Order placed", DEWI, checkout_token="c1")
    stage.happens("Checkout started", DEWI, checkout_token="c1")  # a straggler
    stage.after(days=1)
    assert stage.messages(DEWI) == [("thanks", "queued")]


def test_a_newer_cart_does_not_take_the_thanks_away(stage: Stage) -> None:
    stage.publish(with_thanks())
    stage.happens("Checkout started", DEWI, checkout_token="c1")
    stage.happens("Order placed", DEWI, checkout_token="c1")
    stage.happens("Checkout started", DEWI, checkout_token="c2")
    stage.after(hours=2)
    assert stage.messages(DEWI) == [("thanks", "queued"), ("first", "queued")]


def test_each_exit_may_have_a_way_of_its_own(stage: Stage) -> None:
    flow = with_thanks(event="Order placed")
    flow["exits"].append({"event": "Cart emptied"})
    stage.publish(flow)
    for who, token in ((DEWI, "c1"), (BUDI, "c2")):
        stage.happens("Checkout started", who, checkout_token=token)
    stage.happens("Order placed", DEWI, checkout_token="c1")
    stage.happens("Cart emptied", BUDI)
    stage.after(days=1)
    assert stage.messages() == [("thanks", "queued")]
    assert stage.runs(BUDI) == [("hour", "left")]


def test_the_thanks_are_for_the_order(stage: Stage) -> None:
    flow = with_thanks()
    big = {"kind": "field", "field": "total", "op": "over", "value": 1000}
    flow["blocks"].append(block("big", "branch", rule=big))
    flow["links"] = [link("cart", "hour"), link("bye", "big"), link("big", "thanks", "yes")]
    stage.publish(flow)
    stage.happens("Checkout started", DEWI, checkout_token="c1", total=500)
    stage.happens("Order placed", DEWI, checkout_token="c1", total=1500)
    assert stage.messages(DEWI) == [("thanks", "queued")]


def test_who_leaves_because_the_flow_is_archived_is_counted_and_it_stands_in_their_history(stage: Stage) -> None:
    flow = stage.publish(cart_flow())
    stage.happens("Checkout started", DEWI, checkout_token="c1")
    stage.happens("Checkout started", BUDI, checkout_token="c2")
    archive(stage.house, stage.shop, "flow")
    assert stage.runs() == [("hour", "left")] * 2
    assert stage.steps(DEWI)[-1] == ("hour", "", "flow_archived")
    with stage.house.ledger.read(stage.shop) as tx:
        left = select(func.sum(tally.c.count)).where(
            tally.c.flow == flow, tally.c.block == "hour", tally.c.what == "left"
        )
        assert tx.scalar(left) == 2
