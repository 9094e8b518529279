"""A worker that has a cart, an order and a letter before it is killed at each moment of its work, one after the other."""

from pathlib import Path

import pytest

from blocks.values import micros
from runtime.delivery import writer
from tests.conftest import THE_MORNING
from tests.invariants import laws
from tests.invariants.histories import LONG
from tests.invariants.town import Town, Worker


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
        yes = {"consent": {"email": "yes", "source": "checkout"}}
        town.post(
            town.event("a", "News wanted", "dewi@example.com", contact=yes),
            town.event("b", "Order placed", "budi@example.com", order_id="o1"),
            town.event("c", "Checkout started", "hannah@example.com", checkout_token="c1", contact=yes),
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
        moment += 1 if LONG or (work is Worker.delivery_turn and moment > 50) else 8
    assert states == {("sent", "sent"), ("uncertain", "sent")}, "of the letter, and of the confirmation"
