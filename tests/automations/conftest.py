"""The stage on which the automations are played: one shop in Bangkok, on each database, with a clock that moves."""

import pytest

from blocks.values import micros
from runtime.clock import SetClock
from runtime.house import House
from runtime.ledger.tables import message
from tests.blocks.facts import utc
from tests.engine.stage import Stage


class WithPost(Stage):
    """A stage whose post takes every message at once, so that nothing that was sent can be cancelled."""

    def work(self) -> None:
        super().work()
        with self.house.ledger.write(self.shop) as tx:
            tx.execute(message.update().where(tx.mine(message), message.c.state == "queued").values(state="sent"))


@pytest.fixture
def stage(house: House, shop: int, clock: SetClock) -> Stage:
    """It is Saturday, 21 November 2026, 16:00 in Bangkok."""
    clock.set(micros(utc("2026-11-21T09:00")))
    return WithPost(house, shop, clock)
