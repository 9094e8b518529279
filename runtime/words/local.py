"""Dates, times, numbers and lists as a language writes them. Babel is loaded at the first of them, not at import.

Patterns are ours where the standard's do not suit: days stand before months in English as well, the clock has 24 hours,
and Thai years are of the common era, as in the reports and shops that people compare with.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, time
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

# In Thai the word after the hour does not go over to the next line alone.
CLOCK: Mapping[str, str] = {"en": "HH:mm", "id": "HH.mm", "th": "HH:mm\u00a0'น.'"}
BETWEEN: Mapping[str, str] = {"en": ", ", "id": ", ", "th": " "}
"""What stands between a date and a time."""

STYLES: Mapping[str, str] = {
    "short": "d MMM",
    "medium": "d MMM y",
    "long": "d MMMM y",
    "weekday": "EEE d MMM",
    "full": "EEEE d MMMM y",
    "month": "MMMM y",
}
_RANGE_FROM = 3
"""So many days in a row are said as a range."""


@lru_cache(maxsize=64)
def zone(name: str) -> ZoneInfo:
    """The zone, or UTC for a name that is not one."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


@lru_cache(maxsize=4096)
def date(local: datetime, style: str, language: str) -> str:
    """The date of a local time, in one of `STYLES`."""
    from babel.dates import format_date

    pattern = "EEEEที่ d MMMM y" if (style, language) == ("full", "th") else STYLES[style]
    return str(format_date(local, pattern, locale=language))


@lru_cache(maxsize=4096)
def clock(at: time, language: str) -> str:
    """A time of day."""
    from babel.dates import format_time

    return str(format_time(at, CLOCK[language], locale=language))


def weekdays(days: Sequence[int], language: str) -> str:
    """ISO weekdays, Monday = 1: names of one or two, ranges of more ("Mon–Fri, Sun")."""
    from babel.dates import get_day_names

    names = get_day_names("abbreviated", locale=language)
    runs: list[list[int]] = []
    for day in sorted(set(days)):
        if runs and runs[-1][-1] == day - 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    said = []
    for run in runs:
        if len(run) >= _RANGE_FROM:
            said.append(f"{names[run[0] - 1]}–{names[run[-1] - 1]}")
        else:
            said += [str(names[day - 1]) for day in run]
    return ", ".join(said) if len(said) > 1 and "–" in "".join(said) else join(said, "and", language)


def number(value: float, language: str) -> str:
    """A number with the language's own marks; three decimals at most."""
    from babel.numbers import format_decimal

    return str(format_decimal(value, locale=language))


def percent(share: float, language: str) -> str:
    """0.123 as "12.3%": one decimal at most."""
    from babel.numbers import format_percent

    return str(format_percent(share, "#,##0.#%", locale=language))


def money(amount: float, currency: str, language: str) -> str:
    """An amount, as it is written in e-mails too."""
    from runtime.mail.localised import money

    return money(amount, currency, language)


def join(parts: Sequence[str], word: str, language: str) -> str:
    """Several in one sentence: "a, b and c"."""
    from babel.lists import format_list

    locale = "en_GB" if language == "en" else language  # Without a comma before "and".
    return str(format_list(list(parts), "or" if word == "or" else "standard", locale=locale))
