"""What stands under a field, in words a marketer understands."""

from typing import Any

import pytest

from blocks import KINDS
from builder.forms.errors import wrongs
from runtime.mail import Brand
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
        ("soon", "bad", "Type a whole number, like 3."),
        (1.5, "bad", "Type a whole number, like 3."),
    ],
)
def test_a_wait_says_what_is_wrong_with_its_length(amount: Any, level: str, sentence: str) -> None:
    assert said("wait", amount=amount) == {"amount": (level, sentence)}


def test_a_limit_is_said_as_it_is_meant() -> None:
    assert said("price_drop", drop=0) == {"drop": ("bad", "Must be more than 0.")}
    assert said("experiment", arms=[{"id": f"a{n}"} for n in range(11)]) == {"arms": ("bad", "10 at most.")}


@pytest.mark.parametrize(
    ("name", "typed", "sentence"),
    [
        ("support_email", "x y", "Type an e-mail address, like hello@example.com."),
        ("primary", "#zzz", "Type a colour as # and six digits or letters from a to f, like #2f6b56."),
        ("website", "doileaf", "Type a web address that begins with https://, without spaces and quotes."),
        ("css", "<style>h1 { color: teal }", "Type only CSS: the sign < is not possible here."),
        ("css", "h1::before { content: '\\2014' }", "A backslash is not possible here."),
        ("css", "h1 { {{ shop.name }} }", "Fields and other tags are not possible here."),
        (
            "css",
            "@import 'tea.css';",
            "Of the rules that begin with @, only @media, @supports and @font-face are possible here.",
        ),
    ],
)
def test_the_brand_kit_says_what_is_wrong_and_what_to_type(name: str, typed: str, sentence: str) -> None:
    found = wrongs(Brand, {name: typed})
    assert {key: words("en").text(one.phrase) for key, one in found.items()} == {name: sentence}


def test_a_support_address_that_was_kept_before_stops_no_email() -> None:
    assert Brand.model_validate({"support_email": "x y"}).support_email == "x y"


def test_what_is_right_says_nothing() -> None:
    assert said("wait", amount=3, unit="days") == {}


def test_an_event_that_was_not_chosen_yet_is_only_empty() -> None:
    assert said("event_trigger", event="") == {"event": ("empty", "Fill this in.")}


def test_a_name_that_is_too_long_says_how_long_it_may_be() -> None:
    assert said("event_trigger", event="x" * 300) == {"event": ("bad", "200 characters are the most.")}
