"""What somebody wants to see rehearsed, as the page holds it: a start by wall clocks, and events by day."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from blocks.examples import Example
from blocks.values import micros, moment
from blocks.zones import local_to_utc
from runtime.rehearsal import Happening, MadeUp, Opening, begins, happenings, made_up
from runtime.zones import zone_of

LATEST_DAY = 90
FIRST_YEAR, LAST_YEAR = 1971, 2999
_NOON = time(12)


@dataclass(slots=True)
class Later:
    """An event so many days after the start, at an hour. Without `properties`, those of the latest such event are used;
    `changes` are laid over them, by their paths."""

    name: str
    days: int = 1
    at: str = "10:00"
    properties: Mapping[str, Any] | None = None
    contact: Mapping[str, Any] = field(default_factory=dict)
    changes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Wish:
    """`contact` is None for somebody made up. `zone` is where whoever it is lives; `of_flow` that of the flow, by whose clocks
    all of it is meant if there is one."""

    contact: int | None
    name: str
    zone: str
    day: date
    hour: str
    of_flow: str = ""
    made_up: MadeUp = field(default_factory=MadeUp)
    opening: Opening = field(default_factory=Opening)
    """What lets them in, unless it is an example."""
    later: list[Later] = field(default_factory=list)
    example: str = ""
    """The name of the example that this is: then only what it says happens, and nothing is taken from the shop's events."""

    @classmethod
    def at(cls, now: int, zone: str, of_flow: str = "", contact: int | None = None, name: str = "") -> "Wish":
        """Beginning now."""
        wall = moment(now).astimezone(zone_of(of_flow, zone))
        return cls(contact, name, zone, wall.date(), f"{wall:%H:%M}", of_flow)

    def become(self, example: Example, home: str) -> None:
        """Wish for an example; `home` is the shop's zone."""
        self.contact, self.name, self.example = None, "", example.name
        self.made_up = made_up(example)
        self.zone = example.contact.zone or home
        self.day, self.hour = example.start.date(), f"{example.start:%H:%M}"
        self.later = [self._later(one) for one in happenings(example, begins(example, self.of_flow, home))]

    def _later(self, one: Happening) -> Later:
        wall = moment(one.at).astimezone(self._clocks)
        return Later(one.name, (wall.date() - self.day).days, f"{wall:%H:%M}", one.properties, one.contact)

    @property
    def who(self) -> int | MadeUp:
        """Whom it is about."""
        return self.made_up if self.contact is None else self.contact

    @property
    def start(self) -> int:
        """When it begins, UTC microseconds."""
        return self._instant(self.day, self.hour)

    def happenings(self) -> list[Happening]:
        """The events, none of them before the start."""
        return [
            Happening(one.name, self.at_of(one), one.properties, one.contact, one.changes)
            for one in self.later
            if one.name
        ]

    def at_of(self, one: Later) -> int:
        """When it happens, UTC microseconds: at the start if it was to be before."""
        return max(self.start, self._wanted_at(one))

    def too_early(self, one: Later) -> bool:
        """Whether it was to be before the start."""
        return self._wanted_at(one) < self.start

    def _wanted_at(self, one: Later) -> int:
        return self._instant(self.day + timedelta(days=one.days), one.at)

    def _instant(self, day: date, hour: str) -> int:
        return micros(local_to_utc(datetime.combine(day, _time(hour)), self._clocks))

    @property
    def _clocks(self) -> ZoneInfo:
        return zone_of(self.of_flow, self.zone)


def _time(text: str) -> time:
    try:
        return time.fromisoformat(text).replace(tzinfo=None)
    except ValueError:
        return _NOON


def read_day(text: str) -> date | None:
    """A day as a browser's field says it; None if it is none, or so far away that the calendar ends."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if FIRST_YEAR <= found.year <= LAST_YEAR else None


def offset(us: int, zone: str) -> str:
    """How far clocks there are from UTC at an instant: "UTC+7"."""
    seconds = int((moment(us).astimezone(zone_of(zone)).utcoffset() or timedelta()).total_seconds())
    sign = "−" if seconds < 0 else "+"
    hours, minutes = divmod(abs(seconds) // 60, 60)
    return UTC.tzname(None) + (f"{sign}{hours}" + (f":{minutes:02}" if minutes else "") if seconds else "")
