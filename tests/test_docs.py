"""The documents say what the code does: every block, flow key, route and sample is in them."""

import importlib
import json
import re
from pathlib import Path
from typing import get_args

import pytest

from blocks import KINDS, read_block
from blocks.flow import Flow
from blocks.rules import Operator
from runtime.intake.app import OWN
from runtime.intake.openapi import DESCRIPTION
from runtime.samples import samples

ROOT = Path(__file__).resolve().parents[1]
BLOCKS = ROOT / "docs" / "blocks"
FLOWS = (ROOT / "docs" / "flows.md").read_text()
EVENTS = (ROOT / "docs" / "events.md").read_text()


@pytest.mark.parametrize("kind", KINDS)
def test_every_block_has_a_page_with_an_example_that_works(kind: str) -> None:
    page = BLOCKS / f"{kind}.md"
    assert page.exists(), f"docs/blocks has no page for {kind}"
    text = page.read_text()
    assert text.startswith(f"# {KINDS[kind].card.title} (`{kind}`)\n")
    example = re.search(r"```json\n(.*?)```", text, re.DOTALL)
    assert example is not None, f"{kind} has no example"
    block = json.loads(example.group(1))
    assert block["kind"] == kind
    read_block(kind, block["settings"])
    assert f"`{kind}`" in (BLOCKS / "README.md").read_text()


def test_no_page_outlives_its_block() -> None:
    assert {page.stem for page in BLOCKS.glob("*.md")} - {"README"} == set(KINDS)


@pytest.mark.parametrize("key", [name for name in Flow.model_fields if name != "format"])
def test_every_key_of_a_flow_file_is_explained(key: str) -> None:
    assert f"| `{key}` |" in FLOWS


@pytest.mark.parametrize("route", [*DESCRIPTION["paths"], *OWN, "/api/docs", "/api/openapi.json"])
def test_every_route_is_in_the_page_on_events(route: str) -> None:
    assert route in EVENTS


def test_every_room_and_file_of_the_runtime_is_in_the_page_on_architecture() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text()
    found = [file for file in (ROOT / "runtime").iterdir() if not file.name.startswith("__")]
    names = [f"{file.name}/" if file.is_dir() else file.name for file in found]
    assert "ledger/" in names, "the search finds them"
    assert [name for name in names if f"`{name}`" not in page] == []


def test_every_operator_has_words() -> None:
    from blocks.rule_words import OPERATORS

    assert set(OPERATORS) == set(get_args(Operator))


@pytest.mark.parametrize("sample", samples(), ids=lambda sample: sample.slug)
def test_every_sample_names_only_e_mails_that_it_brings(sample: object) -> None:
    flow, emails = sample.flow, sample.emails  # type: ignore[attr-defined]
    used = {block["settings"]["email"] for block in flow["blocks"] if block["kind"] == "send_email"}
    assert used == set(emails)


def test_the_readme_names_both_commands_and_shows_a_picture() -> None:
    readme = (ROOT / "README.md").read_text()
    assert "./run" in readme
    assert "./test" in readme
    for picture in re.findall(r"!\[[^]]*\]\(([^)]+)\)", readme):
        assert (ROOT / picture).exists(), picture
    assert "![" in readme


def _faces() -> list[tuple[str, str]]:
    """(room, name) of what the page on architecture calls the faces of the runtime's rooms."""
    rows = re.findall(
        r"^\| `([a-z]+)/` \|.*\| ([^|]*) \|$", (ROOT / "docs" / "architecture.md").read_text(), re.MULTILINE
    )
    return [(room, name) for room, names in rows for name in re.findall(r"`([A-Za-z_.]+)", names)]


@pytest.mark.parametrize(("room", "name"), _faces())
def test_the_faces_of_the_rooms_are_where_the_page_on_architecture_says(room: str, name: str) -> None:
    found = importlib.import_module(f"runtime.{room}")
    for part in name.split("."):
        if not hasattr(found, part):
            importlib.import_module(f"{found.__name__}.{part}")
        found = getattr(found, part)


def test_links_between_the_documents_lead_somewhere() -> None:
    for document in [*ROOT.glob("*.md"), *(ROOT / "docs").glob("**/*.md"), *(ROOT / "deploy").glob("**/*.md")]:
        for target in re.findall(r"`(docs/[a-z_/]+\.md)`", document.read_text()):
            assert (ROOT / target).exists(), f"{document.name} names {target}"


def test_commands_are_written_as_they_are_typed() -> None:
    from tests.start.test_command_line import commands

    nouns = "|".join(sorted({command.split()[0] for command in commands()}))
    for document in [*ROOT.glob("*.md"), *(ROOT / "docs").glob("**/*.md"), *(ROOT / "deploy").glob("**/*.md")]:
        assert re.findall(rf"(?<!-u )cartwheel (?:{nouns})\b", document.read_text()) == [], document.name
