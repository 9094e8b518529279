"""No English of ours reaches a screen without passing the catalogs."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from runtime.places import ROOT
from runtime.words.gather import SAY, called

TERMINAL = ("builder/commands/", "builder/command.py", "builder/up.py", "builder/web.py")
"""What speaks in a terminal speaks English."""
NOT_SHOWN = frozenset(
    {
        "FastAPI",
        "PlainTextResponse",  # to programs and forged requests
        "TypeVar",
        "add_css",
        "add_head_html",
        "classes",
        "compile",
        "create",  # a task or a row
        "debug",
        "default_props",
        "error",
        "exception",
        "info",
        "on",
        "props",
        "replace",
        "run_javascript",
        "run_with",
        "setdefault",
        "strptime",
        "strftime",
        "style",
        "warning",
    }
)
CLASSES = {("tag", "1"), ("Tag", "1")}
"""Positions that hold class names: `tag(name, classes, text)`."""
NAMED = frozenset({"classes", "look", "icon", "kind", "style", "props"})
NAMES = frozenset(
    {
        "Cartwheel",
        "Shopify",
        "WooCommerce",
        "Liquid",
        "Gmail",
        "Bahasa Indonesia",
        "English",
        "Outlook",
    }
)
"""Names and commands are the same in every language."""

_CODE = re.compile(r"[{}<>;=#_/\\]|\w\(|--|\.\w|:\w")
_PROSE = re.compile(r"\b[A-Z][a-z]|^[a-z’']+( [a-z’']+)+[.!?…]?$")


def is_prose(text: str) -> bool:
    """Whether a person would read this: a capitalised word, or several words without anything of code in them."""
    rest = text
    for name in NAMES:
        rest = rest.replace(name, "")
    return bool(_PROSE.search(rest)) and not _CODE.search(rest)


def bare_texts(source: str) -> Iterator[tuple[int, str]]:
    """Lines and texts of literals that are passed to a drawing function without `w` or `say`."""
    tree = ast.parse(source)
    raised = {id(inner) for node in ast.walk(tree) if isinstance(node, ast.Raise) for inner in ast.walk(node)}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or id(node) in raised:
            continue
        name = called(node)
        if name in SAY | NOT_SHOWN or name.endswith(("Error", "Preset", "Card", "Field")):
            continue
        given = [(str(place), value) for place, value in enumerate(node.args)]
        given += [(keyword.arg or "", keyword.value) for keyword in node.keywords]
        for place, value in given:
            if (name, place) not in CLASSES and place not in NAMED:
                yield from ((value.lineno, text) for text in _texts(value) if is_prose(text))


def _texts(node: ast.expr) -> Iterator[str]:
    match node:
        case ast.Constant(value=str() as text):
            yield text
        case ast.JoinedStr():
            yield " ".join(str(part.value) for part in node.values if isinstance(part, ast.Constant))
        case ast.IfExp():
            yield from _texts(node.body)
            yield from _texts(node.orelse)
        case ast.BinOp():
            yield from _texts(node.left)
            yield from _texts(node.right)


def pages() -> list[Path]:
    """Every file that draws."""
    files = sorted((ROOT / "builder").rglob("*.py"))
    return [file for file in files if not file.relative_to(ROOT).as_posix().startswith(TERMINAL)]


@pytest.mark.parametrize("file", pages(), ids=lambda file: file.relative_to(ROOT).as_posix())
def test_every_text_on_screen_is_translated(file: Path) -> None:
    found = [f"line {line}: {text!r}" for line, text in bare_texts(file.read_text("utf-8"))]
    assert not found, "put these into w() or say(): " + "; ".join(found)


@pytest.mark.parametrize(
    "code",
    [
        'ui.label("Publish")',
        'ui.button("go ahead", on_click=go)',
        'ui.input(label="Your name")',
        'tag("b", "cw-strong", "Nothing is lost")',
        'toast(f"{count} Flows were copied")',
        'button.tooltip("Undo" if undo else "Redo")',
        'page_head(w("Flows") + " of the Week")',
    ],
)
def test_bare_text_is_noticed(code: str) -> None:
    assert list(bare_texts(code))


@pytest.mark.parametrize(
    "code",
    [
        'ui.label(w("Publish"))',
        'tag("span", "cw-cap is-Bad", name)',
        'ui.element("div").classes("Some thing")',
        'raise LookupError("No such thing")',
        'tag("svg", "", viewBox="0 0 24 24", stroke="currentColor")',
        'ui.label("Cartwheel")',
        'client.get("/flows/new")',
    ],
)
def test_what_is_no_text_is_left_alone(code: str) -> None:
    assert not list(bare_texts(code))
