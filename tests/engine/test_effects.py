"""What blocks do to the contact beyond the flow: other flows start, answers are recorded."""

from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from blocks.values import moment
from runtime.ledger.tables import consent, event, run
from tests.engine.stage import Stage, block, in_a_row

DEWI = "dewi@example.com"


def starts_another(at: str, event_: str) -> dict[str, Any]:
    """A flow that, at one event, lets another happen."""
    return in_a_row(block("at", "event_trigger", event=at), block("next", "emit_event", event=event_))


def test_a_flow_starts_another_with_the_same_data(stage: Stage) -> None:
    big = {"kind": "field", "field": "total", "op": "over", "value": 1000}
    stage.publish(starts_another("Order placed", "Joined the club"), "orders")
    stage.publish(
        in_a_row(
            block("joined", "event_trigger", event="Joined the club", where=big),
            block("mail", "send_email", email="welcome"),
        ),
        "club",
    )
    stage.happens("Order placed", DEWI, total=900)
    assert stage.messages(DEWI) == []
    stage.happens("Order placed", DEWI, total=1500)
    assert stage.messages(DEWI) == [("mail", "queued")]
    with stage.house.ledger.read(stage.shop) as tx:
        names = [row.name for row in tx.all(select(event.c.name).order_by(event.c.id))]
    assert names == ["Order placed", "Joined the club"] * 2


def test_flows_that_start_one_another_for_ever_do_not(stage: Stage) -> None:
    stage.publish(starts_another("Ping", "Pong"), "ping")
    stage.publish(starts_another("Pong", "Ping"), "pong")
    stage.happens("Ping", DEWI)
    with stage.house.ledger.read(stage.shop) as tx:
        assert len(tx.all(event.select())) == 7, "the shop's, five that start a flow, and one that starts nothing"
    assert len(stage.runs(DEWI)) == 6


def test_a_flow_may_start_itself_again_every_month_for_good(stage: Stage) -> None:
    """In a row is what follows within a day; what goes round more seldom is meant."""
    stage.publish(
        in_a_row(
            block("at", "event_trigger", event="Newsletter month"),
            block("mail", "send_email", email="news"),
            block("month", "wait", amount=30, unit="days"),
            block("again", "emit_event", event="Newsletter month"),
        )
    )
    stage.happens("Newsletter month", DEWI)
    stage.after(days=365)
    assert len(stage.messages(DEWI)) == 13


def test_a_tag_is_the_same_however_it_is_spelled(stage: Stage) -> None:
    """Taking "vip" takes "VIP" away for good, "Lover" is not added beside "lover"; what is there keeps its spelling."""
    is_vip = {"kind": "field", "of": "contact", "field": "tags[]", "op": "is", "value": "vip"}
    stage.publish(
        in_a_row(
            block("order", "event_trigger", event="Order placed"),
            block("no_vip", "update_contact", change="remove_tag", name="vip"),
            block("lover", "update_contact", change="add_tag", name="Lover"),
            block("day", "wait", amount=1, unit="days"),
            block("still", "branch", rule=is_vip),
        )
    )
    stage.happens("Order placed", DEWI, fields={"tags": ["VIP", "lover", "Vip", "Lover"]})
    stage.happens("Page viewed", DEWI, fields={"tags": ["LOVER", "เพื่อน"]})
    stage.after(days=2)
    assert stage.contact(DEWI).tags == ["lover", "เพื่อน"]
    assert stage.steps(DEWI)[-1] == ("still", "no", None)


def test_unsubscribed_by_a_flow(stage: Stage) -> None:
    row = in_a_row(block("quiet", "event_trigger", event="Quiet for a year"), block("off", "unsubscribe"))
    flow_id = stage.publish(row)
    stage.happens("Quiet for a year", DEWI, fields={"consent": {"email": "yes"}})
    with stage.house.ledger.read(stage.shop) as tx:
        given = tx.all(consent.select().order_by(consent.c.id))
    assert [(one.answer, one.source) for one in given] == [("yes", "api"), ("no", "a flow")]
    assert given[1].proof["flow"] == flow_id


def test_who_moves_lives_by_the_new_clocks_at_once(stage: Stage) -> None:
    stage.publish(
        in_a_row(
            block("moved", "event_trigger", event="Moved"),
            block("zone", "update_contact", change="set_field", name="zone", value="America/New_York"),
            block("morning", "wait_until", time="09:00"),
            block("mail", "send_email", email="welcome"),
        )
    )
    stage.happens("Moved", DEWI, fields={"zone": "Asia/Jakarta"})

    assert stage.contact(DEWI).zone == "America/New_York"
    with stage.house.ledger.read(stage.shop) as tx:
        (waits,) = tx.all(select(run.c.wake_at))
    there = moment(waits.wake_at).astimezone(ZoneInfo("America/New_York"))
    assert f"{there:%H:%M}" == "09:00"
