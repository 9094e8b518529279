"""`./run`: which command is meant. The program it would start only says the words it was given."""

import shutil
import subprocess
from pathlib import Path

import pytest

from runtime.places import ROOT


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A folder with the script in it and nothing to start."""
    shutil.copy(ROOT / "run", tmp_path)
    for name, script in {"deploy/environment": "exit 0", ".venv/bin/python": 'shift 3; echo "$@"'}.items():
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"#!/bin/sh\n{script}\n")
        file.chmod(0o755)
    return tmp_path


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("", "up"),
        ("--demo --port 9000", "up --demo --port 9000"),
        ("--data shop", "up --data shop"),
        ("--data doctor", "up --data doctor"),
        ("--data=shop --demo", "up --data=shop --demo"),
        ("--help", "up --help"),
        ("doctor", "doctor"),
        ("flow list --data shop", "flow list --data shop"),
        ("--data shop doctor", "--data shop doctor"),
        ("--data=shop flow list --json", "--data=shop flow list --json"),
        ("up --host 0.0.0.0", "up --host 0.0.0.0"),
        ("help", "--help"),
        ("help flow", "flow --help"),
        ("--version", "--version"),
    ],
)
def test_the_first_word_that_is_no_option_is_the_command(house: Path, typed: str, meant: str) -> None:
    said = subprocess.run(["sh", house / "run", *typed.split()], capture_output=True, text=True, check=True)
    assert said.stdout.split() == meant.split()
