"""The stage of the engine's tests."""

import pytest

from runtime.clock import SetClock
from runtime.house import House
from tests.engine.stage import Stage


@pytest.fixture
def stage(house: House, shop: int, clock: SetClock) -> Stage:
    """A shop with an engine, on each database."""
    return Stage(house, shop, clock)
