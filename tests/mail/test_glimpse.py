"""What a list shows of a text that Nok writes to Dewi."""

import pytest

from runtime.mail.tags import glimpse
from runtime.words import words


def seen(text: str, language: str = "en", length: int = 60) -> str:
    found = glimpse(text, length)
    return words(language).text(found) if found is not None else ""


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "Hello [First name], your tea"),
        ("id", "Hello [Nama depan], your tea"),
        ("th", "Hello [ชื่อ], your tea"),
    ],
)
def test_fields_have_the_names_of_their_chips_in_the_readers_language(language: str, sentence: str) -> None:
    assert seen("Hello {{ contact.first_name | default: 'you' }}, your tea", language) == sentence


def test_a_field_of_the_shops_own_is_readable() -> None:
    assert seen("{{ contact.favourite_tea }}") == "[favourite tea]"


def test_a_long_text_ends_where_the_line_does() -> None:
    assert seen("Your tea is still in the cart, Dewi", length=20) == "Your tea is still i…"
    assert seen("Dear {{ contact.first_name }}, your tea is still in the cart", length=24) == "Dear [First name], your…"


def test_lines_and_spaces_are_one_line() -> None:
    assert seen("Hello\n  Dewi") == "Hello Dewi"


def test_nothing_is_nothing_and_what_is_broken_is_shown_as_it_is() -> None:
    assert glimpse("") is None
    assert glimpse("  ") is None
    assert seen("Hello {{ contact.") == "Hello {{ contact."
