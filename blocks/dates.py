"""A day that a field names, and the instant some days, weeks or months off it at which something is to happen."""

from calendar import isleap
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import Field

from blocks.durations import moved_days
from blocks.values import Typed, moment, safe_path
from blocks.zones import local_to_utc

When = Literal["on", "before", "after"]
CalendarUnit = Literal["days", "weeks", "months"]
WHEN_CHOICES = {"on": "On the day", "before": "Before the day", "after": "After the day"}
CALENDAR_CHOICES = {"days": "days", "weeks": "weeks", "months": "months"}

# The settings of a block that goes by a date; the form draws them one below the other.
WhenSetting = Annotated[When, Field(title="When", json_schema_extra={"widget": "select", "choices": WHEN_CHOICES})]
AmountSetting = Annotated[
    int,
    Field(
        ge=1,
        le=1000,
        title="By how much",
        json_schema_extra={"widget": "duration", "only": {"when": ("before", "after")}},
    ),
]
UnitSetting = Annotated[
    CalendarUnit,
    Field(title="Unit", json_schema_extra={"widget": "part_of", "field": "amount", "choices": CALENDAR_CHOICES}),
]
HourSetting = Annotated[
    str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$", title="At", json_schema_extra={"widget": "time"})
]
YearlySetting = Annotated[bool, Field(title="The same day every year", json_schema_extra={"widget": "switch"})]


def day_of(typed: Typed, field: str, zone: ZoneInfo) -> date | None:
    """The day that a field names: a date without an hour is that day everywhere, an instant the day it is in `zone`."""
    value = typed["d"].get(safe_path(field))
    first = value[0] if isinstance(value, list) and value else value
    if not isinstance(first, int):
        return None
    at = moment(first)
    # Midnight UTC is what a date without an hour is kept as.
    return at.date() if at.time() == time(0) else at.astimezone(zone).date()


@dataclass(frozen=True, slots=True)
class Off:
    """On a day, or some time before or after it, at a time of day (\"HH:MM\")."""

    when: When
    amount: int
    unit: CalendarUnit
    at: str

    def instant(self, day: date, zone: ZoneInfo) -> datetime:
        """That instant (UTC), for clocks in `zone`."""
        wall = datetime.combine(day, time.fromisoformat(self.at))
        if self.when != "on":
            wall = moved_days(wall, -self.amount if self.when == "before" else self.amount, self.unit)
        return local_to_utc(wall, zone)

    def next_anniversary(self, day: date, zone: ZoneInfo, after: datetime) -> tuple[date, datetime]:
        """The first such instant of any year at or after `after`, with the day of that year."""
        return next((then, at) for then, at in self._every_year(day, zone, after) if at >= after)

    def occurrences(self, day: date, zone: ZoneInfo, now: datetime) -> Iterator[tuple[date, datetime]]:
        """The day in years around now, each with its instant: every one whose instant has passed and whose day has not."""
        here, off = now.astimezone(UTC).year, self.amount // 12
        first, last = here - 1 - (off if self.when == "after" else 0), here + 1 + (off if self.when == "before" else 0)
        for year in range(max(1, first), min(last, 9997) + 1):
            then = in_year(day, year)
            yield then, self.instant(then, zone)

    def _every_year(self, day: date, zone: ZoneInfo, after: datetime) -> Iterator[tuple[date, datetime]]:
        # The longest way off a day is 1,000 months.
        back = 1 + (self.amount if self.when == "after" else 0) // 12
        for year in range(after.astimezone(UTC).year - back, 9998):
            then = in_year(day, year)
            yield then, self.instant(then, zone)


def is_over(day: date, zone: ZoneInfo, now: datetime) -> bool:
    """Whether a day has ended on clocks in `zone`."""
    return now.astimezone(zone).date() > day


def in_year(day: date, year: int) -> date:
    """The same day of another year; 29 February falls on the 28th where there is none."""
    if (day.month, day.day) == (2, 29) and not isleap(year):
        return date(year, 2, 28)
    return day.replace(year=year)
