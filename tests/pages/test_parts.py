"""Small pieces that need no browser."""

import ast
from datetime import UTC, datetime
from pathlib import Path

import pytest

from blocks.values import micros
from builder.access import safe_next
from builder.frame import page_at
from builder.parts.controls import initials
from builder.parts.picture import _fit, places
from builder.parts.values import field_value
from builder.rehearsal.timeline import named_zone
from runtime.places import ROOT
from runtime.words import words

MARKUP = frozenset(
    {"html", "markdown", "restructured_text", "add_css", "add_head_html", "add_body_html", "run_javascript"}
)
"""Functions of NiceGUI that read their argument as markup, style or script."""


def calls(file: Path) -> list[tuple[int, ast.Call]]:
    """The calls in a file that put markup, style or script into a page."""
    found = []
    for each in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(each, ast.Call):
            name = each.func.attr if isinstance(each.func, ast.Attribute) else getattr(each.func, "id", "")
            if name in MARKUP:
                found.append((each.lineno, each))
    return found


def is_ours(text: ast.expr) -> bool:
    """Whether a text is written out in the source, or made of nothing but upper-case constants of it, numbers (`int`) and
    values that are written as JSON."""
    match text:
        case ast.Call(func=ast.Name(id="int") | ast.Attribute(value=ast.Name(id="json"), attr="dumps")):
            return True
        case ast.Constant():
            return True
        case ast.Name(id=name):
            return name.isupper()
        case ast.Subscript(value=ast.Name(id=name)):
            return name.isupper()
        case ast.JoinedStr(values=values):
            return all(is_ours(value.value if isinstance(value, ast.FormattedValue) else value) for value in values)
    return False


@pytest.mark.parametrize("file", sorted((ROOT / "builder").rglob("*.py")), ids=lambda file: file.name)
def test_no_text_from_people_is_ever_read_as_markup_or_script(file: Path) -> None:
    wrong = [line for line, call in calls(file) if call.args and not is_ours(call.args[0])]
    assert not wrong, f"{file.relative_to(ROOT)}: lines {wrong}"


def test_every_page_may_be_late_on_a_busy_machine() -> None:
    """NiceGUI alone would show an error after three seconds."""
    pages = [(file.name, file.read_text("utf-8")) for file in sorted((ROOT / "builder" / "pages").glob("*.py"))]
    assert sum(source.count("@page_at(") for _, source in pages) > 15
    assert [name for name, source in pages if "@ui.page(" in source] == []
    assert page_at("/late").response_timeout >= 30


@pytest.mark.parametrize(
    ("wish", "way"),
    [
        ("/flows/cart?tab=2", "/flows/cart?tab=2"),
        ("//elsewhere.example", "/"),
        ("https://elsewhere.example", "/"),
        ("/\\elsewhere.example", "/"),
        ("/flows\r\nSet-Cookie: a=b", "/"),
        ("javascript:alert(1)", "/"),
        ("", "/"),
    ],
)
def test_only_paths_of_this_site_are_followed(wish: str, way: str) -> None:
    assert safe_next(wish) == way


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Dewi Anggraini", "DA"),
        ("สมชาย ใจดี", "สจ"),
        ("เดวี", "ด"),
        ("hannah@example.com", "H"),
        ("“Nok” Kittisak", "NK"),
        ("  ", "?"),
    ],
)
def test_initials_are_the_letters_a_name_is_called_by(name: str, letters: str) -> None:
    assert initials(name) == letters


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (True, "Yes"),
        (1180.5, "1,180.5"),
        ("1990-06-04", "4 June 1990"),
        ("2026-11-21T02:00:00Z", "21 Nov 2026, 09:00"),
        ("2026-02-31", "2026-02-31"),
        (["oolong", "sencha"], "oolong, sencha"),
        ({"city": "Chiang Rai"}, "city: Chiang Rai"),
        (None, "–"),
    ],
)
def test_values_of_fields_are_said_as_people_write_them(value: object, said: str) -> None:
    assert field_value(value, "Asia/Bangkok", words("en")) == said


def test_the_name_of_a_zone_is_not_said_twice() -> None:
    at = micros(datetime(2026, 11, 24, 12, tzinfo=UTC))
    assert named_zone("UTC", at) == "UTC"
    assert named_zone("America/New_York", at) == "America/New York (UTC−5)"


def test_a_wide_flow_is_drawn_into_the_same_frame() -> None:
    narrow, _ = _fit([0, 140], 48, 0.17)
    wide, step = _fit([0, 1000, 2000], 48, 0.17)

    assert max(narrow) - min(narrow) == pytest.approx(140 * 0.17)
    assert wide == pytest.approx([-24, 0, 24])
    assert step == pytest.approx(24)


def test_a_draft_without_places_takes_no_page_with_it() -> None:
    nowhere = {"blocks": [{"id": "start", "kind": "event_trigger", "position": {"x": None, "y": None}}, {"id": "gone"}]}
    assert set(places(nowhere)) == {"start", "gone"}
