"""A length of time as a marketer sets it: "3 days", "2 months"; or as it is written in a file: "2d 3h"."""

import re
from calendar import monthrange
from datetime import datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from blocks.phrase import Months, Span
from blocks.zones import local_to_utc

Unit = Literal["minutes", "hours", "days", "weeks", "months"]
SECONDS: dict[str, int] = {"minutes": 60, "hours": 3600, "days": 86_400, "weeks": 604_800}
CHOICES = {"minutes": "minutes", "hours": "hours", "days": "days", "weeks": "weeks", "months": "months"}
LONGEST = timedelta(days=731)
LONGEST_MONTHS = 24
_WRITTEN = re.compile(r"(?:(\d{1,4})d)?\s*(?:(\d{1,5})h)?\s*(?:(\d{1,6})m)?\Z")


def span(amount: int, unit: Unit) -> Months | Span:
    """It, to be said in a sentence."""
    return Months(amount) if unit == "months" else Span(amount * SECONDS[unit])


def too_long(amount: int, unit: Unit) -> bool:
    """Whether it is over two years."""
    return amount > LONGEST_MONTHS if unit == "months" else amount * SECONDS[unit] > LONGEST.total_seconds()


def shortest(amount: int, unit: Unit) -> int:
    """Seconds that it lasts at the least: the days of a month are counted as 28, one of which may lack an hour."""
    return amount * (28 * SECONDS["days"]) - SECONDS["hours"] if unit == "months" else amount * SECONDS[unit]


def moved(start: datetime, amount: int, unit: Unit, zone: ZoneInfo) -> datetime:
    """The instant (UTC) that long after `start`, or before it where `amount` is negative.

    A day is 24 hours. A month is the same day and hour of another month in `zone`, or that month's last day.
    """
    if unit != "months":
        return start + timedelta(seconds=amount * SECONDS[unit])
    return local_to_utc(_months_on(start.astimezone(zone).replace(fold=0, tzinfo=None), amount), zone)


def moved_days(start: datetime, amount: int, unit: Unit) -> datetime:
    """The same on the calendar, for a wall-clock time: here a day is the next date, however long it lasts."""
    if unit == "months":
        return _months_on(start, amount)
    return start + timedelta(seconds=amount * SECONDS[unit])


def _months_on(wall: datetime, amount: int) -> datetime:
    month = wall.month - 1 + amount
    year, month = wall.year + month // 12, month % 12 + 1
    return wall.replace(year=year, month=month, day=min(wall.day, monthrange(year, month)[1]))


def read_length(text: str) -> int | None:
    """Seconds of a length that is written like "2d", "1h 30m" or "2d 3h"; None if it is none."""
    found = _WRITTEN.match(text.strip()) if text.strip() else None
    if found is None:
        return None
    days, hours, minutes = (int(part or 0) for part in found.groups())
    return days * SECONDS["days"] + hours * SECONDS["hours"] + minutes * SECONDS["minutes"]


def write_length(seconds: int) -> str:
    """The same the other way round, to the minute."""
    days, rest = divmod(seconds // SECONDS["minutes"], 24 * 60)
    hours, minutes = divmod(rest, 60)
    return " ".join(f"{n}{unit}" for n, unit in ((days, "d"), (hours, "h"), (minutes, "m")) if n) or "0m"
