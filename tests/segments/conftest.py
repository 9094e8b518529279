"""The stage of the engine, with segments on it."""

import pytest

from runtime.clock import SetClock
from runtime.house import House
from tests.segments.stage import SegmentStage


@pytest.fixture
def stage(house: House, shop: int, clock: SetClock) -> SegmentStage:
    """One shop with its engine, and no segment yet."""
    return SegmentStage(house, shop, clock)
