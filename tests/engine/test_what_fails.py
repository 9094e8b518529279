"""What fails keeps nobody else: dates at the ends of time, keys that no index takes, and whatever nobody has thought of."""

from collections import Counter
from dataclasses import replace
from importlib import import_module
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from blocks.rules import Compare, Facts
from runtime.checkup.installation import events
from runtime.engine import wakes
from runtime.engine.advance import advance
from runtime.engine.duties import DUTIES
from runtime.engine.entries import ties
from runtime.engine.run import Run
from runtime.engine.work import Engine
from runtime.ledger import tables
from runtime.ledger.tables import event
from tests.engine.stage import Stage, block, cart_flow, in_a_row

DEWI, BUDI, NOK = "dewi@example.com", "budi@example.com", "nok@example.com"


@pytest.fixture
def neighbour(stage: Stage) -> Stage:
    """Another shop of the same house."""
    with stage.house.ledger.write() as tx:
        tx.execute(tables.workspace.insert(), {
            "id": 999, "slug": "next", "name": "Next door", "zone": "Asia/Bangkok", "language": "en", "currency": "THB",
            "created_at": stage.clock.now(),
        })  # fmt: skip
    other = Stage(stage.house, 999, stage.clock)
    other.engine = stage.engine
    return other


@pytest.mark.parametrize("day", ["0001-01-01T00:00:00+07:00", "9999-12-31T23:59:59-08:00", "9999-12-31T20:00:00Z"])
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("yearly", [True, False])
def test_a_birthday_at_the_end_of_time(stage: Stage, day: str, when: str, yearly: bool) -> None:
    far = {"when": when, "amount": 1000, "unit": "months", "yearly": yearly}
    stage.publish(
        in_a_row(block("day", "date_trigger", field="birthday", **far), block("mail", "send_email", email="x"))
    )
    stage.publish(cart_flow(), "cart")
    stage.happens("Account created", DEWI, fields={"birthday": day})
    stage.happens("Checkout started", BUDI, checkout_token="b1")
    assert stage.runs(BUDI) == [("hour", "open")]


def test_a_cart_whose_name_no_index_takes(stage: Stage) -> None:
    stage.publish(cart_flow())
    name = "".join(chr(0x4E00 + place * 7919 % 20_000) for place in range(1000))  # which PostgreSQL cannot pack
    cart, another = name + "1", name + "2"
    stage.happens("Checkout started", DEWI, checkout_token=cart)
    stage.happens("Checkout started", BUDI, checkout_token=another)
    stage.happens("Order placed", NOK, checkout_token=cart)
    assert (stage.runs(DEWI), stage.runs(BUDI)) == ([("hour", "left")], [("hour", "open")])


def test_an_event_that_cannot_be_taken_in_is_set_aside_and_keeps_nobody(
    stage: Stage, neighbour: Stage, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    stage.publish(cart_flow())
    neighbour.publish(cart_flow())

    def stumble(batch: Any, roster: Any, arrivals: Any) -> None:
        if any(one.fields["t"].get("checkout_token") == "bad" for one in arrivals):
            raise OverflowError("nobody has thought of this")

    monkeypatch.setattr(ties, "note", stumble)
    for number in range(40):
        stage.arrives("Checkout started", f"guest{number}@example.com", checkout_token=str(number))
    stage.arrives("Checkout started", DEWI, checkout_token="bad")
    stage.arrives("Checkout started", BUDI, checkout_token="b1")
    neighbour.arrives("Checkout started", NOK, checkout_token="n1")
    stage.work()

    assert (stage.runs(BUDI), neighbour.runs(NOK)) == ([("hour", "open")], [("hour", "open")])
    assert len(stage.all_runs()) == 41
    assert states(stage) == {"done": 41, "failed": 1}
    assert events(stage.house.settings).said == "1 event was set aside"
    assert "('Checkout started') failed and was set aside" in caplog.text
    stage.after(hours=1)
    assert len(stage.messages()) == 42, "nor is anybody kept later"

    monkeypatch.undo()
    stage.engine.take_over()
    stage.work()
    assert states(stage) == {"done": 42}
    assert events(stage.house.settings).state == "good"
    assert stage.runs(DEWI) == [("hour", "open")]


def test_a_rule_that_fails_stops_that_run_and_no_other(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    asks = Compare.meets

    def stumble(self: Compare, facts: Facts) -> bool:
        if facts.event["t"].get("checkout_token") == "bad":
            raise OverflowError("nobody has thought of this")
        return asks(self, facts)

    vip = {"kind": "field", "of": "contact", "field": "tags[]", "op": "is", "value": "VIP"}
    stage.publish(cart_flow(exits=[{"rule": vip}]))
    monkeypatch.setattr(Compare, "meets", stumble)
    stage.happens("Checkout started", DEWI, checkout_token="bad")
    stage.happens("Checkout started", BUDI, checkout_token="b1")
    stage.happens("Page viewed", BUDI)
    assert (stage.runs(DEWI), stage.runs(BUDI)) == ([("cart", "failed")], [("hour", "open")])


def test_a_run_that_cannot_be_taken_further_fails_and_keeps_nobody(
    stage: Stage, neighbour: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.publish(cart_flow())
    neighbour.publish(cart_flow())
    for one, who in ((stage, DEWI), (stage, BUDI), (neighbour, NOK)):
        one.happens("Checkout started", who, checkout_token=who)
    dewi = stage._id(DEWI)

    def stumble(batch: Any, program: Any, run: Run, at: Any) -> None:
        if run.contact == dewi:
            raise OverflowError("nobody has thought of this")
        advance(batch, program, run, at)

    monkeypatch.setattr(wakes, "advance", stumble)
    stage.after(hours=1)
    assert stage.runs(DEWI) == [("hour", "failed")]
    assert (stage.messages(BUDI), neighbour.messages(NOK)) == ([("first", "queued")], [("first", "queued")])


@pytest.mark.parametrize("what", ["event", "run"])
def test_what_another_worker_has_set_aside_meanwhile_takes_nobody_else_along(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    stage.publish(cart_flow())
    bad, is_event = "bad@example.com", what == "event"
    stage.happens("Checkout started", bad, checkout_token="bad")
    stage.happens("Checkout started", DEWI, checkout_token="d1")
    contact = stage._id(bad)
    other = Engine(stage.house)
    taken: list[Engine] = []

    def stumble() -> None:
        raise OverflowError("nobody has thought of this")

    def note(batch: Any, roster: Any, arrivals: Any) -> None:
        if any(one.contact == contact for one in arrivals):
            stumble()

    def goes_on(batch: Any, program: Any, run: Run, at: Any) -> None:
        if run.contact == contact:
            stumble()
        advance(batch, program, run, at)

    def set_aside(self: Engine, *args: Any) -> None:
        if not taken:
            taken.append(self)
            duty = next(one for one in DUTIES if one.name == ("new" if is_event else "due"))
            other._batch(stage.shop, duty)
        lets_be(self, *args)

    lets_be = Engine._set_aside
    monkeypatch.setattr(Engine, "_set_aside", set_aside)
    monkeypatch.setattr(ties, "note", note)
    monkeypatch.setattr(wakes, "advance", goes_on)
    if is_event:
        stage.arrives("Order placed", bad, checkout_token="bad")
        stage.arrives("Order placed", DEWI, checkout_token="d1")
    stage.after(hours=1)
    assert taken
    assert stage.runs(DEWI) == [("hour", "left") if is_event else ("day", "open")]


def test_one_kind_of_work_that_fails_keeps_no_other(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """A flow in the archive cannot let go of Budi; Dewi is reminded of her cart all the same."""
    stage.publish(cart_flow())
    stage.happens("Checkout started", DEWI, checkout_token="d1")
    stage.publish(in_a_row(block("in", "event_trigger", event="Tea"), block("w", "wait", amount=9)), "gone")
    stage.happens("Tea", BUDI)
    with stage.house.ledger.write(stage.shop) as tx:
        tx.execute(tables.flow.update().where(tables.flow.c.slug == "gone").values(state="archived"))

    def stumble(*_: Any) -> int:
        raise OverflowError("nobody has thought of this")

    broken = tuple(replace(duty, do=stumble) if duty.name == "ending" else duty for duty in DUTIES)
    monkeypatch.setattr(import_module("runtime.engine.work"), "DUTIES", broken)
    stage.clock.advance(hours=1)
    with pytest.raises(OverflowError):
        stage.engine.work()
    assert stage.messages(DEWI) == [("first", "queued")]


def test_a_database_that_is_away_is_nobodys_fault(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    stage.publish(cart_flow())

    def stumble(*_: Any) -> None:
        raise OperationalError("SELECT 1", {}, Exception("the server closed the connection"))

    monkeypatch.setattr(ties, "note", stumble)
    with pytest.raises(OperationalError):
        stage.happens("Checkout started", DEWI, checkout_token="d1")
    assert states(stage) == {"new": 1}


def states(stage: Stage) -> Counter[str]:
    """How many events are in which state."""
    with stage.house.ledger.read(stage.shop) as tx:
        return Counter(row.state for row in tx.all(select(event.c.state).where(tx.mine(event))))
