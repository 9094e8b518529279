"""Amounts and dates as Somchai in Chiang Mai, Dewi in Yogyakarta and Hannah in Leeds write them."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from babel.numbers import format_currency
from hypothesis import given
from hypothesis import strategies as st

from runtime.mail.localised import moment, money

NBSP = "\N{NO-BREAK SPACE}"


@pytest.mark.parametrize(
    ("amount", "currency", "language", "written"),
    [
        (640, "THB", "th", "฿640"),
        (640, "THB", "en", "฿640"),
        ("640.50", "THB", "en", "฿640.50"),
        (25000, "IDR", "id", f"Rp{NBSP}25.000"),
        (1250000.5, "IDR", "id", f"Rp{NBSP}1.250.000,50"),
        (19.9, "USD", "en", "$19.90"),
        (20, "USD", "en", "$20.00"),
        (1234.5, "EUR", "de", f"1.234,50{NBSP}€"),
        (1234.5, "EUR", "fr", f"1\u202f234,50{NBSP}€"),
        (1200, "JPY", "ja", "￥1,200"),
        (Decimal("3.005"), "KWD", "en", f"KWD{NBSP}3.005"),
        (-5.5, "THB", "en", "-฿5.50"),
        (1234567, "INR", "en-IN", "₹12,34,567.00"),
        (0, "USD", "en", "$0.00"),
        ("about ฿90", "THB", "th", "about ฿90"),
        ("1,290.00", "THB", "th", "1,290.00"),
        (None, "THB", "th", ""),
        (True, "THB", "th", ""),
        ([640], "THB", "th", ""),
        ("nan", "THB", "th", ""),
        (float("inf"), "THB", "th", ""),
        (5, "USD", "xx-unknown", "$5.00"),
    ],
)
def test_amounts(amount: Any, currency: str, language: str, written: str) -> None:
    assert money(amount, currency, language) == written


@given(st.decimals(0, 10**9, places=2), st.sampled_from(["en", "de", "fr", "id", "th", "sv", "pt-BR", "de-CH", "es"]))
def test_what_we_put_together_is_what_babel_would_have_written(amount: Decimal, language: str) -> None:
    assert money(amount, "EUR", language) == format_currency(amount, "EUR", locale=language.replace("-", "_"))


@pytest.mark.parametrize(
    ("value", "style", "language", "written"),
    [
        ("2026-11-24", "long", "en", "November 24, 2026"),
        ("2026-11-24", "long", "id", "24 November 2026"),
        ("2026-11-24T17:30:00Z", "medium", "id", "25 Nov 2026"),
        ("2026-11-24T17:30:00+07:00", "time", "th", "17:30"),
        (datetime(2026, 11, 24, 10, 30, tzinfo=UTC), "datetime", "id", "24 Nov 2026, 17.30"),
        (datetime(2026, 11, 24, 10, 30), "time", "th", "17:30"),
        (1795516200, "time", "th", "17:30"),
        (1795516200000, "time", "th", "17:30"),
        (1795516200000000, "time", "th", "17:30"),
        (date(2026, 11, 24), "nonsense", "en", "November 24, 2026"),
        ("next Tuesday", "long", "en", "next Tuesday"),
        ("now", "long", "en", "now"),
        (None, "long", "en", ""),
        (True, "long", "en", ""),
    ],
)
def test_dates_in_bangkok(value: Any, style: str, language: str, written: str) -> None:
    assert moment(value, style, language, "Asia/Bangkok") == written


def test_an_unknown_zone_is_utc() -> None:
    assert moment("2026-11-24T17:30:00Z", "time", "th", "Mars/Olympus") == "17:30"
