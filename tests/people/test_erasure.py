"""A contact is forgotten: nothing of them is left in any table, what was counted stays, and marketing does not come back."""

from typing import Any

import pytest
from sqlalchemy import func, select

from runtime.chores import Chores
from runtime.clock import SetClock
from runtime.house import House
from runtime.ledger.tables import attempt, body, contact, event, message, metadata, run, step, suppression, tally
from runtime.people import consent, contacts, erasure, forgotten
from tests.engine.stage import Stage, block, in_a_row

SOMCHAI, DEWI = "somchai@example.com", "dewi@example.com"
TRACES = ("somchai", "+66812345678", "cust-77", "Chaidee", "secret-cart", "Mae Salong")


@pytest.fixture
def stage(house: House, shop: int, clock: SetClock) -> Stage:
    return Stage(house, shop, clock)


def lived(stage: Stage, **changes: Any) -> int:
    """Somchai has left a cart, got a reminder, agreed, complained, and waits for the next one. His contact."""
    trigger = block("cart", "event_trigger", event="Checkout started")
    more = (block("note", "stop", reason="x"),)
    flow = in_a_row(trigger, block("first", "send_email"), block("day", "wait", amount=1, unit="days"), *more)
    stage.publish({**flow, "entry": {"key": "token"}, **changes})
    who = {"phone": "+66 81 234 5678", "customer_id": "cust-77", "last_name": "Chaidee", "consent": {"email": "yes"}}
    stage.happens("Checkout started", SOMCHAI, fields=who, token="secret-cart", items=[{"title": "Mae Salong"}])
    stage.happens("Checkout started", DEWI, token="another")
    id_ = int(stage.contact(SOMCHAI).id)
    now = stage.clock.now()
    with stage.house.ledger.write(stage.shop) as tx:
        (sent,) = [row.id for row in tx.all(select(message.c.id).where(message.c.contact == id_))]
        told = {"address": SOMCHAI, "subject": "Your tea, Chaidee", "args": {"answer": SOMCHAI}, "state": "sent"}
        tx.execute(message.update().where(message.c.id == sent).values(told))
        tx.insert(attempt, [{"message": sent, "number": 1, "at": now, "carrier": "x", "answer": f"250 {SOMCHAI}"}])
        tx.insert(body, [{"message": sent, "packed": b"Dear somchai", "kept_until": now}])
        consent.suppress(tx, "email", SOMCHAI, "complaint", now, f"<{SOMCHAI}>")
    return id_


def everything(house: House, shop: int) -> str:
    """Every cell of every table."""
    with house.ledger.read(shop) as tx:
        return "\n".join(repr(tuple(row)) for table in metadata.sorted_tables for row in tx.all(select(table)))


def test_nothing_is_left_of_the_person_and_what_was_counted_stays(stage: Stage) -> None:
    house, shop = stage.house, stage.shop
    id_ = lived(stage)
    before = everything(house, shop)
    assert [trace for trace in TRACES if trace not in before] == [], "there was something to forget"
    with house.ledger.read(shop) as tx:
        counted = {(row.block, row.what): row.count for row in tx.all(select(tally))}
    assert erasure.erase(house, shop, id_, "Nok")
    left = everything(house, shop)
    assert [trace for trace in TRACES if trace in left] == []
    assert DEWI in left
    with house.ledger.read(shop) as tx:
        assert contacts.get(tx, id_) is None
        assert tx.all(select(event).where(event.c.contact == id_)) == []
        (way,) = tx.all(select(run).where(run.c.contact == id_))
        assert (way.state, way.code, way.key) == ("left", "erased", "")
        assert tx.scalar(select(func.count()).where(step.c.run == way.id)) >= 3
        now = {(row.block, row.what): row.count for row in tx.all(select(tally))}
        assert {key: now[key] for key in counted} == counted
        asked = forgotten.of(tx, id_)
    assert asked is not None
    assert asked.done_at == stage.clock.now()
    stage.after(days=3)


def test_a_later_import_does_not_bring_marketing_back_until_a_person_allows_it(stage: Stage) -> None:
    house, shop = stage.house, stage.shop
    erasure.erase(house, shop, lived(stage))
    stage.happens("Imported", SOMCHAI, fields={"consent": {"email": "yes", "source": "An old list"}})
    with house.ledger.write(shop) as tx:
        assert consent.suppressed(tx, "email", [SOMCHAI, DEWI]) == {SOMCHAI: "erased"}
        assert tx.all(select(suppression)) == []
        assert consent.unsuppress(tx, "email", SOMCHAI)
        assert consent.suppressed(tx, "email", [SOMCHAI]) == {}


def test_a_flow_asks_and_the_chores_do_it_when_the_run_has_ended(stage: Stage) -> None:
    house, shop = stage.house, stage.shop
    stage.publish(in_a_row(block("asks", "event_trigger", event="Erasure asked"), block("go", "erase_contact")), "gdpr")
    stage.happens("Erasure asked", SOMCHAI)
    assert stage.runs(SOMCHAI) == [("go", "ended")]
    assert SOMCHAI in everything(house, shop)
    Chores(house).do_what_is_due()
    assert SOMCHAI not in everything(house, shop)
    assert not erasure.work(house)


def test_a_message_on_its_way_is_waited_for(stage: Stage) -> None:
    house, shop = stage.house, stage.shop
    id_ = lived(stage)
    with house.ledger.write(shop) as tx:
        tx.execute(message.update().where(message.c.contact == id_).values(state="sending"))
    assert not erasure.erase(house, shop, id_)
    with house.ledger.write(shop) as tx:
        assert tx.first(select(contact).where(contact.c.id == id_)) is None
        tx.execute(message.update().where(message.c.contact == id_).values(state="sent"))
    assert erasure.work(house)
    assert [trace for trace in TRACES if trace in everything(house, shop)] == []


def test_what_has_not_been_looked_at_yet_does_not_stop_the_engine(stage: Stage) -> None:
    house, shop = stage.house, stage.shop
    id_ = lived(stage)
    with house.ledger.write(shop) as tx:
        row = {"id": tx.reserve(1)[0], "name": "Date reached", "source": "clock", "contact": id_, "state": "new"}
        told = {"at": 0, "received_at": 0, "who": {}, "properties": {}, "typed": {"n": {}, "t": {}, "d": {}, "b": {}}}
        tx.insert(event, [{**row, **told}])
    assert erasure.erase(house, shop, id_)
    stage.happens("Checkout started", DEWI, token="a third")


def test_what_was_set_aside_about_them_is_gone_too_and_brings_nobody_back(stage: Stage) -> None:
    house, shop = stage.house, stage.shop
    id_ = lived(stage)
    for who in (SOMCHAI.title(), DEWI):
        stage.arrives("Checkout started", who, token="one that failed")
    with house.ledger.write(shop) as tx:
        tx.execute(event.update().where(event.c.state == "new").values(state="failed"))
    assert erasure.erase(house, shop, id_)
    assert [trace for trace in TRACES if trace.lower() in everything(house, shop).lower()] == []
    stage.engine.take_over()
    stage.work()
    with house.ledger.read(shop) as tx:
        assert [row.email for row in tx.all(select(contact.c.email))] == [DEWI]
