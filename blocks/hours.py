"""Hours of the week where somebody lives: those in which nothing goes out, and those in which alone something does.

A window is a pair of instants, so that a time which daylight saving skips is the next minute that exists, and one that
happens twice counts once. Instants are UTC microseconds.
"""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, field_validator

from blocks.phrase import Phrase, TimeOfDay, Weekdays, say
from blocks.values import micros, moment
from blocks.zones import local_to_utc

Over = Literal["wait", "skip"]
"""What becomes of a message that is kept back: it waits until it may go out, or is not sent at all."""
MIDNIGHT = "00:00"
WEEK = 7 * 24 * 60
"""Minutes of a week."""
_DAY = 24 * 60
_SOON = 15 * _DAY * 60_000_000
"""A moment that two weeks do not have never comes (microseconds); a day more, for what daylight saving skips."""
_AHEAD = 16
"""Days within which hours that come every week come again, even if daylight saving skips them once."""

Clock = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]


class Window(BaseModel):
    """From a time to another, on the days on which it begins (none: every day). From a time to the same time is a whole
    day."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    start: Clock
    end: Clock
    days: tuple[Annotated[int, Field(ge=1, le=7)], ...] = ()

    @field_validator("days")
    @classmethod
    def _in_order(cls, days: tuple[int, ...]) -> tuple[int, ...]:
        chosen = tuple(sorted(set(days)))
        return () if len(chosen) == 7 else chosen

    @property
    def _over_midnight(self) -> bool:
        return self.end <= self.start

    def on(self, day: date, zone: ZoneInfo) -> tuple[int, int] | None:
        """From when until when, if it begins on that day. Daylight saving may leave nothing of it."""
        if self.days and day.isoweekday() not in self.days:
            return None
        until = day + timedelta(days=1) if self._over_midnight else day
        return at_clock(day, self.start, zone), at_clock(until, self.end, zone)

    def minutes(self) -> set[int]:
        """The minutes of a week that it holds, from Monday 00:00."""
        first, last = _minute(self.start), _minute(self.end) + (_DAY if self._over_midnight else 0)
        days = self.days or range(1, 8)
        return {((day - 1) * _DAY + minute) % WEEK for day in days for minute in range(first, last)}

    def short(self) -> Phrase:
        """ "21:00–08:00, Fri and Sat", for where there is little room."""
        if self.start == self.end == MIDNIGHT:
            return say("{days}", days=Weekdays(self.days or tuple(range(1, 8))))
        start, end = TimeOfDay(self.start), TimeOfDay(self.end)
        if not self.days:
            return say("{start}–{end}", start=start, end=end)
        return say("{start}–{end}, {days}", start=start, end=end, days=Weekdays(self.days))

    def say(self) -> Phrase:
        """ "between 21:00 and 08:00 on Fri and Sat"."""
        if self.start == self.end == MIDNIGHT:
            return say("on {days}", days=Weekdays(self.days or tuple(range(1, 8))))
        start, end = TimeOfDay(self.start), TimeOfDay(self.end)
        if not self.days:
            return say("between {start} and {end}", start=start, end=end)
        return say("between {start} and {end} on {days}", start=start, end=end, days=Weekdays(self.days))


class Quiet(Window):
    """Hours in which nothing goes out."""

    start: Clock = "21:00"
    end: Clock = "08:00"

    def ends(self, now: int, zone: ZoneInfo) -> int | None:
        """When they end, if they hold at `now`; at that very moment they hold no longer."""
        today = moment(now).astimezone(zone).date()
        for day in (today, today - timedelta(days=1)):
            if (found := self.on(day, zone)) is not None and found[0] <= now < found[1]:
                return found[1]
        return None


class Hours(Window):
    """The only hours in which a block's messages go out, and what becomes of what is due outside of them."""

    start: Clock = "09:00"
    end: Clock = "18:00"
    then: Over = "wait"

    def opens_at(self, now: int, zone: ZoneInfo) -> int:
        """The first moment, not before `now`, that they hold."""
        today = moment(now).astimezone(zone).date()
        for ahead in range(-1, _AHEAD):
            found = self.on(today + timedelta(days=ahead), zone)
            if found is not None and now < found[1] and found[0] < found[1]:
                return max(now, found[0])
        raise AssertionError("every weekday comes again")


def awake_at(quiet: Sequence[Quiet], now: int, zone: ZoneInfo) -> int:
    """The first moment, not before `now`, that is outside all quiet hours."""
    at = now
    while ends := [end for window in quiet if (end := window.ends(at, zone)) is not None]:
        at = max(ends)
    return at


def open_at(quiet: Sequence[Quiet], zone: ZoneInfo, hours: Hours | None, clocks: ZoneInfo, now: int) -> int | None:
    """The first moment, not before `now`, in `hours`, which are those of `clocks`, and outside all quiet hours, which are
    those of `zone`; None if the next two weeks have none."""
    if hours is None:
        return awake_at(quiet, now, zone)
    at = now
    while (later := awake_at(quiet, hours.opens_at(at, clocks), zone)) > at:
        if later > now + _SOON:
            return None
        at = later
    return at


@lru_cache(maxsize=4096)  # the same few of each day are asked for every message
def at_clock(day: date, clock: str, zone: ZoneInfo) -> int:
    """The instant at which clocks in `zone` show `clock` ("HH:MM") on that day."""
    return micros(local_to_utc(datetime.combine(day, time.fromisoformat(clock)), zone))


def _minute(clock: str) -> int:
    return int(clock[:2]) * 60 + int(clock[3:])
