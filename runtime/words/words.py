"""The words of one language."""

import re
from collections.abc import Mapping
from datetime import datetime, time
from functools import cache
from typing import Any

from blocks.phrase import Day, Joined, Moment, Money, Months, Phrase, Quoted, Span, TimeOfDay, Weekdays, Within, say
from blocks.values import moment
from runtime.clock import DAY, SECOND
from runtime.words import local
from runtime.words.catalog import LANGUAGES, MANY, catalog

_PLACE = re.compile(r"\{(\w+)\}")
_WEEK, _MONTH = say("{n} week | {n} weeks"), say("{n} month | {n} months")
_UNITS = (
    (86_400, say("{n} day | {n} days")),
    (3600, say("{n} hour | {n} hours")),
    (60, say("{n} minute | {n} minutes")),
    (1, say("{n} second | {n} seconds")),
)
_NONE = _UNITS[2][1]
_WEEK_SECONDS = 604_800


@cache
def words(language: str) -> "Words":
    """The words of a language: "en", "id" or "th", or a longer tag of one of them; English for any other."""
    short = language.replace("_", "-").split("-")[0].lower()
    return Words(short if short in LANGUAGES else "en")


class Words:
    """Says phrases, dates and numbers in `language`. Get one from `words`. Nothing here raises for what it is given:
    a screen with an odd word is better than none."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._catalog: Mapping[str, str] = catalog(language)

    def __call__(self, msgid: str, /, **args: Any) -> str:
        """A message id with values for its places."""
        return self.text(Phrase(msgid, args))

    def text(self, phrase: Phrase | str, now: int | None = None) -> str:
        """A phrase, or a message id, as plain text: whoever puts it into HTML escapes it.

        With `now` (UTC microseconds), moments of the same year are said without the year.
        """
        if isinstance(phrase, str):
            phrase = Phrase(phrase)
        text = _form(self._catalog.get(phrase.msgid, phrase.msgid), phrase.args)
        if "{" not in text:
            return text
        return _PLACE.sub(lambda place: self._arg(phrase.args.get(place[1], "…"), now), text)

    def date(self, us: int, zone: str, style: str = "medium", now: int | None = None) -> str:
        """The date (in `zone`, an IANA name) of an instant in UTC microseconds.

        "short" 24 Nov, "medium" 24 Nov 2026, "long" 24 November 2026, "weekday" Tue 24 Nov, "full" Tuesday 24 November
        2026, "month" November 2026, "time" 21:10, "moment" 24 Nov 2026, 21:10 (without the year if `now` is in it).
        """
        at = moment(us).astimezone(local.zone(zone))
        match style:
            case "time":
                return local.clock(at.time(), self.language)
            case "moment":
                return self._moment(at, now)
            case _:
                return local.date(_day(at), style if style in local.STYLES else "medium", self.language)

    def ago(self, us: int, now: int, zone: str = "UTC") -> str:
        """How long before (or after) `now` that was; the date, in `zone`, if more than a week lies between."""
        apart = abs(now - us)
        if apart < 5 * SECOND:
            return self.text(say("just now"))
        if apart > 7 * DAY:
            return self.date(us, zone, "medium")
        size, unit = next(entry for entry in _UNITS if apart >= entry[0] * SECOND)
        span = _count(unit, apart // (size * SECOND))
        return self.text(say("in {time}", time=span) if us > now else say("{time} ago", time=span))

    def number(self, value: float) -> str:
        """A number with separated thousands, three decimals at most."""
        return local.number(int(value) if value == int(value) else value, self.language)

    def percent(self, share: float) -> str:
        """A share of 1 as per cent, with one decimal at most."""
        return local.percent(share, self.language)

    def money(self, amount: float, currency: str) -> str:
        """An amount in a currency (ISO 4217), without decimals where shops leave them out."""
        return local.money(amount, currency, self.language)

    def span(self, seconds: int) -> str:
        """A length of time, exactly: weeks if it is whole weeks, else days, hours, minutes and seconds."""
        if seconds and seconds % _WEEK_SECONDS == 0:
            return self.text(_count(_WEEK, seconds // _WEEK_SECONDS))
        said, rest = [], seconds
        for size, unit in _UNITS:
            count, rest = divmod(rest, size)
            if count:
                said.append(self.text(_count(unit, count)))
        return " ".join(said) or self.text(_count(_NONE, 0))

    def _arg(self, value: Any, now: int | None) -> str:
        match value:
            case str():
                return value
            case None:
                return ""
            case bool():
                return self.text(say("yes") if value else say("no"))
            case int() | float():
                return self.number(value)
            case Phrase():
                return self.text(value, now)
            case Within():
                text, own = self.text(value.phrase, now), self._catalog.get(value.phrase.msgid, value.phrase.msgid)
                return text if own.startswith("{") else text[:1].lower() + text[1:]
            case Quoted():
                return f"“{value.text}”"
            case Joined():
                return local.join([self.text(part, now) for part in value.parts], value.word, self.language)
            case Span():
                return self.span(value.seconds)
            case Months():
                return self.text(_count(_MONTH, value.count))
            case Moment():
                return self._moment(value.at.astimezone(local.zone(value.zone)), now)
            case Day():
                this_year = now is not None and moment(now).year == value.date.year
                at = datetime(value.date.year, value.date.month, value.date.day)
                return local.date(at, "short" if this_year else "medium", self.language)
            case TimeOfDay():
                return local.clock(time.fromisoformat(value.text), self.language)
            case Weekdays():
                return local.weekdays(value.days, self.language)
            case Money():
                return self.money(value.amount, value.currency)
        return str(value)

    def _moment(self, at: datetime, now: int | None) -> str:
        this_year = now is not None and moment(now).astimezone(at.tzinfo).year == at.year
        day = local.date(_day(at), "short" if this_year else "medium", self.language)
        return f"{day}{local.BETWEEN[self.language]}{local.clock(at.time(), self.language)}"


def _count(unit: Phrase, count: int) -> Phrase:
    return Phrase(unit.msgid, {"n": count})


def _form(text: str, args: Mapping[str, Any]) -> str:
    """Of "one | many", the form for the number in `args`: the one called `n`, else the first."""
    if MANY not in text:
        return text
    one, _, many = text.partition(MANY)
    numbers = [args["n"]] if "n" in args else [value for value in args.values() if isinstance(value, int | float)]
    return one if numbers and numbers[0] == 1 else many


def _day(at: datetime) -> datetime:
    """Only the date, so that remembered texts are found again."""
    return datetime(at.year, at.month, at.day)
