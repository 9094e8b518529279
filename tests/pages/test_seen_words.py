"""When somebody was seen last is said as precisely as it is kept: to the hour."""

from builder.parts.seen import seen_words
from runtime.clock import DAY, HOUR, MINUTE
from runtime.words import words

NOW = 1_800_000_000_000_000


def test_of_the_last_hour_nobody_says_a_minute() -> None:
    w = words("en")
    told = [seen_words(w, NOW - ago, NOW, "UTC") for ago in (0, 37 * MINUTE, HOUR + MINUTE, 2 * DAY)]
    assert told == ["in the last hour", "in the last hour", "1 hour ago", "2 days ago"]
