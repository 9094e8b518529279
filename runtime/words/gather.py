"""Finds every message id in the code, and brings the catalogs up to date with them.

    python -m runtime.words.gather          add what is missing (empty), remove what is no longer used
    python -m runtime.words.gather --check  only say what is missing; ends with 1 if something is

A message id is the text in: the first argument of `say` and `w`; titles and descriptions of cards, presets, outlets and
settings; `reasons`; the texts of ValueErrors that validators of settings raise; and the canvas' table of words.
"""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from runtime.places import ROOT, STATIC
from runtime.words.catalog import FOLDER, LANGUAGES, catalog_file, read_po, write_po

PACKAGES = ("blocks", "runtime", "builder")
CANVAS_WORDS = STATIC / "canvas" / "src" / "words.js"
SAY = frozenset({"say", "w", "_w"})
TABLES = frozenset(
    {
        "reasons",
        "REASONS",
        "CHOICES",
        "WHEN_CHOICES",
        "CALENDAR_CHOICES",
        "REPEAT_CHOICES",
        "BEGIN_CHOICES",
        "LATE_CHOICES",
        "MOVED_CHOICES",
        "HOLIDAYS",
    }
)
SETTINGS = ("blocks", "runtime/mail", "runtime/accounts")
"""Folders whose models are settings that people fill in: their fields' titles and their errors are shown."""

_PLACE = re.compile(r"\{\w+\}")
_ENTRY = re.compile(r"""^\s*['"]?\w+['"]?:\s*("(?:[^"\\]|\\.)*"),?\s*(?://.*)?$""", re.MULTILINE)

Found = dict[str, set[str]]
"""Message id to the files it is used in."""


def gather() -> Found:
    """Every message id that needs a translation. One without a letter outside its places ("{name}") needs none."""
    found: Found = {}
    for package in PACKAGES:
        for file in sorted((ROOT / package).rglob("*.py")):
            place = file.relative_to(ROOT).as_posix()
            for msgid in ids_in(file.read_text("utf-8"), place):
                found.setdefault(msgid, set()).add(place)
    if CANVAS_WORDS.exists():
        place = CANVAS_WORDS.relative_to(ROOT).as_posix()
        for msgid in canvas_ids(CANVAS_WORDS.read_text("utf-8")):
            found.setdefault(msgid, set()).add(place)
    return {msgid: places for msgid, places in found.items() if re.search(r"[^\W\d_]", _PLACE.sub("", msgid))}


def ids_in(source: str, place: str) -> Iterator[str]:
    """The message ids in one Python file, `place` being its path from the root."""
    shown = place.startswith(SETTINGS)
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Call():
                yield from _in_call(node, place, shown)
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Dict() as table) if name in TABLES:
                yield from _in_table(table)
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.Dict() as table) if name in TABLES:
                yield from _in_table(table)
            case ast.Raise(exc=ast.Call(func=ast.Name(id="ValueError"), args=[text, *_])) if shown:
                yield from literals(text)


def canvas_ids(source: str) -> Iterator[str]:
    """The values of the canvas' table of words: one `key: "text",` a line."""
    table = source[source.index("WORDS = {") :]
    for match in _ENTRY.finditer(table[: table.index("\n}")]):
        yield str(ast.literal_eval(match[1]))


def literals(node: ast.expr) -> Iterator[str]:
    """The texts that an expression may be: a literal, or either side of a conditional one."""
    match node:
        case ast.Constant(value=str() as text):
            yield text
        case ast.IfExp():
            yield from literals(node.body)
            yield from literals(node.orelse)


def called(node: ast.Call) -> str:
    """The last name of what is called: "w" for `w(...)` and for `page.w(...)`."""
    match node.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def _in_call(node: ast.Call, place: str, shown: bool) -> Iterator[str]:
    name = called(node)
    if name in SAY and node.args:
        yield from literals(node.args[0])
    elif name == "Preset":
        yield from _arguments(node, {1: "title"})
    elif name == "Outlet":
        yield from _arguments(node, {1: "label"})
    elif name == "Card":
        yield from _arguments(node, {0: "title", (2 if place.startswith("runtime/mail") else 3): "describe"})
    elif name == "Field" and shown:
        yield from _arguments(node, {-1: "title", -2: "description"})
        for keyword in node.keywords:
            if keyword.arg == "json_schema_extra" and isinstance(keyword.value, ast.Dict):
                yield from _in_extra(keyword.value)


def _in_extra(extra: ast.Dict) -> Iterator[str]:
    for key, value in zip(extra.keys, extra.values, strict=True):
        match key, value:
            case ast.Constant(value="choices"), ast.Dict():
                yield from _in_table(value)
            case ast.Constant(value="help" | "placeholder"), _:
                yield from literals(value)


def _arguments(node: ast.Call, wanted: dict[int, str]) -> Iterator[str]:
    for index, name in wanted.items():
        if 0 <= index < len(node.args):
            yield from literals(node.args[index])
        for keyword in node.keywords:
            if keyword.arg == name:
                yield from literals(keyword.value)


def _in_table(table: ast.Dict) -> Iterator[str]:
    for value in table.values:
        yield from literals(value)


def update(language: str, found: Found, *, write: bool = True) -> tuple[list[str], list[str]]:
    """Bring one catalog up to date: (ids without a translation, ids that were no longer used)."""
    file = catalog_file(language)
    known = read_po(file.read_text("utf-8")) if file.exists() else {}
    order = sorted(found, key=lambda msgid: (min(found[msgid]), msgid))
    entries = {msgid: known.get(msgid, "") for msgid in order}
    unused = [msgid for msgid in known if msgid and msgid not in found]
    if write:
        FOLDER.mkdir(exist_ok=True)
        file.write_text(write_po(language, entries, found), "utf-8")
    return [msgid for msgid, text in entries.items() if not text], unused


def main(arguments: list[str]) -> int:
    """The command. Returns the exit status."""
    check = "--check" in arguments
    found = gather()
    missing_any = False
    for language in sorted(set(LANGUAGES) - {"en"}):
        missing, unused = update(language, found, write=not check)
        missing_any = missing_any or bool(missing) or bool(unused)
        where = _name(catalog_file(language))
        print(f"{where}: {len(found)} texts, {len(missing)} to translate, {len(unused)} no longer used")
        for msgid in missing:
            print(f"    {msgid}")
    return 1 if check and missing_any else 0


def _name(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
