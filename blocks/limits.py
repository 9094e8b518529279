"""How often somebody is written to, and when: caps and quiet hours, of a shop and of a flow, as they are set and said.

Hours are those where the contact lives. Nothing here knows of messages: what went out is a list of instants (UTC
microseconds).
"""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, model_validator

from blocks.hours import MIDNIGHT, WEEK, Over, Quiet, at_clock
from blocks.phrase import Joined, Phrase, say
from blocks.values import moment

Channel = Literal["email"]
Keep = Literal["follow", "shop", "anyway"]
"""Whose limits a message keeps to: what its flow says, the shop's whatever its flow says, or none."""
MOST_LIMITS = 10
"""Caps, and windows of quiet hours, that one shop or flow may have."""
_HOUR = 3_600_000_000
_DAY = 24 * _HOUR


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Cap(_Part):
    """At most `most` messages of a channel in any `hours` hours or `days` times 24 hours, or in a calendar day, or in a week
    from Monday."""

    channel: Channel = "email"
    most: Annotated[int, Field(ge=1, le=100)] = 1
    per: Literal["day", "week", "hours", "days"] = "day"
    hours: Annotated[int, Field(ge=1, le=8784)] = 24
    days: Annotated[int, Field(ge=1, le=366)] = 7

    @property
    def reach(self) -> int:
        """How far back messages can count, at most (microseconds). The longest day has 25 hours."""
        return self._rolls or (2 if self.per == "day" else 8) * _DAY

    @property
    def _rolls(self) -> int:
        """How long the time is that goes with every message (microseconds); 0 for a day or a week of the calendar."""
        match self.per:
            case "hours":
                return self.hours * _HOUR
            case "days":
                return self.days * _DAY
        return 0

    def free_at(self, out: Iterable[int], now: int, zone: ZoneInfo) -> int:
        """The first moment, not before `now`, at which one more may go to somebody who was (or will be) written to at
        each of `out`."""
        times, at = sorted(out), now
        while len(times) >= self.most:
            if rolls := self._rolls:
                inside = [one for one in times if one > at - rolls]
                free = inside[-self.most] + rolls if len(inside) >= self.most else at
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
        if at_clock(first + step, MIDNIGHT, zone) <= at:
            first += step
        return at_clock(first, MIDNIGHT, zone), at_clock(first + step, MIDNIGHT, zone)

    def say(self) -> Phrase:
        """ "2 e-mails a day"."""
        match self.per:
            case "day":
                return say("{n} e-mail a day | {n} e-mails a day", n=self.most)
            case "week":
                return say("{n} e-mail a week | {n} e-mails a week", n=self.most)
            case "hours":
                time = say("{n} hour | {n} hours", n=self.hours)
            case "days":
                time = say("{n} day | {n} days", n=self.days)
        return say("{n} e-mail in {time} | {n} e-mails in {time}", n=self.most, time=time)


class Limits(_Part):
    """What a shop's marketing keeps to. Without caps and quiet hours, everything goes out as soon as it is due."""

    caps: Annotated[tuple[Cap, ...], Field(max_length=MOST_LIMITS)] = ()
    over: Over = "wait"
    quiet: Annotated[tuple[Quiet, ...], Field(max_length=MOST_LIMITS)] = ()
    in_quiet: Over = "wait"

    @model_validator(mode="after")
    def _some_time(self) -> "Limits":
        _leave_some_time(self.quiet)
        return self

    def caps_of(self, channel: str) -> tuple[Cap, ...]:
        """Those of a channel."""
        return tuple(cap for cap in self.caps if cap.channel == channel)

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


class FlowLimits(_Part):
    """What a flow's marketing keeps to: the shop's limits, none, or its own.

    Its own `caps` count only this flow's messages and hold besides the shop's. What else is set takes the place of what the
    shop has set; None leaves it.
    """

    keep: Literal["follow", "anyway", "own"] = "follow"
    caps: Annotated[tuple[Cap, ...], Field(max_length=MOST_LIMITS)] = ()
    over: Over | None = None
    quiet: Annotated[tuple[Quiet, ...], Field(max_length=MOST_LIMITS)] | None = None
    in_quiet: Over | None = None

    @model_validator(mode="after")
    def _some_time(self) -> "FlowLimits":
        _leave_some_time(self.quiet or ())
        return self

    def caps_of(self, channel: str) -> tuple[Cap, ...]:
        """Those of a channel."""
        return tuple(cap for cap in self.caps if cap.channel == channel)


def free_at(counted: Sequence[tuple[Cap, Sequence[int], ZoneInfo]], now: int) -> int:
    """The first moment, not before `now`, at which every cap admits one more to what it counts."""
    at = now
    while (later := max((cap.free_at(out, at, zone) for cap, out, zone in counted), default=at)) > at:
        at = later
    return at


def _leave_some_time(quiet: Sequence[Quiet]) -> None:
    if len(set[int]().union(*(window.minutes() for window in quiet))) == WEEK:
        raise ValueError("Quiet hours must leave some time in which e-mails may go out.")


def _joined(parts: Sequence[Phrase]) -> Joined:
    return Joined(tuple(parts))
