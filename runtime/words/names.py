"""Names of languages, currencies and places, as a reader's language has them. Babel is loaded at the first of them."""

from collections.abc import Mapping
from functools import lru_cache

LANGUAGES_OF_SHOPS = (
    "ar", "bn", "cs", "da", "de", "el", "en", "es", "fi", "fr", "he", "hi", "hu", "id", "it", "ja", "km", "ko", "lo",
    "ms", "my", "nb", "nl", "pl", "pt", "ro", "ru", "sv", "th", "tl", "tr", "uk", "ur", "vi", "zh",
)  # fmt: skip
CURRENCIES = (
    "AED", "AUD", "BDT", "BND", "BRL", "CAD", "CHF", "CNY", "CZK", "DKK", "EUR", "GBP", "HKD", "HUF", "IDR", "ILS",
    "INR", "JPY", "KHR", "KRW", "LAK", "LKR", "MMK", "MXN", "MYR", "NOK", "NPR", "NZD", "PHP", "PKR", "PLN", "RON",
    "SAR", "SEK", "SGD", "THB", "TRY", "TWD", "USD", "VND", "ZAR",
)  # fmt: skip


@lru_cache(maxsize=1024)
def language_name(tag: str, reader: str) -> str:
    """What a language is called in the reader's language: "Indonesian" for "id". An unknown one is shown as it is."""
    from babel import Locale, UnknownLocaleError

    try:
        name = Locale.parse(tag, sep="-").get_display_name(reader)
    except (UnknownLocaleError, ValueError):
        return tag
    return name[:1].upper() + name[1:] if name else tag


@lru_cache(maxsize=16)
def languages(reader: str) -> Mapping[str, str]:
    """Languages that shops write in, by name."""
    named = {tag: language_name(tag, reader) for tag in LANGUAGES_OF_SHOPS}
    return dict(sorted(named.items(), key=lambda entry: entry[1]))


@lru_cache(maxsize=16)
def currencies(reader: str) -> Mapping[str, str]:
    """Currencies that shops sell in, with their names: "THB · Thai baht"."""
    from babel.numbers import get_currency_name

    return {code: f"{code} · {get_currency_name(code, locale=reader)}" for code in CURRENCIES}
