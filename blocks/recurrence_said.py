"""A calendar rule in words: "Every 2 weeks, on Mon and Thu, 6 times in all"."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from blocks.phrase import Day, Joined, Phrase, Weekdays, say
from blocks.recurrence import Recurrence

_MONTHS = (
    say("January"),
    say("February"),
    say("March"),
    say("April"),
    say("May"),
    say("June"),
    say("July"),
    say("August"),
    say("September"),
    say("October"),
    say("November"),
    say("December"),
)
_ORDINALS = {
    1: say("first"),
    2: say("second"),
    3: say("third"),
    4: say("fourth"),
    5: say("fifth"),
    -1: say("last"),
    -2: say("second to last"),
}


def say_recurrence(rule: Recurrence) -> Phrase:
    """The sentence, without the hour."""
    first, *more = _clauses(rule)
    for one in more:
        first = say("{first}, {more}", first=first, more=one)
    return first


def _clauses(rule: Recurrence) -> Iterator[Phrase]:
    yield _every(rule)
    plain = tuple(day for which, day in rule.week_days if not which)
    if plain:
        yield say("on {days}", days=Weekdays(plain))
    if numbered := [(which, day) for which, day in rule.week_days if which]:
        within = rule.freq == "MONTHLY" or rule.months
        days = _joined(_numbered(which, day) for which, day in numbered)
        yield say("on {days}", days=days) if within else say("on {days} of the year", days=days)
    if rule.month_days:
        yield say("on {days} of the month", days=_joined(map(_day, rule.month_days)))
    if rule.year_days:
        yield say("on {days} of the year", days=_joined(map(_day, rule.year_days)))
    if rule.weeks:
        yield say("in {weeks} of the year", weeks=_joined(map(_week, rule.weeks)))
    if rule.months:
        yield say("in {months}", months=_joined(_MONTHS[month - 1] for month in rule.months))
    if rule.positions:
        yield say("of these only {which}", which=_joined(map(_place, rule.positions)))
    if rule.count is not None:
        yield say("{n} time in all | {n} times in all", n=rule.count)
    if rule.until is not None:
        yield say("until {day}", day=Day(rule.until.date() if isinstance(rule.until, datetime) else rule.until))


def _joined(parts: Iterable[Phrase]) -> Joined:
    return Joined(tuple(parts))


def _every(rule: Recurrence) -> Phrase:
    match rule.freq:
        case "DAILY":
            return say("Every day | Every {n} days", n=rule.interval)
        case "WEEKLY":
            return say("Every week | Every {n} weeks", n=rule.interval)
        case "MONTHLY":
            return say("Every month | Every {n} months", n=rule.interval)
    return say("Every year | Every {n} years", n=rule.interval)


def _numbered(n: int, weekday: int) -> Phrase:
    day = Weekdays((weekday,))
    if n in _ORDINALS:
        return say("the {which} {day}", which=_ORDINALS[n], day=day)
    return say("{day} number {n}", day=day, n=n) if n > 0 else say("{day} number {n} from the end", day=day, n=-n)


def _place(n: int) -> Phrase:
    if n in _ORDINALS:
        return say("the {which}", which=_ORDINALS[n])
    return say("number {n}", n=n) if n > 0 else say("number {n} from the end", n=-n)


def _day(n: int) -> Phrase:
    if n == -1:
        return say("the last day")
    return say("day {n}", n=n) if n > 0 else say("day {n} from the end", n=-n)


def _week(n: int) -> Phrase:
    if n == -1:
        return say("the last week")
    return say("week {n}", n=n) if n > 0 else say("week {n} from the end", n=-n)
