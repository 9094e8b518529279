"""Phrase arguments are kept as JSON and come back as they were."""

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest

from blocks.phrase import (
    Day,
    Joined,
    Moment,
    Money,
    Months,
    Quoted,
    Span,
    TimeOfDay,
    Weekdays,
    dump_arg,
    load_arg,
    say,
    seen_in,
)


@pytest.mark.parametrize(
    "value",
    [
        Span(129_600),
        Months(3),
        Moment(datetime(2026, 11, 24, 14, 10, tzinfo=UTC), "Asia/Bangkok"),
        TimeOfDay("09:00"),
        Weekdays((1, 2, 5)),
        Money(1180.5, "THB"),
        Day(date(2027, 4, 13)),
        Quoted("ต้อนรับ"),
        Joined((say("one"), say("{n} more", n=2)), "or"),
        say("Waits until {until}", until=Moment(datetime(2026, 1, 1, tzinfo=UTC))),
        "text",
        7,
        1.5,
        True,
        None,
    ],
)
def test_there_and_back(value: Any) -> None:
    assert load_arg(json.loads(json.dumps(dump_arg(value)))) == value


def test_a_sentence_beside_others_has_their_clocks() -> None:
    eleven = datetime(2026, 11, 29, 23, 0, tzinfo=UTC)
    inner = say("until {until}", until=Moment(eleven, "Asia/Bangkok"))
    seen = seen_in(say("Waits {span} for {n}", span=inner, n=2), "Europe/Stockholm")
    assert seen.args == {"span": say("until {until}", until=Moment(eleven, "Europe/Stockholm")), "n": 2}
