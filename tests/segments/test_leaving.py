"""People leave a flow because they enter a segment, or leave one: by what happens, as time passes, and by lists."""

from typing import Any

from sqlalchemy import select

from blocks.phrase import load_arg
from runtime.ledger.tables import step
from runtime.segments import lists
from runtime.words import words
from tests.engine.stage import block, in_a_row
from tests.segments.stage import SegmentStage, did

DEWI, BUDI = "dewi@example.com", "budi@example.com"
VIP = {"kind": "in_segment", "segment": "vip"}


def series(rule: dict[str, Any]) -> dict[str, Any]:
    """A first e-mail, sixty days, a second one; people leave as soon as a rule holds for them."""
    blocks = (
        block("joined", "event_trigger", event="Signed up"),
        block("first", "send_email", email="welcome"),
        block("wait", "wait", amount=60, unit="days"),
        block("second", "send_email", email="best sellers"),
    )
    return {**in_a_row(*blocks), "exits": [{"rule": rule}]}


def listing(event: str, change: str) -> dict[str, Any]:
    """A flow that puts somebody on the list of VIPs, or takes them off."""
    return in_a_row(
        block("when", "event_trigger", event=event), block("put", "list_member", segment="vip", change=change)
    )


def test_who_enters_by_what_they_do_leaves_at_once(stage: SegmentStage) -> None:
    stage.segment("vip", did("Order placed", times=2), "Very good customers")
    stage.publish(series(VIP))
    for who in (DEWI, BUDI):
        stage.happens("Signed up", who)
        stage.happens("Order placed", who)
    stage.happens("Order placed", DEWI)
    assert stage.runs(DEWI) == [("wait", "left")]
    assert stage.messages(DEWI) == [("first", "cancelled")]
    assert stage.steps(DEWI)[-1] == ("wait", "", "exit_rule")
    assert stage.runs(BUDI) == [("wait", "open")]
    with stage.house.ledger.read(stage.shop) as tx:
        args = tx.scalar(select(step.c.args).where(tx.mine(step), step.c.code == "exit_rule"))
    assert words("en").text(load_arg(args["rule"])) == "they are in the Segment “Very good customers”"


def test_who_enters_because_time_has_passed_leaves_then(stage: SegmentStage) -> None:
    quiet = did("Order placed", days=30, negate=True)
    stage.segment("vip", {"kind": "all", "rules": [did("Order placed"), quiet]})
    stage.publish(series(VIP))
    stage.happens("Order placed", DEWI)
    stage.happens("Signed up", DEWI)
    stage.after(days=20)
    stage.happens("Order placed", BUDI)
    stage.happens("Signed up", BUDI)
    stage.after(days=10, seconds=1)
    assert stage.runs(DEWI) == [("wait", "left")], "long before their wait was over"
    assert stage.runs(BUDI) == [("wait", "open")]


def test_who_is_no_longer_in_it_leaves_when_the_window_has_passed(stage: SegmentStage) -> None:
    stage.segment("vip", did("Order placed", days=30))
    stage.happens("Order placed", DEWI)
    stage.publish(series({**VIP, "negate": True}))
    stage.happens("Signed up", DEWI)
    assert stage.runs(DEWI) == [("wait", "open")]
    stage.after(days=31)
    assert stage.runs(DEWI) == [("wait", "left")]


def test_a_list_that_another_flow_puts_them_on_takes_them_out_in_the_same_batch(stage: SegmentStage) -> None:
    stage.segment("vip", None)
    stage.publish(series(VIP), "welcome")
    stage.publish(listing("Order placed", "put_on"), "vips")
    for who in (DEWI, BUDI):
        stage.happens("Signed up", who)
    stage.arrives("Order placed", DEWI)
    stage.engine.work()  # one batch
    assert stage.runs(DEWI) == [("wait", "left"), ("put", "ended")]
    assert stage.runs(BUDI) == [("wait", "open")]


def test_so_does_one_that_it_takes_them_off(stage: SegmentStage) -> None:
    stage.segment("vip", None)
    stage.publish(listing("Order placed", "put_on"), "vips")
    stage.publish(listing("Order refunded", "take_off"), "no vips")
    stage.publish(series({**VIP, "negate": True}), "for vips")
    stage.happens("Order placed", DEWI)
    stage.happens("Signed up", DEWI)
    assert stage.runs(DEWI) == [("put", "ended"), ("wait", "open")]
    stage.arrives("Order refunded", DEWI)
    stage.engine.work()  # one batch
    assert stage.runs(DEWI) == [("put", "ended"), ("wait", "left"), ("put", "ended")]


def test_a_person_who_puts_them_on_a_list_takes_them_out(stage: SegmentStage) -> None:
    stage.segment("vip", None)
    stage.publish(series(VIP))
    stage.happens("Signed up", DEWI)
    with stage.house.ledger.write(stage.shop) as tx:
        lists.put_on(tx, "vip", [stage.contact(DEWI).id], stage.clock.now())
    stage.work()
    assert stage.runs(DEWI) == [("wait", "left")]
