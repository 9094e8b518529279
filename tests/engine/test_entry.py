"""Who may come in, and how often."""

from typing import Any

import pytest

from runtime.clock import HOUR, SECOND
from runtime.ledger.tables import event, tally
from tests.engine.stage import Stage, block, in_a_row, link

DEWI = "dewi@example.com"


def welcome(**entry: Any) -> dict[str, Any]:
    """A flow that sends once, an hour after an order."""
    row = in_a_row(
        block("order", "event_trigger", event="Order placed"),
        block("hour", "wait", amount=1, unit="hours"),
        block("mail", "send_email", email="welcome"),
    )
    return {**row, "entry": entry}


@pytest.mark.parametrize(("again", "runs"), [("always", 3), ("never", 1), ("after_days", 2)])
def test_coming_back(stage: Stage, again: str, runs: int) -> None:
    stage.publish(welcome(again=again, again_days=5))
    for _ in range(3):
        stage.happens("Order placed", DEWI)
        stage.after(days=3)
    assert len(stage.runs(DEWI)) == runs


def test_never_again_holds_within_one_batch(stage: Stage) -> None:
    stage.publish({**welcome(again="never", key="order_id")})
    stage.arrives("Order placed", DEWI, order_id=1)
    stage.arrives("Order placed", DEWI, order_id=2)
    stage.work()
    assert len(stage.runs(DEWI)) == 1


def test_a_shop_that_tells_of_an_order_again_and_again_thanks_for_it_once(stage: Stage) -> None:
    stage.publish(welcome(again="once_each", key="order_id"))
    for order in (1, 2, 1, 1):
        stage.happens("Order placed", DEWI, order_id=order)
        stage.after(days=30)
    assert len(stage.runs(DEWI)) == 2
    stage.arrives("Order placed", DEWI, order_id=3)
    stage.arrives("Order placed", DEWI, order_id=3)
    stage.happens("Order placed", "budi@example.com", order_id=1)
    assert len(stage.runs(DEWI)) == 3
    assert len(stage.runs("budi@example.com")) == 1


def test_each_order_is_a_run_of_its_own_and_a_repeat_is_not(stage: Stage) -> None:
    stage.publish(welcome(key="order_id"))
    for order in (1, 2, 2):
        stage.happens("Order placed", DEWI, order_id=order)
    assert stage.runs(DEWI) == [("hour", "open"), ("hour", "open")]


def test_the_filter_lets_only_those_in_who_meet_it(stage: Stage) -> None:
    rule = {"kind": "field", "field": "total", "op": "over", "value": 100}
    stage.publish(
        in_a_row(
            block("order", "event_trigger", event="Order placed", where=rule),
            block("mail", "send_email", email="thanks"),
        )
    )
    stage.happens("Order placed", DEWI, total="100.00")
    assert stage.runs(DEWI) == []
    stage.happens("Order placed", DEWI, total="100.01")
    assert stage.messages(DEWI) == [("mail", "queued")]


@pytest.mark.parametrize("key", ["", "order_id"])
def test_an_event_that_fits_two_triggers_of_a_flow_is_one_run(stage: Stage, key: str) -> None:
    """It comes in by the first of them: one e-mail for one order, and its tag once."""
    rule = {"kind": "field", "field": "total", "op": "over", "value": 100}
    document = welcome(key=key)
    document["blocks"].append(block("large", "event_trigger", event="Order placed", where=rule))
    document["blocks"].append(block("tag", "update_contact", change="add_tag", name="large"))
    document["links"].append(link("large", "tag"))
    stage.publish(document)
    stage.happens("Order placed", DEWI, order_id=1, total=500)
    assert stage.runs(DEWI) == [("hour", "open")]
    assert "restarted" not in [code for _, _, code in stage.steps(DEWI)]
    assert stage.contact(DEWI).tags == []


def test_two_flows_may_start_from_one_event(stage: Stage) -> None:
    stage.publish(welcome(), "one")
    stage.publish(welcome(), "two")
    stage.happens("Order placed", DEWI)
    assert len(stage.runs(DEWI)) == 2


def test_a_run_keeps_the_version_it_entered(stage: Stage) -> None:
    stage.publish(welcome(), "flow")
    stage.happens("Order placed", DEWI)
    stage.publish(in_a_row(block("order", "event_trigger", event="Order placed"), block("end", "stop")), "flow")
    stage.after(hours=1)
    assert stage.messages(DEWI) == [("mail", "queued")]
    stage.happens("Order placed", DEWI)
    assert stage.runs(DEWI)[-1] == ("end", "ended")


def test_an_exit_of_an_older_version_still_lets_its_people_leave(stage: Stage) -> None:
    stage.publish({**welcome(), "exits": [{"event": "Order cancelled"}]})
    stage.happens("Order placed", DEWI)
    stage.publish(welcome())
    stage.engine = type(stage.engine)(stage.house)  # as after a restart: nothing remembered
    stage.happens("Order cancelled", DEWI)
    assert stage.runs(DEWI) == [("hour", "left")]


def test_some_are_held_out_always_the_same_and_they_are_counted(stage: Stage) -> None:
    flow_id = stage.publish({**welcome(), "hold_out": 20})
    for number in range(200):
        stage.arrives("Order placed", f"c{number}@example.com")
    stage.work()
    held = {row.contact for row in stage.all_runs() if row.code == "held_out"}
    assert 15 <= len(held) <= 70, "about 40 of 200"
    stage.after(hours=2)
    assert len(stage.messages()) == 200 - len(held)
    for number in range(200):
        stage.arrives("Order placed", f"c{number}@example.com")
    stage.work()
    assert {row.contact for row in stage.all_runs() if row.code == "held_out"} == held
    with stage.house.ledger.read(stage.shop) as tx:
        rows = tx.all(tally.select().where(tally.c.flow == flow_id, tally.c.what == "held_out"))
    assert sum(row._mapping["count"] for row in rows) == 2 * len(held)


@pytest.mark.parametrize(("ahead", "block_id"), [(SECOND // 100, "second"), (HOUR, "first")])
def test_an_event_received_by_a_clock_that_is_a_little_ahead_has_happened_already(
    stage: Stage, ahead: int, block_id: str
) -> None:
    """By one that is far ahead, it counts once we are there: else all that is due meanwhile would be so early."""
    twice = {"kind": "did", "event": "Order placed", "times": 2, "window": {"kind": "ever"}}
    order, asked = block("order", "event_trigger", event="Order placed"), block("asked", "branch", rule=twice)
    sends = [block(id_, "send_email", email=id_) for id_ in ("first", "second")]
    ways = [link("order", "asked"), link("asked", "second", "yes"), link("asked", "first", "no")]
    stage.publish({"blocks": [order, asked, *sends], "links": ways})
    stage.happens("Order placed", DEWI)
    stage.arrives("Order placed", DEWI, ago=-ahead / HOUR)
    with stage.house.ledger.write(stage.shop) as tx:
        newer = (tx.mine(event), event.c.state == "new")
        tx.execute(event.update().where(*newer).values(received_at=stage.clock.now() + ahead))
    stage.work()
    assert stage.messages()[1:] == [(block_id, "queued")]
    assert all(one.entered_at <= stage.clock.now() + SECOND for one in stage.all_runs())
