"""What holds the house together: which way imports go, where a library may be imported, what the worker never loads."""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from runtime.places import ROOT, VERSION

PACKAGES = ("blocks", "runtime", "builder")

ONE_PLACE = {
    "huey": "runtime/doorbell.py",
    "httpcore": "runtime/outside.py",
    "tinydb": "runtime/desk/",
    "alembic": "runtime/ledger/",
    "premailer": "runtime/mail/inline.py",
    "mjml": "runtime/mail/mjml.py",
    "liquid": "runtime/mail/liquid.py",
    "smtplib": "runtime/delivery/carriers/connect.py",
    "argon2": "runtime/accounts/passwords.py",
    "cryptography": "runtime/vault.py",
    "holidays": "runtime/calendar.py",
    "nicegui": "builder/",
    "uvicorn": "builder/web.py",
}
"""A library that could be swapped, and the one file or room that imports it."""


def sources() -> Iterator[Path]:
    """Every Python file of the product."""
    for package in PACKAGES:
        yield from (ROOT / package).rglob("*.py")


def imported_by(file: Path) -> set[str]:
    """The top-level names of every module that a file imports, wherever in it."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            found.add(node.module.partition(".")[0])
    return found


def test_imports_go_one_way() -> None:
    # In a process of its own: it silences every logger that is there, also for the tests that come after.
    linter = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    said = subprocess.run([sys.executable, "-c", linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True)
    assert said.returncode == 0, said.stdout + said.stderr


@pytest.mark.parametrize(("library", "place"), ONE_PLACE.items())
def test_a_library_that_could_be_swapped_is_imported_in_one_place(library: str, place: str) -> None:
    importers = {str(file.relative_to(ROOT)) for file in sources() if library in imported_by(file)}
    assert importers, f"nothing imports {library}: is it still needed?"
    assert all(file.startswith(place) for file in importers), importers


def test_the_worker_never_loads_a_screen_nor_what_it_can_do_without() -> None:
    look = "import sys, runtime.worker; print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    loaded = subprocess.run(
        [sys.executable, "-P", "-c", look],
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    unwanted = {
        "nicegui",
        "fastapi",
        "starlette",
        "uvicorn",
        "typer",
        "rich",
        "alembic",
        "redis",
        "premailer",
        "pywebpush",
        "httpcore",
        "holidays",
    }
    assert unwanted.isdisjoint(loaded)
    assert "sqlalchemy" in loaded  # the look was at the right thing


def test_the_supervisor_stands_on_the_standard_library_alone() -> None:
    outside = imported_by(ROOT / "builder" / "up.py") - set(sys.stdlib_module_names)
    assert outside == set()


def test_the_version_is_said_once() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["version"] == VERSION


def test_no_text_names_a_folder_of_the_machine_it_was_written_on() -> None:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    somebodys = re.compile(r"(?<![\w.:])/(?:" + "|".join(("work", "farm", "root", r"home/\w+")) + r")/")
    found = []
    for name in filter(None, listed.split("\0")):
        try:
            text = (ROOT / name).read_text("utf-8")
        except (UnicodeDecodeError, FileNotFoundError):
            continue
        found += [f"{name}: {line.strip()[:120]}" for line in text.splitlines() if somebodys.search(line)]
    assert found == []
