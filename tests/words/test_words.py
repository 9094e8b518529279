"""What a reader reads, in each language."""

import subprocess
import sys
from datetime import UTC, datetime
from typing import Any

import pytest

from blocks.phrase import (
    Joined,
    Moment,
    Money,
    Months,
    Phrase,
    Quoted,
    Span,
    TimeOfDay,
    Weekdays,
    Within,
    say,
)
from blocks.values import micros
from runtime.clock import DAY, HOUR, MINUTE, SECOND
from runtime.words import words

NOW = micros(datetime(2026, 11, 21, 9, 0, tzinfo=UTC))
EVENING = Moment(datetime(2026, 11, 24, 14, 10, tzinfo=UTC), "Asia/Bangkok")


@pytest.mark.parametrize(
    ("value", "english", "indonesian", "thai"),
    [
        (Span(129_600), "1 day 12 hours", "1 hari 12 jam", "1 วัน 12 ชั่วโมง"),
        (Span(3600), "1 hour", "1 jam", "1 ชั่วโมง"),
        (Span(90 * 60), "1 hour 30 minutes", "1 jam 30 menit", "1 ชั่วโมง 30 นาที"),
        (Span(10 * 86_400), "10 days", "10 hari", "10 วัน"),
        (Span(14 * 86_400), "2 weeks", "2 minggu", "2 สัปดาห์"),
        (Span(86_400 + 1), "1 day 1 second", "1 hari 1 detik", "1 วัน 1 วินาที"),
        (Span(0), "0 minutes", "0 menit", "0 นาที"),
        (Months(1), "1 month", "1 bulan", "1 เดือน"),
        (EVENING, "24 Nov, 21:10", "24 Nov, 21.10", "24 พ.ย. 21:10\u00a0น."),
        (
            Moment(datetime(2027, 1, 2, 0, 5, tzinfo=UTC)),
            "2 Jan 2027, 00:05",
            "2 Jan 2027, 00.05",
            "2 ม.ค. 2027 00:05\u00a0น.",
        ),
        (TimeOfDay("09:00"), "09:00", "09.00", "09:00\u00a0น."),
        (Weekdays((1, 2, 3, 4, 5)), "Mon–Fri", "Sen–Jum", "จ.–ศ."),
        (Weekdays((1, 2, 3, 7)), "Mon–Wed, Sun", "Sen–Rab, Min", "จ.–พ., อา."),
        (Weekdays((6, 7)), "Sat and Sun", "Sab dan Min", "ส.และอา."),
        (Weekdays((3,)), "Wed", "Rab", "พ."),
        (Money(1180, "THB"), "฿1,180", "฿1.180", "฿1,180"),
        (Money(19.9, "USD"), "$19.90", None, None),
        (Money(25_000, "IDR"), None, "Rp\u00a025.000", None),
        (Quoted("Dewi"), "“Dewi”", "“Dewi”", "“Dewi”"),
        (Joined((say("{x}", x=1), say("{x}", x=2), say("{x}", x=3))), "1, 2 and 3", "1, 2, dan 3", "1 2 และ3"),
        (Joined((say("{x}", x=1), say("{x}", x=2)), "or"), "1 or 2", "1 atau 2", "1 หรือ 2"),
        (1_234_567, "1,234,567", "1.234.567", "1,234,567"),
        (0.5, "0.5", "0,5", "0.5"),
        (30.0, "30", "30", "30"),
        (True, "yes", "ya", "ใช่"),
        (False, "no", "tidak", "ไม่"),
        (None, "", "", ""),
        ("text {as} it is", "text {as} it is", "text {as} it is", "text {as} it is"),
    ],
)
def test_arguments(value: Any, english: str | None, indonesian: str | None, thai: str | None) -> None:
    for language, expected in (("en", english), ("id", indonesian), ("th", thai)):
        if expected is not None:
            assert words(language).text(say("{value}", value=value), NOW) == expected


def test_the_year_is_left_out_only_if_it_is_this_one_where_the_reader_is() -> None:
    # Half an hour before midnight UTC on New Year's Eve, it is 2027 in Bangkok already.
    late = micros(datetime(2026, 12, 31, 23, 30, tzinfo=UTC))
    assert (
        words("en").text(say("{at}", at=Moment(datetime(2026, 12, 31, 23, 45, tzinfo=UTC), "Asia/Bangkok")), late)
        == "1 Jan, 06:45"
    )
    assert words("en").text(say("{at}", at=EVENING), late) == "24 Nov 2026, 21:10"
    assert words("en").text(say("{at}", at=EVENING)) == "24 Nov 2026, 21:10", "without a clock, the year is said"


def test_a_sentence_inside_another_begins_small_unless_with_a_name() -> None:
    because = Within(say("Because they unsubscribed on {when}", when="Monday"))
    assert words("en").text(say("Not sent: {why}", why=because)) == "Not sent: because they unsubscribed on Monday"
    assert words("en").text(say("Not sent: {why}", why=Within(say("{name}", name="Dewi")))) == "Not sent: Dewi"


def test_a_phrase_inside_a_phrase_inside_a_phrase() -> None:
    inner = say("Wait {time}", time=Span(7200))
    assert (
        words("th").text(say("Because this Block failed: {error}", error=inner)) == "เพราะบล็อกนี้ทำงานไม่สำเร็จ: รอ 2 ชั่วโมง"
    )


def test_one_and_many() -> None:
    w = words("en")
    assert [w("{n} day | {n} days", n=n) for n in (0, 1, 2)] == ["0 days", "1 day", "2 days"]
    assert w("in the last {days} day | in the last {days} days", days=1) == "in the last 1 day"
    assert w("{n} day | {n} days", name="Dewi", n=1) == "1 day"
    assert words("id")("{n} day | {n} days", n=3) == "3 hari"


def test_what_people_typed_is_never_a_template() -> None:
    told = words("en").text(say("Set {name} to {value}", name=Quoted("{value}"), value=Quoted("{name.__class__}")))
    assert told == "Set “{value}” to “{name.__class__}”"


def test_a_value_that_is_missing_does_not_break_the_screen() -> None:
    assert words("en").text(Phrase("Waits until {until}")) == "Waits until …"
    assert (
        words("en").text(say("{at}", at=Moment(datetime(2026, 1, 1, tzinfo=UTC), "Mars/Olympus")), NOW)
        == "1 Jan, 00:00"
    )


@pytest.mark.parametrize(
    ("tag", "language"), [("th-TH", "th"), ("ID", "id"), ("en_GB", "en"), ("fr", "en"), ("", "en")]
)
def test_languages_are_found_by_their_tags(tag: str, language: str) -> None:
    assert words(tag).language == language


def test_a_text_that_is_not_in_the_catalog_is_said_in_english() -> None:
    assert words("th").text("Tea tasting by the river") == "Tea tasting by the river"


@pytest.mark.parametrize(
    ("style", "english", "thai"),
    [
        ("short", "22 Nov", "22 พ.ย."),
        ("medium", "22 Nov 2026", "22 พ.ย. 2026"),
        ("long", "22 November 2026", "22 พฤศจิกายน 2026"),
        ("weekday", "Sun 22 Nov", "อา. 22 พ.ย."),
        ("full", "Sunday 22 November 2026", "วันอาทิตย์ที่ 22 พฤศจิกายน 2026"),
        ("month", "November 2026", "พฤศจิกายน 2026"),
        ("time", "01:30", "01:30\u00a0น."),
        ("moment", "22 Nov, 01:30", "22 พ.ย. 01:30\u00a0น."),
    ],
)
def test_dates_where_the_reader_is(style: str, english: str, thai: str) -> None:
    late = micros(datetime(2026, 11, 21, 18, 30, tzinfo=UTC))
    assert words("en").date(late, "Asia/Bangkok", style, NOW) == english
    assert words("th").date(late, "Asia/Bangkok", style, NOW) == thai


@pytest.mark.parametrize(
    ("before", "english"),
    [
        (0, "just now"),
        (4 * SECOND, "just now"),
        (59 * SECOND, "59 seconds ago"),
        (60 * SECOND, "1 minute ago"),
        (119 * MINUTE, "1 hour ago"),
        (47 * HOUR, "1 day ago"),
        (7 * DAY, "7 days ago"),
        (8 * DAY, "13 Nov 2026"),
        (-5 * MINUTE, "in 5 minutes"),
        (-8 * DAY, "29 Nov 2026"),
    ],
)
def test_how_long_ago(before: int, english: str) -> None:
    assert words("en").ago(NOW - before, NOW) == english


def test_how_long_ago_in_other_languages() -> None:
    assert words("id").ago(NOW - 3 * HOUR, NOW) == "3 jam lalu"
    assert words("th").ago(NOW - 3 * HOUR, NOW) == "3 ชั่วโมงที่แล้ว"


@pytest.mark.parametrize(("share", "text"), [(0.1234, "12.3%"), (0.5, "50%"), (0, "0%"), (1, "100%"), (0.9999, "100%")])
def test_shares(share: float, text: str) -> None:
    assert words("en").percent(share) == text


MEMORY = """
def rss():
    return int(open("/proc/self/statm").read().split()[1]) * 4096
import decimal, datetime, zoneinfo, uuid, blocks
before = rss()
import runtime.words, runtime.reasons, sys
assert "babel" not in sys.modules, "Babel is loaded by importing"
from blocks.phrase import Moment, Span, say
from runtime.words import words
words("th").text(say("Waits until {until}", until=Moment(datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC))))
print(rss() - before)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_a_worker_that_says_something_pays_little_for_it() -> None:
    done = subprocess.run([sys.executable, "-c", MEMORY], capture_output=True, text=True, check=True)
    assert int(done.stdout) < 10_000_000
