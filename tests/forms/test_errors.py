"""What stands under a field, in words a marketer understands."""

from typing import Any

import pytest

from blocks import KINDS
from builder.forms.errors import wrongs
from runtime.words import words


def said(kind: str, **settings: Any) -> dict[str, tuple[str, str]]:
    w = words("en")
    found = wrongs(KINDS[kind], {**settings, "kind": kind})
    return {name: (one.level, w.text(one.phrase)) for name, one in found.items()}


@pytest.mark.parametrize(
    ("amount", "level", "sentence"),
    [
        ("", "empty", "Fill this in."),
        (0, "bad", "Must be 1 or more."),
        (100_001, "bad", "Must be 100,000 or less."),
        ("soon", "bad", "Type a number, like 3."),
    ],
)
def test_a_wait_says_what_is_wrong_with_its_length(amount: Any, level: str, sentence: str) -> None:
    assert said("wait", amount=amount) == {"amount": (level, sentence)}


def test_what_is_right_says_nothing() -> None:
    assert said("wait", amount=3, unit="days") == {}


def test_an_event_that_was_not_chosen_yet_is_only_empty() -> None:
    assert said("event_trigger", event="") == {"event": ("empty", "Fill this in.")}


def test_a_name_that_is_too_long_says_how_long_it_may_be() -> None:
    assert said("event_trigger", event="x" * 300) == {"event": ("bad", "200 characters are the most.")}
