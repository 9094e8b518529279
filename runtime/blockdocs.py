"""Writes into each page of docs/blocks what the code knows of its block, between two marks.

    python -m runtime.blockdocs            bring all pages up to date
    python -m runtime.blockdocs --check    only name those that are not; ends with 1 if there are any

A block without a page gets the beginning of one. What stands outside the marks is written by hand. No process of the
product imports this.
"""

import json
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from blocks import KINDS
from blocks.contract import Block
from runtime.places import ROOT

PAGES = ROOT / "docs" / "blocks"
BEGIN, END = "<!-- from the code: python -m runtime.blockdocs -->", "<!-- by hand again -->"
_EXAMPLE = re.compile(r"```json\n(.*?)```\n", re.DOTALL)
_MADE = re.compile(re.escape(BEGIN) + r".*?" + re.escape(END) + r"\n", re.DOTALL)


def example_block(text: str) -> dict[str, Any] | None:
    """The block that a page shows; None if it shows none."""
    found = _EXAMPLE.search(text)
    return None if found is None else json.loads(found[1])


def brought_up_to_date(kind: str, text: str) -> str:
    """A page with what the code says now; it stands below the example. Raises ValueError for a page without one."""
    example = example_block(text)
    if example is None:
        raise ValueError(f"docs/blocks/{kind}.md has no example: show one {kind} block in a fence that begins ```json")
    made = f"{BEGIN}\n{_made(KINDS[kind], example)}\n{END}\n"
    if _MADE.search(text):
        return _MADE.sub(lambda _: made, text)
    return _EXAMPLE.sub(lambda found: f"{found[0]}\n{made}", text, count=1)


def begun(kind: str) -> str:
    """The beginning of a page, for a block that has none."""
    model = KINDS[kind]
    settings = {name: value for name, value in model.card.presets[0].settings.items() if isinstance(value, str | int)}
    example = json.dumps({"id": kind.replace("_", "-"), "kind": kind, "settings": settings}, ensure_ascii=False)
    return f"# {model.card.title} (`{kind}`)\n\n{model.card.describe}.\n\n```json\n{example}\n```\n"


def _made(model: type[Block], example: Mapping[str, Any]) -> str:
    parts = [_settings(model), _ways_out(model, example), _reasons(model)]
    return "\n\n".join(part for part in parts if part)


def _settings(model: type[Block]) -> str:
    schema = model.model_json_schema()
    defined: Mapping[str, Any] = schema.get("$defs", {})
    needed = schema.get("required", ())
    rows = [
        f"| `{name}` | {about.get('title', '')} | {'needed' if name in needed else _default(about)} "
        f"| {_may_be(about, defined)}{_only(about)} |"
        for name, about in schema["properties"].items()
        if name != "kind"
    ]
    if not rows:
        return "It has no settings."
    return "\n".join(["| setting | in the form | if left out | may be |", "|---|---|---|---|", *rows])


def _default(about: Mapping[str, Any]) -> str:
    default = about.get("default")
    if default in (None, "", [], ()):
        return "nothing"
    return f"`{json.dumps(default, ensure_ascii=False)}`"


def _may_be(about: Mapping[str, Any], defined: Mapping[str, Any]) -> str:
    """What a setting may be, from its part of the JSON schema."""
    if "$ref" in about:
        return _of_its_own(about["$ref"].rsplit("/", 1)[-1], defined)
    if options := about.get("anyOf") or about.get("oneOf"):
        if "Compare" in json.dumps(options):
            return "a rule"
        return " or ".join(dict.fromkeys(_may_be(one, defined) for one in options if one.get("type") != "null"))
    if "enum" in about:
        words = about.get("choices", {})
        return ", ".join(
            f"`{value}`" + (f" ({words[value]})" if words.get(value, value) != value else "") for value in about["enum"]
        )
    match about.get("type"):
        case "boolean":
            return "`true`, `false`"
        case "integer" | "number":
            whole = "a whole number" if about["type"] == "integer" else "a number"
            return _between(about.get("minimum"), about.get("maximum")) or whole
        case "array":
            count = _between(about.get("minItems"), about.get("maxItems"))
            each = _may_be(about.get("items", {}), defined)
            return f"a list{f' of {count}' if count else ''}, each {each}"
        case "string":
            if "[0-5]" in about.get("pattern", ""):
                return "a time of day, as `09:00`"
            most = about.get("maxLength")
            return f"a text of {most:,} characters at most" if most else "a text"
    return "anything"


def _only(about: Mapping[str, Any]) -> str:
    """For which values of other settings it counts at all."""
    only: Mapping[str, Any] = about.get("only", {})
    found = []
    for name, wanted in only.items():
        values = wanted if isinstance(wanted, tuple | list) else (wanted,)
        found.append(f"`{name}` is {' or '.join(f'`{json.dumps(value)}`' for value in values)}")
    return f"; counts only where {' and '.join(found)}" if found else ""


def _of_its_own(name: str, defined: Mapping[str, Any]) -> str:
    if name in ("Compare", "Did", "Got", "InSegment", "Reachable", "All", "AnyOf", "Not"):
        return "a rule"
    parts = [
        f"`{part}` ({_may_be(about, defined)})" for part, about in defined.get(name, {}).get("properties", {}).items()
    ]
    return "with " + ", ".join(parts) if parts else "anything"


def _between(least: float | None, most: float | None) -> str:
    match least, most:
        case None, None:
            return ""
        case None, _:
            return f"{most:,} at most"
        case _, None:
            return f"{least:,} at least"
    return f"{least:,} to {most:,}"


def _ways_out(model: type[Block], example: Mapping[str, Any]) -> str:
    outlets = model.ways_out(example["settings"])
    if not outlets:
        return "There is no way out."
    said = [f"`{one.id}`" + (f" ({one.own or one.label})" if one.own or one.label else "") for one in outlets]
    return f"Ways out of this one: {', '.join(said)}."


def _reasons(model: type[Block]) -> str:
    if not model.reasons:
        return ""
    rows = [f"| `{code}` | {words} |" for code, words in model.reasons.items()]
    return "\n".join(["| reason it gives | in words |", "|---|---|", *rows])


def _pages() -> Iterator[tuple[Path, str, str]]:
    """Each page, with its text and the text it should have."""
    for kind in KINDS:
        file = PAGES / f"{kind}.md"
        text = file.read_text("utf-8") if file.exists() else ""
        yield file, text, brought_up_to_date(kind, text or begun(kind))


def main(arguments: list[str]) -> int:
    """The command. Returns its exit code."""
    stale = [(file, wanted) for file, text, wanted in _pages() if text != wanted]
    for file, wanted in stale:
        print(file.relative_to(ROOT))
        if "--check" not in arguments:
            file.write_text(wanted, "utf-8")
    return 1 if stale and "--check" in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
