"""Cart abandonment over three days: who gets which reminder, and who is left alone."""

from tests.engine.stage import Stage, cart_flow

DEWI, SOMCHAI, HANNAH = "dewi@example.com", "somchai@example.com", "hannah@example.com"


def test_a_cart_left_alone_is_remembered_twice(stage: Stage) -> None:
    stage.publish(cart_flow())
    stage.happens("Checkout started", DEWI, checkout_token="c1", total=1180)
    assert stage.messages(DEWI) == []
    stage.after(minutes=59)
    assert stage.messages(DEWI) == []
    stage.after(minutes=1)
    assert stage.messages(DEWI) == [("first", "queued")]
    stage.after(hours=22, minutes=59)
    assert len(stage.messages(DEWI)) == 1
    stage.after(minutes=1)
    assert stage.messages(DEWI) == [("first", "queued"), ("second", "queued")]
    stage.after(days=3)
    assert len(stage.messages(DEWI)) == 2
    assert stage.runs(DEWI) == [("second", "ended")]


def test_an_order_ends_the_run_and_takes_back_what_waits(stage: Stage) -> None:
    stage.publish(cart_flow())
    stage.happens("Checkout started", DEWI, checkout_token="c1")
    stage.after(hours=1)
    stage.happens("Order placed", DEWI, checkout_token="c1", total=640)
    assert stage.runs(DEWI) == [("day", "left")]
    assert stage.messages(DEWI) == [("first", "cancelled")]
    stage.after(days=3)
    assert len(stage.messages(DEWI)) == 1
    assert stage.steps(DEWI)[-1] == ("day", "", "exit_event")


def test_an_order_without_a_token_ends_all_carts_of_the_contact(stage: Stage) -> None:
    stage.publish(cart_flow(entry={"key": "checkout_token"}))
    stage.happens("Checkout started", DEWI, checkout_token="c1")
    stage.happens("Checkout started", DEWI, checkout_token="c2")
    stage.happens("Checkout started", SOMCHAI, checkout_token="c3")
    stage.happens("Order placed", DEWI, order_id=4821)
    assert stage.runs(DEWI) == [("hour", "left"), ("hour", "left")]
    assert stage.runs(SOMCHAI) == [("hour", "open")]


def test_an_order_with_the_token_of_one_cart_leaves_the_other(stage: Stage) -> None:
    stage.publish(cart_flow(entry={"key": "checkout_token"}))
    stage.happens("Checkout started", DEWI, checkout_token="c1")
    stage.happens("Checkout started", DEWI, checkout_token="c2")
    stage.happens("Order placed", DEWI, checkout_token="C1")
    assert stage.runs(DEWI) == [("hour", "left"), ("hour", "open")]


def test_an_order_under_another_address_still_ends_its_own_cart(stage: Stage) -> None:
    stage.publish(cart_flow())
    stage.happens("Checkout started", DEWI, checkout_token="c1")
    stage.happens("Order placed", "dewi.work@example.com", checkout_token="c1")
    assert stage.runs(DEWI) == [("hour", "left")]


def test_an_old_order_that_comes_late_ends_nothing_by_contact(stage: Stage) -> None:
    stage.publish(cart_flow())
    stage.happens("Checkout started", DEWI, checkout_token="c1")
    stage.happens("Order placed", DEWI, ago=48)
    assert stage.runs(DEWI) == [("hour", "open")]


def test_the_same_cart_again_restarts_the_wait_before_the_first_message(stage: Stage) -> None:
    stage.publish(cart_flow())
    stage.happens("Checkout started", DEWI, checkout_token="c1", total=640)
    stage.after(minutes=50)
    stage.happens("Checkout started", DEWI, checkout_token="c1", total=1180)
    stage.after(minutes=50)
    assert stage.messages(DEWI) == []
    stage.after(minutes=10)
    assert stage.messages(DEWI) == [("first", "queued")]
    assert len(stage.runs(DEWI)) == 1


def test_after_the_first_message_the_same_cart_only_refreshes(stage: Stage) -> None:
    stage.publish(cart_flow())
    stage.happens("Checkout started", DEWI, checkout_token="c1", total=640)
    stage.after(hours=2)
    stage.happens("Checkout started", DEWI, checkout_token="c1", total=1180)
    stage.after(hours=22)
    assert stage.messages(DEWI) == [("first", "queued"), ("second", "queued")]
    assert len(stage.runs(DEWI)) == 1


def test_a_newer_cart_replaces_the_older_run(stage: Stage) -> None:
    stage.publish(cart_flow())
    stage.happens("Checkout started", DEWI, checkout_token="c1")
    stage.after(hours=2)
    stage.happens("Checkout started", DEWI, checkout_token="c2")
    assert stage.runs(DEWI) == [("day", "replaced"), ("hour", "open")]
    assert stage.messages(DEWI) == [("first", "cancelled")]
    stage.after(days=2)
    assert [state for _, state in stage.messages(DEWI)] == ["cancelled", "queued", "queued"]


def test_events_of_the_day_before_yesterday_start_nothing(stage: Stage) -> None:
    stage.publish(cart_flow())
    stage.happens("Checkout started", HANNAH, ago=25, checkout_token="c1")
    assert stage.runs(HANNAH) == []
    stage.happens("Checkout started", HANNAH, ago=23, checkout_token="c1")
    assert stage.runs(HANNAH) == [("hour", "open")]


def test_a_batch_keeps_the_order_of_what_happened(stage: Stage) -> None:
    """Cart, order, cart again, all before the engine looks: the order ends the first run only."""
    stage.publish(cart_flow())
    stage.arrives("Checkout started", DEWI, checkout_token="c1")
    stage.arrives("Order placed", DEWI, checkout_token="c1")
    stage.arrives("Checkout started", DEWI, checkout_token="c1")
    stage.work()
    assert stage.runs(DEWI) == [("hour", "left"), ("hour", "open")]


def test_an_order_that_waits_in_line_stops_the_reminder_that_is_due(stage: Stage) -> None:
    stage.publish(cart_flow())
    stage.happens("Checkout started", DEWI, checkout_token="c1")
    stage.clock.advance(hours=1)
    stage.arrives("Order placed", DEWI, checkout_token="c1")
    stage.work()
    assert stage.messages(DEWI) == []
