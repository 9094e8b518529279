"""What blocks decide, and what is recorded of it."""

import re
from datetime import UTC, datetime

import pytest
from sqlalchemy import event as hooks

from blocks.splits.branch import Branch
from blocks.values import moment
from runtime.ledger.tables import run, tally
from tests.engine.stage import Stage, block, cart_flow, in_a_row, link

DEWI, SOMCHAI, HANNAH = "dewi@example.com", "somchai@example.com", "hannah@example.com"


def split(rule: dict[str, object]) -> dict[str, object]:
    """A trigger, an hour's wait, a split on `rule` with a send on "yes"."""
    return {
        "blocks": [
            block("start", "event_trigger", event="Checkout started"),
            block("hour", "wait", amount=1, unit="hours"),
            block("split", "branch", rule=rule),
            block("yes", "send_email", email="mail"),
        ],
        "links": [link("start", "hour"), link("hour", "split"), link("split", "yes", "yes")],
    }


def test_did_since_entering_leaves_out_what_was_before_and_the_entry_itself(stage: Stage) -> None:
    stage.publish(split({"kind": "did", "event": "Checkout started", "window": {"kind": "since_entering"}}))
    stage.happens("Checkout started", HANNAH, ago=20)
    stage.after(hours=2)
    assert stage.messages(HANNAH) == []


def test_did_at_least_twice_in_the_last_days(stage: Stage) -> None:
    rule = {"kind": "did", "event": "Order placed", "times": 2, "window": {"kind": "last_days", "days": 7}}
    stage.publish(split(rule))
    for days_ago in (9, 2):
        stage.happens("Order placed", DEWI, ago=days_ago * 24)
    for days_ago in (6, 2):
        stage.happens("Order placed", SOMCHAI, ago=days_ago * 24)
    for who in (DEWI, SOMCHAI):
        stage.happens("Checkout started", who)
    stage.after(hours=1)
    assert stage.messages(DEWI) == []
    assert stage.messages(SOMCHAI) == [("yes", "queued")]


def test_did_with_a_filter_on_the_event(stage: Stage) -> None:
    where = {"kind": "field", "field": "items[].category", "op": "is", "value": "Oolong"}
    stage.publish(split({"kind": "did", "event": "Order placed", "window": {"kind": "ever"}, "where": where}))
    stage.happens("Order placed", DEWI, items=[{"category": "coffee"}, {"category": "OOLONG"}])
    stage.happens("Order placed", SOMCHAI, items=[{"category": "coffee"}])
    for who in (DEWI, SOMCHAI):
        stage.happens("Checkout started", who)
    stage.after(hours=1)
    assert stage.messages(DEWI) == [("yes", "queued")]
    assert stage.messages(SOMCHAI) == []


def test_the_latest_cart_is_what_a_split_looks_at(stage: Stage) -> None:
    stage.publish(split({"kind": "field", "field": "total", "op": "at_least", "value": 1000}))
    stage.happens("Checkout started", DEWI, total=200)
    stage.happens("Checkout started", DEWI, total=1200)
    stage.after(hours=1)
    assert stage.messages(DEWI) == [("yes", "queued")]


def test_a_tag_given_by_one_block_is_seen_by_the_next(stage: Stage) -> None:
    stage.publish(
        {
            "blocks": [
                block("start", "event_trigger", event="Order placed"),
                block("tag", "update_contact", change="add_tag", name="oolong lover"),
                block("field", "update_contact", change="set_field", name="grinds", value="yes"),
                block(
                    "split",
                    "branch",
                    rule={
                        "kind": "all",
                        "rules": [
                            {"kind": "field", "of": "contact", "field": "tags[]", "op": "is", "value": "Oolong Lover"},
                            {"kind": "field", "of": "contact", "field": "grinds", "op": "is", "value": "yes"},
                        ],
                    },
                ),
                block("yes", "send_email", email="mail"),
            ],
            "links": [link("start", "tag"), link("tag", "field"), link("field", "split"), link("split", "yes", "yes")],
        }
    )
    stage.happens("Order placed", DEWI)
    assert stage.messages(DEWI) == [("yes", "queued")]
    dewi = stage.contact(DEWI)
    assert dewi.tags == ["oolong lover"]
    assert dewi.fields["grinds"] == "yes"


def test_a_good_hour_is_the_contacts_own(stage: Stage) -> None:
    """It is 09:00 UTC: 16:00 in Jakarta, 10:00 in Berlin (winter), 16:00 at home in Bangkok."""
    flow = in_a_row(
        block("start", "event_trigger", event="Order placed"),
        block("morning", "wait_until", time="09:30"),
        block("mail", "send_email", email="mail"),
    )
    stage.publish(flow)
    wakes = {}
    for who, zone in ((DEWI, "Asia/Jakarta"), (HANNAH, "America/New_York"), (SOMCHAI, None)):
        stage.happens("Order placed", who, fields={"zone": zone} if zone else {})
        with stage.house.ledger.read(stage.shop) as tx:
            wakes[who] = moment(
                tx.scalar(run.select().with_only_columns(run.c.wake_at).order_by(run.c.id.desc()).limit(1))
            )
    assert wakes[DEWI] == datetime(2026, 11, 22, 2, 30, tzinfo=UTC)
    assert wakes[HANNAH] == datetime(2026, 11, 21, 14, 30, tzinfo=UTC)
    assert wakes[SOMCHAI] == datetime(2026, 11, 22, 2, 30, tzinfo=UTC)


def test_a_block_that_raises_stops_its_run_with_the_reason_and_leaves_the_others(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = Branch.run

    def moody(self: Branch, ctx: object) -> object:
        if ctx.event["n"].get("total") == 13:  # type: ignore[attr-defined]
            raise ValueError("thirteen")
        return honest(self, ctx)  # type: ignore[arg-type]

    monkeypatch.setattr(Branch, "run", moody)
    stage.publish(split({"kind": "field", "field": "total", "op": "is_set"}))
    for who, total in ((DEWI, 13), (SOMCHAI, 12)):
        stage.arrives("Checkout started", who, total=total)
    stage.after(hours=1)
    assert stage.runs(DEWI) == [("split", "failed")]
    assert stage.steps(DEWI)[-1] == ("split", "", "block_failed")
    assert stage.messages(SOMCHAI) == [("yes", "queued")]


def test_numbers_on_the_blocks_add_up(stage: Stage) -> None:
    flow_id = stage.publish(split({"kind": "field", "field": "total", "op": "over", "value": 100}))
    for who, total in ((DEWI, 50), (SOMCHAI, 150), (HANNAH, 300)):
        stage.happens("Checkout started", who, total=total)
    stage.after(minutes=30)
    stage.happens("Checkout started", "lek@example.com", total=1)
    stage.after(minutes=30)
    with stage.house.ledger.read(stage.shop) as tx:
        rows = tx.all(tally.select().where(tally.c.flow == flow_id))
    counts = {(row.block, row.what): row._mapping["count"] for row in rows}
    assert counts["start", "entered"] == 4
    assert counts["hour", ">next"] == 3
    assert counts["split", ">yes"] == 2
    assert counts["split", ">no"] == 1
    assert counts["yes", "queued"] == 2
    assert [state for _, state in stage.runs()].count("open") == 1


def test_who_is_due_in_two_flows_at_once_is_counted_once(stage: Stage) -> None:
    twice = {"kind": "did", "event": "Order placed", "times": 2, "window": {"kind": "ever"}}
    loyal = {
        "blocks": [
            block("joined", "event_trigger", event="Account created"),
            block("hour", "wait", amount=1, unit="hours"),
            block("loyal", "branch", rule=twice),
            block("mail", "send_email", email="thanks"),
        ],
        "links": [link("joined", "hour"), link("hour", "loyal"), link("loyal", "mail", "yes")],
    }
    stage.publish(loyal, "first")
    stage.publish(loyal, "second")
    stage.happens("Order placed", DEWI)
    stage.happens("Account created", DEWI)
    stage.after(hours=2)
    assert stage.messages(DEWI) == []


def test_an_index_is_written_only_for_what_changes_of_a_run(stage: Stage) -> None:
    written: list[set[str]] = []

    @hooks.listens_for(stage.house.ledger.engine, "before_cursor_execute")
    def note(_: object, __: object, statement: str, *___: object) -> None:
        if statement.startswith("UPDATE run SET "):
            written.append(set(re.findall(r"(\w+) = ", statement.partition(" WHERE ")[0])))

    stage.publish(cart_flow())
    stage.happens("Checkout started", DEWI, checkout_token="c1")
    stage.after(hours=1)  # the reminder is queued, and she waits again
    on = {"block", "event", "hops", "messages", "arrived_at", "wake_at"}
    assert written == [on]
    stage.happens("Order placed", DEWI, checkout_token="c1")
    assert written[1:] == [on | {"state", "ended_at", "code", "args"}]
    assert stage.runs(DEWI) == [("day", "left")]
    stage.happens("Checkout started", SOMCHAI, checkout_token="c2")
    stage.after(minutes=30)
    stage.happens("Checkout started", SOMCHAI, checkout_token="c2")  # begins anew, so all of it is
    assert {"entered_at", "entry_event", "version"} <= written[2]
    assert stage.runs(SOMCHAI) == [("hour", "open")]
