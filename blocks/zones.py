"""Time zones: which there are, and wall-clock times in one, with daylight saving taken into account."""

from collections.abc import Collection
from datetime import UTC, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones


@cache
def zone_names() -> frozenset[str]:
    """The IANA names that this machine knows."""
    return frozenset(available_timezones())


def local_to_utc(wall: datetime, zone: ZoneInfo) -> datetime:
    """The instant (UTC) at which clocks in `zone` show `wall` (naive).

    A time that is skipped when clocks go forward becomes the next minute that exists; of a time that happens twice the
    first is taken.
    """
    at = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if at.astimezone(zone).replace(tzinfo=None) == wall:
        return at
    # Skipped: the gap ends where the offset changes. Gaps are whole minutes and at most a day long.
    before = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    low, high = min(at, before) - timedelta(minutes=1), max(at, before)
    offset = low.astimezone(zone).utcoffset()
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) / 2
        if middle.astimezone(zone).utcoffset() == offset:
            low = middle
        else:
            high = middle
    return (high + timedelta(seconds=30)).replace(second=0, microsecond=0)


def next_time(hour: time, zone: ZoneInfo, after: datetime, weekdays: Collection[int] = ()) -> datetime:
    """The first instant (UTC) at or after `after` at which clocks in `zone` show `hour`, on one of `weekdays` (1 is Monday;
    none: any day)."""
    day = after.astimezone(zone).date()
    for ahead in range(9):
        date = day + timedelta(days=ahead)
        if weekdays and date.isoweekday() not in weekdays:
            continue
        at = local_to_utc(datetime.combine(date, hour), zone)
        if at >= after:
            return at
    raise AssertionError("every weekday comes within eight days")
