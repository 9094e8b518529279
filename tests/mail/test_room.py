"""The room itself: each swappable library stands behind one door, and nothing here touches a database, a mail server
or the clock."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import runtime.mail

ROOM = Path(runtime.mail.__file__).parent


def imports() -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for file in ROOM.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            else:
                continue
            for name in names:
                found.setdefault(name, set()).add(file.relative_to(ROOM).as_posix())
    return found


@pytest.mark.parametrize(
    ("library", "door"), [("mjml", "mjml.py"), ("premailer", "inline.py"), ("liquid", "liquid.py")]
)
def test_a_library_is_imported_in_one_file(library: str, door: str) -> None:
    files = {file for name, files in imports().items() if name.split(".")[0] == library for file in files}
    assert files == {door}


def test_filling_in_does_not_load_the_tools_of_publishing() -> None:
    program = (
        "import runtime.mail, sys; print([name for name in ('premailer', 'cssutils', 'lxml') if name in sys.modules])"
    )
    said = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOM.parents[1]
    )
    assert said.stdout.strip() == "[]"


def test_the_room_is_pure() -> None:
    roots = {name.split(".")[0] for name in imports()}
    assert roots.isdisjoint(
        {"sqlalchemy", "smtplib", "socket", "time", "random", "nicegui", "httpx", "requests", "huey"}
    )
    assert {name for name in imports() if name.startswith("runtime")} <= {
        name for name in imports() if name.startswith("runtime.mail")
    }


def test_nothing_asks_the_clock() -> None:
    asking = [
        f"{file.name}:{node.lineno}"
        for file in ROOM.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Attribute) and node.attr in ("now", "utcnow", "today")
    ]
    assert asking == []
