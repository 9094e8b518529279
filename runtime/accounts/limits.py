"""How often a shop writes to one contact, and when: caps and quiet hours, as they are set and as they are said.

Hours are those where the contact lives. A window is a pair of instants, so that a time which daylight saving skips is the
next minute that exists, and one that happens twice counts once. Nothing here knows of messages: what went out is a list
of instants (UTC microseconds).
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from blocks.phrase import Joined, Phrase, TimeOfDay, Weekdays, say
from blocks.values import micros, moment
from blocks.zones import local_to_utc
from runtime.clock import DAY, HOUR

Channel = Literal["email"]
Over = Literal["wait", "skip"]
"""What becomes of a message that a limit keeps back: it waits until the limit lets it through, or is not sent at all."""
MOST_LIMITS = 10
"""Caps, and windows of quiet hours, that one shop may have."""
_MIDNIGHT = "00:00"
_MINUTES = 24 * 60
_WEEK = 7 * _MINUTES

Clock = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Cap(_Part):
    """At most `most` messages of a channel in any `hours` hours, or in a calendar day, or in a week from Monday."""

    channel: Channel = "email"
    most: Annotated[int, Field(ge=1, le=100)] = 1
    per: Literal["day", "week", "hours"] = "day"
    hours: Annotated[int, Field(ge=1, le=8784)] = 24

    @property
    def reach(self) -> int:
        """How far back messages can count, at most (microseconds). The longest day has 25 hours."""
        match self.per:
            case "hours":
                return self.hours * HOUR
            case "day":
                return 2 * DAY
        return 8 * DAY

    def free_at(self, out: Iterable[int], now: int, zone: ZoneInfo) -> int:
        """The first moment, not before `now`, at which one more may go to somebody who was (or will be) written to at
        each of `out`."""
        times, at = sorted(out), now
        while len(times) >= self.most:
            if self.per == "hours":
                inside = [one for one in times if one > at - self.hours * HOUR]
                free = inside[-self.most] + self.hours * HOUR if len(inside) >= self.most else at
            else:
                begin, free = self._period(at, zone)
                inside = [one for one in times if begin <= one < free]
            if len(inside) < self.most:
                break
            at = free
        return at

    def _period(self, at: int, zone: ZoneInfo) -> tuple[int, int]:
        """The calendar day or week that holds an instant, from its first to the next one's first. Where clocks go back
        over midnight (St. John's did), the hour that comes again is of the new day."""
        day = moment(at).astimezone(zone).date()
        first = day if self.per == "day" else day - timedelta(days=day.weekday())
        step = timedelta(days=1 if self.per == "day" else 7)
        if _at(first + step, _MIDNIGHT, zone) <= at:
            first += step
        return _at(first, _MIDNIGHT, zone), _at(first + step, _MIDNIGHT, zone)

    def say(self) -> Phrase:
        """ "2 e-mails a day"."""
        match self.per:
            case "day":
                return say("{n} e-mail a day | {n} e-mails a day", n=self.most)
            case "week":
                return say("{n} e-mail a week | {n} e-mails a week", n=self.most)
        hours = say("{n} hour | {n} hours", n=self.hours)
        return say("{n} e-mail in {time} | {n} e-mails in {time}", n=self.most, time=hours)


class Quiet(_Part):
    """Hours in which nothing goes out, on the days on which they begin (none: every day). From a time to the same time is
    a whole day."""

    start: Clock = "21:00"
    end: Clock = "08:00"
    days: tuple[Annotated[int, Field(ge=1, le=7)], ...] = ()

    @field_validator("days")
    @classmethod
    def _in_order(cls, days: tuple[int, ...]) -> tuple[int, ...]:
        chosen = tuple(sorted(set(days)))
        return () if len(chosen) == 7 else chosen

    def ends(self, now: int, zone: ZoneInfo) -> int | None:
        """When they end, if they hold at `now`; at that very moment they hold no longer."""
        today = moment(now).astimezone(zone).date()
        for day in (today, today - timedelta(days=1)):
            if not self.days or day.isoweekday() in self.days:
                until = day + timedelta(days=1) if self._over_midnight else day
                end = _at(until, self.end, zone)
                if _at(day, self.start, zone) <= now < end:
                    return end
        return None

    @property
    def _over_midnight(self) -> bool:
        return self.end <= self.start

    def minutes(self) -> set[int]:
        """The minutes of a week that they hold, from Monday 00:00."""
        first, last = _minute(self.start), _minute(self.end) + (_MINUTES if self._over_midnight else 0)
        days = self.days or range(1, 8)
        return {((day - 1) * _MINUTES + minute) % _WEEK for day in days for minute in range(first, last)}

    def say(self) -> Phrase:
        """ "between 21:00 and 08:00 on Fri and Sat"."""
        days = Weekdays(self.days)
        if self.start == self.end == _MIDNIGHT:
            return say("on {days}", days=days)
        start, end = TimeOfDay(self.start), TimeOfDay(self.end)
        if not self.days:
            return say("between {start} and {end}", start=start, end=end)
        return say("between {start} and {end} on {days}", start=start, end=end, days=days)


class Limits(_Part):
    """What a shop's marketing keeps to. Without caps and quiet hours, everything goes out as soon as it is due."""

    caps: Annotated[tuple[Cap, ...], Field(max_length=MOST_LIMITS)] = ()
    over: Over = "wait"
    quiet: Annotated[tuple[Quiet, ...], Field(max_length=MOST_LIMITS)] = ()
    in_quiet: Over = "wait"

    @model_validator(mode="after")
    def _leave_some_time(self) -> "Limits":
        if len(set().union(*(window.minutes() for window in self.quiet))) == _WEEK:
            raise ValueError("Quiet hours must leave some time in which e-mails may go out.")
        return self

    def caps_of(self, channel: str) -> tuple[Cap, ...]:
        """Those of a channel."""
        return tuple(cap for cap in self.caps if cap.channel == channel)

    def awake_at(self, now: int, zone: ZoneInfo) -> int:
        """The first moment, not before `now`, that is outside all quiet hours."""
        at = now
        while ends := [end for window in self.quiet if (end := window.ends(at, zone)) is not None]:
            at = max(ends)
        return at

    def say(self) -> Phrase:
        """All of it in one sentence."""
        caps, quiet = _joined([cap.say() for cap in self.caps]), _joined([window.say() for window in self.quiet])
        match bool(self.caps), bool(self.quiet):
            case True, True if self.over == self.in_quiet:
                if self.over == "wait":
                    return say("At most {caps}, none {quiet}; what is over waits", caps=caps, quiet=quiet)
                return say("At most {caps}, none {quiet}; what is over is not sent", caps=caps, quiet=quiet)
            case True, True:
                return say("{caps}. {quiet}", caps=self._say_caps(caps), quiet=self._say_quiet(quiet))
            case True, False:
                return self._say_caps(caps)
            case False, True:
                return self._say_quiet(quiet)
        return say("No limits: every e-mail goes out as soon as it is due")

    def _say_caps(self, caps: Joined) -> Phrase:
        if self.over == "wait":
            return say("At most {caps}; what is over waits", caps=caps)
        return say("At most {caps}; what is over is not sent", caps=caps)

    def _say_quiet(self, quiet: Joined) -> Phrase:
        if self.in_quiet == "wait":
            return say("No e-mails {quiet}; what is due then waits", quiet=quiet)
        return say("No e-mails {quiet}; what is due then is not sent", quiet=quiet)


def free_at(caps: Sequence[Cap], out: Iterable[int], now: int, zone: ZoneInfo) -> int:
    """The first moment, not before `now`, at which every one of `caps` admits one more."""
    times, at = list(out), now
    while (later := max((cap.free_at(times, at, zone) for cap in caps), default=at)) > at:
        at = later
    return at


def _joined(parts: Sequence[Phrase]) -> Joined:
    return Joined(tuple(parts))


@lru_cache(maxsize=4096)  # the same few of each day are asked for every message
def _at(day: date, clock: str, zone: ZoneInfo) -> int:
    return micros(local_to_utc(datetime.combine(day, time.fromisoformat(clock)), zone))


def _minute(clock: str) -> int:
    return int(clock[:2]) * 60 + int(clock[3:])
