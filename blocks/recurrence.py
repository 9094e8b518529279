"""A calendar rule as RFC 5545 writes it: "FREQ=MONTHLY;BYDAY=-1FR" is the last Friday of every month.

It says on which days something comes; at which hour, and in which zone, is not its affair. What repeats within a day
(FREQ=HOURLY, BYHOUR and the like) is therefore refused, and so is everything that is no part of such a rule.

A rule that no day ever meets (BYMONTH=2;BYMONTHDAY=30) must cost little: a day is looked for `YEARS_AHEAD` years ahead and no
further, which is some 30 ms at most. Libraries look to the end of the year 9999 (`dateutil`: 18 s for this one).
"""

import re
from calendar import isleap, monthrange
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import takewhile
from typing import Literal, cast

from blocks.phrase import Phrase, Quoted, say

Freq = Literal["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]
LONGEST = 500
"""Characters of a rule."""
MOST_TIMES = 1000
"""The greatest COUNT and INTERVAL."""
YEARS_AHEAD = 40
"""A 29 February that is a Sunday comes once in 28 years, and once in 40 around the year 2100."""
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_DAY = timedelta(days=1)
_BY_DAY = re.compile(r"([+-]?\d{1,2})?([A-Z]{2})")
_UNTIL = re.compile(r"(\d{8})(T\d{6}Z)?")
_WITHIN_A_DAY = ("BYHOUR", "BYMINUTE", "BYSECOND")
_TOO_OFTEN = ("HOURLY", "MINUTELY", "SECONDLY")


class NotARule(ValueError):
    """What was written is no such rule. `phrase` names the part that is wrong, and says what would be right."""

    def __init__(self, phrase: Phrase) -> None:
        super().__init__(phrase.msgid)
        self.phrase = phrase


@dataclass(frozen=True, slots=True)
class Recurrence:
    """A rule that was read. Empty parts were not written."""

    freq: Freq
    interval: int = 1
    count: int | None = None
    until: date | datetime | None = None
    """The last day, or the last instant (UTC)."""
    months: tuple[int, ...] = ()
    weeks: tuple[int, ...] = ()
    year_days: tuple[int, ...] = ()
    month_days: tuple[int, ...] = ()
    week_days: tuple[tuple[int, int], ...] = ()
    """(which of the month or year, ISO weekday); 0 for every one."""
    positions: tuple[int, ...] = ()
    week_start: int = 1
    """ISO weekday."""

    def days(self, first: date, start: date) -> Iterator[date]:
        """The days from `start` on, in order, counted from `first`: as far as the `YEARS_AHEAD` from the later of the two.

        Where the rule leaves open which day it is, it is that of `first`, as the RFC has it. A day that a month does not
        have is left out.
        """
        # What is counted has to be gone through from the beginning.
        behind = first if self.count is not None else max(first, start)
        horizon = _years_on(max(first, start), YEARS_AHEAD)
        last = self.until.date() + _DAY if isinstance(self.until, datetime) else self.until
        horizon = horizon if last is None else min(horizon, last)
        counted = 0
        for period in self._periods(first, behind, horizon):
            for day in self._of_period(period, first):
                if day < first:
                    continue
                counted += 1
                if day > horizon or (self.count and counted > self.count):
                    return
                if day >= start:
                    yield day

    def _of_period(self, period: list[date], first: date) -> list[date]:
        met = [day for day in period if self._meets(day, first)]
        if not self.positions:
            return met
        places = {place - 1 if place > 0 else len(met) + place for place in self.positions}
        return [met[place] for place in sorted(places) if 0 <= place < len(met)]

    def _periods(self, first: date, behind: date, horizon: date) -> Iterator[list[date]]:
        """The days of each day, week, month or year in which it may come, from the one around `behind` on."""
        at = self._begin(first)
        if (passed := self._between(at, self._begin(behind)) // self.interval) > 0:
            at = self._on(at, passed * self.interval)
        while at <= horizon:
            beyond = self._on(at, 1)
            yield list(takewhile(beyond.__gt__, _from(at)))
            at = self._on(at, self.interval)

    def _begin(self, day: date) -> date:
        match self.freq:
            case "DAILY":
                return day
            case "WEEKLY":
                return day - timedelta(days=(day.isoweekday() - self.week_start) % 7)
            case "MONTHLY":
                return day.replace(day=1)
        return day.replace(month=1, day=1)

    def _between(self, one: date, other: date) -> int:
        match self.freq:
            case "DAILY":
                return (other - one).days
            case "WEEKLY":
                return (other - one).days // 7
            case "MONTHLY":
                return (other.year - one.year) * 12 + other.month - one.month
        return other.year - one.year

    def _on(self, begin: date, periods: int) -> date:
        try:
            match self.freq:
                case "DAILY":
                    return begin + timedelta(days=periods)
                case "WEEKLY":
                    return begin + timedelta(weeks=periods)
                case "MONTHLY":
                    month = begin.month - 1 + periods
                    return date(begin.year + month // 12, month % 12 + 1, 1)
            return date(begin.year + periods, 1, 1)
        except (ValueError, OverflowError):
            return date.max

    def _meets(self, day: date, first: date) -> bool:
        if self.months and day.month not in self.months:
            return False
        if not (self.weeks or self.year_days or self.month_days or self.week_days):
            match self.freq:
                case "WEEKLY":
                    return day.weekday() == first.weekday()
                case "MONTHLY":
                    return day.day == first.day
                case "YEARLY":
                    return day.day == first.day and (bool(self.months) or day.month == first.month)
            return True
        last_of_month, last_of_year = monthrange(day.year, day.month)[1], 366 if isleap(day.year) else 365
        of_year = day.timetuple().tm_yday
        return (
            _among(day.day, last_of_month, self.month_days)
            and _among(of_year, last_of_year, self.year_days)
            and (not self.weeks or _among(*self._week(day), self.weeks))
            and (not self.week_days or self._is_weekday(day, (day.day, last_of_month), (of_year, last_of_year)))
        )

    def _is_weekday(self, day: date, in_month: tuple[int, int], in_year: tuple[int, int]) -> bool:
        within_month = self.freq == "MONTHLY" or bool(self.months)
        at, last = in_month if within_month else in_year
        places = (0, (at - 1) // 7 + 1, -((last - at) // 7 + 1))
        return any(weekday == day.isoweekday() and which in places for which, weekday in self.week_days)

    def _week(self, day: date) -> tuple[int, int]:
        """The number of its week, and of the last week of that year. Week 1 is the first with four days of the year."""
        middle = day - timedelta(days=(day.isoweekday() - self.week_start) % 7) + timedelta(days=3)
        last = date(middle.year, 12, 28)
        last_middle = last - timedelta(days=(last.isoweekday() - self.week_start) % 7) + timedelta(days=3)
        return (middle.timetuple().tm_yday - 1) // 7 + 1, (last_middle.timetuple().tm_yday - 1) // 7 + 1


def read_recurrence(text: str) -> Recurrence:
    """Read what somebody wrote, with or without "RRULE:" before it. Raises NotARule."""
    written = text.strip().upper().removeprefix("RRULE:").rstrip(";")
    if len(written.split()) > 1:
        raise NotARule(say("Write one rule in one line, like FREQ=MONTHLY;BYDAY=-1FR"))
    parts: dict[str, str] = {}
    for part in written.split(";"):
        name, equals, value = part.partition("=")
        if not equals or not name or not value:
            raise NotARule(say("{part} is no part of a rule; write it as NAME=VALUE", part=Quoted(part)))
        if name in parts:
            raise NotARule(say("{name} stands there twice", name=name))
        parts[name] = value
    _refuse_unknown(parts)
    freq = parts.get("FREQ", "")
    if freq in _TOO_OFTEN:
        raise NotARule(say("FREQ={freq} comes more than once a day; DAILY is the most often", freq=freq))
    if freq not in ("DAILY", "WEEKLY", "MONTHLY", "YEARLY"):
        raise NotARule(say("FREQ says how often: DAILY, WEEKLY, MONTHLY or YEARLY"))
    found = Recurrence(
        freq=cast(Freq, freq),
        interval=_number("INTERVAL", parts.get("INTERVAL", "1"), MOST_TIMES),
        count=_number("COUNT", parts["COUNT"], MOST_TIMES) if "COUNT" in parts else None,
        until=_until(parts["UNTIL"]) if "UNTIL" in parts else None,
        months=_numbers(parts, "BYMONTH", 12, negative=False),
        weeks=_numbers(parts, "BYWEEKNO", 53),
        year_days=_numbers(parts, "BYYEARDAY", 366),
        month_days=_numbers(parts, "BYMONTHDAY", 31),
        week_days=_week_days(parts["BYDAY"]) if "BYDAY" in parts else (),
        positions=_numbers(parts, "BYSETPOS", 366),
        week_start=_weekday("WKST", parts.get("WKST", "MO")),
    )
    _check_together(found, parts)
    return found


_KNOWN = frozenset(
    "FREQ INTERVAL COUNT UNTIL BYMONTH BYWEEKNO BYYEARDAY BYMONTHDAY BYDAY BYSETPOS WKST".split()  # noqa: SIM905
)


def _refuse_unknown(parts: Mapping[str, str]) -> None:
    for name in parts:
        if name in _WITHIN_A_DAY:
            raise NotARule(say("{name} has no place here: the hour is set in its own field below", name=name))
        if name.startswith("DTSTART"):
            raise NotARule(say("DTSTART has no place here: the first day is set in its own field below"))
        if name not in _KNOWN:
            raise NotARule(say("{name} is no part of a calendar rule", name=Quoted(name)))


def _check_together(rule: Recurrence, parts: Mapping[str, str]) -> None:
    """What is right in itself, but not beside the rest."""
    if rule.count is not None and rule.until is not None:
        raise NotARule(say("COUNT and UNTIL both say when it ends; keep one of them"))
    if rule.weeks and rule.freq != "YEARLY":
        raise NotARule(say("{name} goes only with FREQ={freq}", name="BYWEEKNO", freq="YEARLY"))
    if rule.year_days and rule.freq != "YEARLY":
        raise NotARule(say("{name} goes only with FREQ={freq}", name="BYYEARDAY", freq="YEARLY"))
    if rule.month_days and rule.freq == "WEEKLY":
        raise NotARule(say("BYMONTHDAY does not go with FREQ=WEEKLY; write FREQ=MONTHLY"))
    if any(which for which, _ in rule.week_days):
        if rule.freq not in ("MONTHLY", "YEARLY"):
            numbered = Quoted(parts["BYDAY"])
            raise NotARule(
                say("A number before a day, as in BYDAY={days}, needs FREQ=MONTHLY or YEARLY", days=numbered)
            )
        if rule.weeks:
            raise NotARule(say("A number before a day in BYDAY does not go with BYWEEKNO"))
    if rule.positions and not any(name.startswith("BY") and name != "BYSETPOS" for name in parts):
        raise NotARule(say("BYSETPOS picks from what another part gives; add BYDAY or BYMONTHDAY"))


def _number(name: str, value: str, most: int) -> int:
    if not (value.isascii() and value.isdigit() and 1 <= int(value[:9]) <= most):
        raise NotARule(
            say("{name} is a number from 1 to {most}, and no {value}", name=name, most=most, value=Quoted(value))
        )
    return int(value)


def _numbers(parts: Mapping[str, str], name: str, most: int, *, negative: bool = True) -> tuple[int, ...]:
    if name not in parts:
        return ()
    found = set()
    for value in parts[name].split(","):
        digits = value[1:] if value[:1] in ("-", "+") else value
        right = digits.isascii() and digits.isdigit() and 1 <= int(digits[:9]) <= most
        if not right or (value.startswith("-") and not negative):
            text = say(
                "{name} holds numbers from 1 to {most}, and no {value}", name=name, most=most, value=Quoted(value)
            )
            if negative:
                text = say(
                    "{name} holds numbers from 1 to {most}, or from -1 to -{most} from the end, and no {value}",
                    name=name,
                    most=most,
                    value=Quoted(value),
                )
            raise NotARule(text)
        found.add(int(value))
    return tuple(sorted(found, key=lambda number: (number < 0, number)))


def _week_days(value: str) -> tuple[tuple[int, int], ...]:
    found = set()
    for one in value.split(","):
        matched = _BY_DAY.fullmatch(one)
        if matched is None:
            raise NotARule(_no_weekday("BYDAY", one))
        which = int(matched[1] or 0)
        if matched[1] and not 1 <= abs(which) <= 53:
            raise NotARule(say("BYDAY={day}: the number goes from 1 to 53, or from -1 to -53", day=Quoted(one)))
        found.add((which, _weekday("BYDAY", matched[2])))
    return tuple(sorted(found))


def _weekday(name: str, value: str) -> int:
    if value not in WEEKDAYS:
        raise NotARule(_no_weekday(name, value))
    return WEEKDAYS.index(value) + 1


def _no_weekday(name: str, value: str) -> Phrase:
    return say("{name} holds days as MO, TU, WE, TH, FR, SA or SU, and no {value}", name=name, value=Quoted(value))


def _until(value: str) -> date | datetime:
    matched = _UNTIL.fullmatch(value)
    try:
        if matched is not None:
            if matched[2]:
                return datetime.strptime(value.removesuffix("Z"), "%Y%m%dT%H%M%S").replace(tzinfo=UTC)
            return datetime.strptime(value, "%Y%m%d").replace(tzinfo=UTC).date()
    except ValueError:
        pass
    raise NotARule(say("UNTIL is the last day, written like 20261231, and no {value}", value=Quoted(value)))


def _among(at: int, last: int, wanted: tuple[int, ...]) -> bool:
    """Whether the place is one of those that are wanted; negative ones count from the end. Nothing wanted: any."""
    return not wanted or at in wanted or at - last - 1 in wanted


def _from(day: date) -> Iterator[date]:
    while day < date.max:
        yield day
        day += _DAY


def _years_on(day: date, years: int) -> date:
    return date(min(day.year + years, 9998), 12, 31)
