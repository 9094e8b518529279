"""Held until something happens: for the same cart, at once if it has happened, and not for ever."""

from typing import Any

from tests.engine.stage import Stage, block, in_a_row, link

DEWI, BUDI, NOK = "dewi@example.com", "budi@example.com", "nok@example.com"


def asks_for_a_review(**settings: Any) -> dict[str, Any]:
    """After an order, thanks for the review when it comes within a week, else a reminder."""
    return {
        "name": "Review",
        "blocks": [
            block("order", "event_trigger", event="Order placed"),
            block("hour", "wait", amount=1, unit="hours"),
            block("review", "wait_for_event", event="Review written", **{"amount": 7, "unit": "days", **settings}),
            block("thanks", "send_email", email="thanks"),
            block("reminder", "send_email", email="reminder"),
        ],
        "links": [
            link("order", "hour"),
            link("hour", "review"),
            link("review", "thanks", "happened"),
            link("review", "reminder", "in_vain"),
        ],
        "entry": {"key": "order_id"},
    }


def test_who_does_it_in_time_goes_on_at_once(stage: Stage) -> None:
    stage.publish(asks_for_a_review())
    stage.happens("Order placed", DEWI, order_id=1)
    stage.after(days=2)
    assert stage.messages(DEWI) == []

    stage.happens("Review written", DEWI, order_id=1)

    assert stage.messages(DEWI) == [("thanks", "queued")]
    assert stage.steps(DEWI)[3:5] == [("review", "", "awaits"), ("review", "happened", None)]


def test_who_does_not_goes_the_other_way_when_the_time_is_up(stage: Stage) -> None:
    stage.publish(asks_for_a_review())
    stage.happens("Order placed", DEWI, order_id=1)
    stage.happens("Order placed", BUDI, order_id=2)
    stage.after(days=2)
    stage.happens("Review written", BUDI, order_id=2)
    stage.after(days=5)
    assert stage.messages(DEWI) == [], "an hour is left"
    stage.after(hours=1)
    assert stage.messages(DEWI) == [("reminder", "queued")]
    assert stage.messages(BUDI) == [("thanks", "queued")]
    stage.happens("Review written", DEWI, order_id=1)
    assert stage.messages(DEWI) == [("reminder", "queued")], "too late"


def test_who_did_it_before_coming_here_passes_at_once(stage: Stage) -> None:
    stage.publish(asks_for_a_review())
    stage.happens("Review written", DEWI, order_id=9)  # before entering: does not count
    stage.happens("Order placed", DEWI, order_id=1)
    stage.happens("Order placed", BUDI, order_id=2)
    stage.happens("Review written", BUDI, order_id=2)
    stage.after(hours=1)
    assert stage.messages(BUDI) == [("thanks", "queued")]
    assert stage.messages(DEWI) == []


def test_only_the_same_order_counts_where_that_is_asked_for(stage: Stage) -> None:
    stage.publish(asks_for_a_review(key="order_id"))
    stage.happens("Order placed", DEWI, order_id=1)
    stage.happens("Order placed", DEWI, order_id=2)
    stage.after(hours=2)
    stage.happens("Review written", DEWI, order_id=2)
    assert stage.runs(DEWI) == [("review", "open"), ("thanks", "ended")]
    stage.happens("Review written", DEWI)
    assert stage.runs(DEWI) == [("review", "open"), ("thanks", "ended")], "a review of nobody knows what"


def test_only_what_meets_the_filter_counts(stage: Stage) -> None:
    good = {"kind": "field", "field": "stars", "op": "at_least", "value": 4}
    stage.publish(asks_for_a_review(where=good))
    stage.happens("Order placed", DEWI, order_id=1)
    stage.after(hours=2)
    stage.happens("Review written", DEWI, stars=2)
    assert stage.messages(DEWI) == []
    stage.happens("Review written", DEWI, stars=5)
    assert stage.messages(DEWI) == [("thanks", "queued")]


def test_it_is_heard_by_the_version_that_somebody_stands_on(stage: Stage) -> None:
    stage.publish(asks_for_a_review())
    stage.happens("Order placed", DEWI, order_id=1)
    stage.after(hours=2)
    # The new version no longer waits for reviews.
    stage.publish(
        {
            "blocks": [block("order", "event_trigger", event="Order placed"), block("end", "stop")],
            "links": [link("order", "end")],
        }
    )
    stage.happens("Review written", DEWI, order_id=1)
    assert ("thanks", "queued") in stage.messages(DEWI)


def test_all_in_one_batch(stage: Stage) -> None:
    stage.publish({**asks_for_a_review(), "links": [link("order", "review"), link("review", "thanks", "happened")]})
    stage.arrives("Order placed", DEWI, order_id=1)
    stage.arrives("Review written", DEWI, order_id=1)
    stage.work()
    assert stage.messages(DEWI) == [("thanks", "queued")]


def test_what_happens_later_stands_on_the_order_and_not_on_the_review(stage: Stage) -> None:
    big = {"kind": "field", "field": "total", "op": "over", "value": 1000}
    flow = asks_for_a_review()
    flow["blocks"].append(block("big", "branch", rule=big))
    flow["links"] = [link("order", "review"), link("review", "big", "happened"), link("big", "thanks", "yes")]
    stage.publish(flow)
    stage.happens("Order placed", DEWI, order_id=1, total=1500)
    stage.happens("Review written", DEWI, order_id=1)
    assert stage.messages(DEWI) == [("thanks", "queued")]


def test_the_same_order_counts_whosever_address_it_comes_with(stage: Stage) -> None:
    stage.publish(asks_for_a_review(key="order_id"))
    stage.happens("Order placed", DEWI, order_id=1)
    stage.happens("Order placed", NOK, order_id=3)
    stage.after(days=2)

    stage.happens("Review written", BUDI, order_id=1)

    assert stage.messages(DEWI) == [("thanks", "queued")]
    assert stage.messages(NOK) == [], "another order"
    assert stage.runs(BUDI) == []


def test_so_it_does_before_anybody_waits_for_it(stage: Stage) -> None:
    stage.publish(asks_for_a_review(key="order_id"))
    stage.happens("Order placed", DEWI, order_id=1)
    stage.happens("Review written", BUDI, order_id=1)
    stage.happens("Review written", BUDI, order_id=2)
    stage.happens("Order placed", NOK, order_id=2)
    stage.after(hours=1)
    assert stage.messages(DEWI) == [("thanks", "queued")]
    assert stage.messages(NOK) == [], "written before she was inside"


def test_so_it_does_in_the_same_batch(stage: Stage) -> None:
    stage.publish(asks_for_a_review(key="order_id"))
    stage.arrives("Order placed", DEWI, order_id=1)
    stage.happens("Review written", BUDI, order_id=1)
    stage.after(hours=1)
    assert stage.messages(DEWI) == [("thanks", "queued")]


def test_what_is_not_asked_for_the_same_order_is_nobody_elses(stage: Stage) -> None:
    stage.publish(asks_for_a_review(key="order_id"), "same")
    stage.publish(asks_for_a_review(), "any")
    stage.happens("Order placed", DEWI, order_id=1)
    stage.after(days=2)
    stage.happens("Review written", BUDI, order_id=1)
    assert stage.messages(DEWI) == [("thanks", "queued")]
    assert stage.runs(DEWI) == [("thanks", "ended"), ("review", "open")]


def test_a_rule_of_leaving_hears_of_it_too(stage: Stage) -> None:
    same = {"kind": "did", "event": "Order placed", "window": {"kind": "since_entering"}, "key": "checkout_token"}
    stage.publish({**in_a_row(
        block("cart", "event_trigger", event="Checkout started"),
        block("hour", "wait", amount=1, unit="hours"),
        block("mail", "send_email", email="reminder"),
    ), "entry": {"key": "checkout_token"}, "exits": [{"rule": same}]})  # fmt: skip
    stage.happens("Checkout started", DEWI, checkout_token="d1")
    stage.happens("Checkout started", NOK, checkout_token="n1")
    stage.happens("Order placed", BUDI, checkout_token="d1")
    assert stage.runs(DEWI) == [("hour", "left")]
    assert stage.runs(NOK) == [("hour", "open")]
