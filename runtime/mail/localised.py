"""Amounts and dates as recipients read them, in their language.

Babel takes 40 us for one amount, more than a fifth of what a whole message may cost. So how a currency is written in a
language is learned from Babel once, and amounts are then put together from what was learned (under 2 us).
"""

import math
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_time
from babel.numbers import format_currency, get_currency_precision

_SIGNS = {"THB": "฿", "IDR": "Rp", "VND": "₫", "PHP": "₱", "KRW": "₩", "INR": "₹", "MYR": "RM", "SGD": "S$"}
"""Signs that Babel writes only in the currency's own country, though they are understood everywhere."""
_WHOLE = frozenset({"THB", "IDR", "VND", "TWD", "LAK", "MMK", "KHR", "HUF", "CZK"})
"""Currencies in which shops leave out the decimals of a whole amount: ฿640, Rp 25.000."""
_SAMPLE = re.compile(r"(\D*)1(\D?)234(\D?)567(?:(\D)(\d+))?(\D*)")
_DATE_STYLES = frozenset({"short", "medium", "long", "full"})


@dataclass(frozen=True, slots=True)
class _Style:
    before: str
    after: str
    digits: int
    marks: dict[int, str]
    """From Python's "," and "." to the language's own."""


@lru_cache(maxsize=256)
def locale_of(language: str) -> Locale:
    """The Babel locale of a BCP 47 tag; English where Babel knows neither the tag nor its language."""
    for tag in (language.replace("-", "_"), language.split("-")[0]):
        try:
            return Locale.parse(tag)
        except (UnknownLocaleError, ValueError):
            continue
    return Locale.parse("en")


@lru_cache(maxsize=512)
def _style(currency: str, language: str) -> _Style | None:
    """How amounts are written, or None where digits or groups are not like 1,234,567 (then Babel writes each)."""
    parts = _SAMPLE.fullmatch(format_currency(Decimal("1234567.8912"), currency, locale=locale_of(language)))
    if parts is None or parts[2] != parts[3]:
        return None
    before, group, _, point, digits, after = parts.groups()
    sign = _SIGNS.get(currency, currency)
    before, after = before.replace(currency, sign), after.replace(currency, sign)
    if before and before[-1].isalpha():
        before += "\N{NO-BREAK SPACE}"
    return _Style(before, after, len(digits or ""), {ord(","): group, ord("."): point or "."})


@lru_cache(maxsize=4096)
def _by_babel(amount: float, currency: str, language: str) -> str:
    whole = currency in _WHOLE and amount == int(amount)
    digits = 0 if whole else get_currency_precision(currency)
    text: str = format_currency(round(amount, digits), currency, locale=locale_of(language))
    return text.replace(currency, _SIGNS.get(currency, currency))


def money(amount: object, currency: str, language: str) -> str:
    """An amount (a number, or text that is one) in `currency` (ISO 4217). Text that is no number stays as it is."""
    if isinstance(amount, str):
        try:
            number = float(amount)
        except ValueError:
            return amount
    elif isinstance(amount, (int, float, Decimal)) and not isinstance(amount, bool):
        number = float(amount)
    else:
        return ""
    if not math.isfinite(number):
        return ""
    if number < 0:
        return f"-{money(-number, currency, language)}"
    style = _style(currency, language)
    if style is None:
        return _by_babel(number, currency, language)
    digits = 0 if currency in _WHOLE and number == int(number) else style.digits
    return f"{style.before}{f'{number:,.{digits}f}'.translate(style.marks)}{style.after}"


def _instant(value: object) -> datetime | date | None:
    if isinstance(value, (datetime, date)):
        return value
    if isinstance(value, str):
        try:
            return date.fromisoformat(value) if len(value) == 10 else datetime.fromisoformat(value)
        except ValueError:
            return None
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        # Seconds, milliseconds or microseconds since 1970: their sizes do not overlap between 1973 and 5138.
        size = abs(value)
        scale = 1 if size < 1e11 else 1e3 if size < 1e14 else 1e6
        try:
            return datetime.fromtimestamp(value / scale, UTC)
        except (ValueError, OverflowError, OSError):
            return None
    return None


@lru_cache(maxsize=256)
def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


@lru_cache(maxsize=4096)
def _moment(value: datetime | date, style: str, language: str, timezone: str) -> str:
    locale = locale_of(language)
    if not isinstance(value, datetime):
        text: str = format_date(value, style if style in _DATE_STYLES else "long", locale=locale)
        return text
    local = (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(_zone(timezone))
    if style == "time":
        text = format_time(local, "short", locale=locale)
    elif style == "datetime":
        text = f"{format_date(local, 'medium', locale=locale)}, {format_time(local, 'short', locale=locale)}"
    else:
        text = format_date(local, style if style in _DATE_STYLES else "long", locale=locale)
    return text


def moment(value: object, style: str, language: str, timezone: str) -> str:
    """A date or an instant in the contact's language and zone (IANA name; UTC where it is unknown).

    `style` is "short", "medium", "long", "full", "time" or "datetime". A naive instant is UTC. What is neither a date
    nor an ISO 8601 text nor a number since 1970 stays as it is if it is text, else nothing is shown.
    """
    instant = _instant(value)
    if instant is None:
        return value if isinstance(value, str) else ""
    return _moment(instant, style, language, timezone)
