"""A worker is killed at each moment of its work, one after the other: with a cart, an order and a letter before it, and in
a night in which a flow's schedule comes."""

from pathlib import Path

import pytest
from sqlalchemy import select

from blocks.values import micros
from runtime.delivery.sending import writer
from runtime.ledger.tables import message
from tests.conftest import THE_MORNING
from tests.invariants import laws
from tests.invariants.histories import LONG
from tests.invariants.town import Town
from tests.invariants.worker import Worker

YES = {"consent": {"email": "yes", "source": "checkout"}}


@pytest.mark.parametrize("work", [Worker.all, Worker.delivery_turn], ids=["all", "delivery"])
def test_a_worker_may_die_at_any_moment(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, work: object
) -> None:
    monkeypatch.setattr(writer, "FRESH", -1.0)
    moment, died, states = 0, True, set()
    while died:
        town = Town(database_url, tmp_path, micros(THE_MORNING))
        town.begin()
        for slug in ("cart", "review", "news"):
            town.publish(slug, 0)
        town.post(
            town.event("a", "News wanted", "dewi@example.com", contact=YES),
            town.event("b", "Order placed", "budi@example.com", order_id="o1"),
            town.event("c", "Checkout started", "hannah@example.com", checkout_token="c1", contact=YES),
        )
        if work is Worker.delivery_turn:
            town.workers[0].engine.work()
        died = town.dies(work, moment)  # type: ignore[arg-type]
        laws.check(town)
        town.idle()
        laws.check(town)
        laws.nothing_left(town)
        states.add(town.states())
        town.end()
        moment += 1 if LONG or (work is Worker.delivery_turn and moment > 50) else 12
    assert states == {("sent", "sent"), ("uncertain", "sent")}, "of the letter, and of the confirmation"


def test_a_night_brings_each_of_them_one_offer_whoever_dies_in_it(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "FRESH", -1.0)
    moment, died, people = 0, True, ("dewi@example.com", "budi@example.com", "hannah@example.com")
    while died:
        town = Town(database_url, tmp_path, micros(THE_MORNING))
        town.begin()
        for slug in ("offer", "regulars"):
            town.publish(slug, 0)
        town.post(*(town.event(who, "Order placed", who, contact=YES, order_id=who) for who in people))
        town.idle()
        town.clock.set(town.next_night(1))
        died = town.dies(_two_at_a_time, moment)
        laws.check(town)
        town.idle()
        laws.check(town)
        laws.nothing_left(town)
        with town.look() as tx:
            offers = tx.all(select(message.c.contact, message.c.block).where(message.c.block == "offer"))
            names = town.contacts(tx)
        assert sorted(names[row.contact] for row in offers) == sorted(people)
        town.end()
        moment += 1 if LONG else 16


def _two_at_a_time(worker: Worker) -> None:
    worker.engine.at_most = 2
    worker.all()
