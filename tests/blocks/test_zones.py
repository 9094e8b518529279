"""Local times as instants: for every minute around the odd nights, the answer is right or the next that exists."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from blocks.zones import local_to_utc


@pytest.mark.parametrize(
    ("zone", "night"),
    [
        ("America/New_York", datetime(2026, 3, 8)),
        ("America/New_York", datetime(2026, 11, 1)),
        ("Europe/London", datetime(2026, 3, 29)),
        ("Europe/London", datetime(2026, 10, 25)),
        ("Australia/Lord_Howe", datetime(2026, 10, 4)),
        ("Australia/Lord_Howe", datetime(2026, 4, 5)),
        ("Africa/Casablanca", datetime(2026, 3, 22)),
        ("Pacific/Apia", datetime(2011, 12, 30)),
        ("Asia/Jakarta", datetime(2026, 11, 21)),
        ("Asia/Kathmandu", datetime(2026, 11, 21)),
    ],
)
def test_every_minute_of_the_night(zone: str, night: datetime) -> None:
    there = ZoneInfo(zone)
    last = None
    for minute in range(-60, 30 * 60):
        wall = night + timedelta(minutes=minute)
        at = local_to_utc(wall, there)
        shown = at.astimezone(there).replace(tzinfo=None)
        assert shown >= wall, "never early"
        if shown != wall:
            just_before = (at - timedelta(minutes=1)).astimezone(there).replace(tzinfo=None)
            assert just_before < wall, "the first minute after the gap"
        assert last is None or at >= last, "a later time on the clock is never an earlier instant"
        last = at


def test_of_a_time_that_comes_twice_the_first_is_taken() -> None:
    assert (
        local_to_utc(datetime(2026, 11, 1, 1, 30), ZoneInfo("America/New_York")).isoformat()
        == "2026-11-01T05:30:00+00:00"
    )
