"""The folder of a backtest: gone afterwards, whatever is killed."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from runtime.places import ROOT
from runtime.scratch_folder import scratch_folder, sweep

HOLDS = """
import sys, time
from pathlib import Path
from runtime.scratch_folder import scratch_folder
with scratch_folder(Path(sys.argv[1])) as folder:
    (folder / "scratch.db").write_text("a ledger")
    print(folder, flush=True)
    time.sleep(600)
"""


def aged(folder: Path) -> Path:
    """As it is ten minutes later."""
    os.utime(folder, (0, 0))
    return folder


@pytest.fixture
def other(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], Path]]:
    """Another process that plays a backtest, and its folder."""
    command = [sys.executable, "-c", HOLDS, str(tmp_path)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
    assert process.stdout is not None
    yield process, aged(Path(process.stdout.readline().strip()))
    process.kill()
    process.wait()
    process.stdout.close()


def test_what_a_killed_backtest_left_is_swept_and_what_is_in_use_stays(
    tmp_path: Path, other: tuple[subprocess.Popen[str], Path]
) -> None:
    process, folder = other
    with scratch_folder(tmp_path) as own:
        aged(own)
        assert sweep(tmp_path) == 0
        assert (folder / "scratch.db").exists()
        process.send_signal(signal.SIGKILL)
        process.wait()
        aged(folder)
        assert sweep(tmp_path) == 1
        assert list(tmp_path.iterdir()) == [own]
    assert list(tmp_path.iterdir()) == []


def test_one_that_has_just_been_made_is_left_alone(tmp_path: Path) -> None:
    """It may not have its lock yet."""
    (tmp_path / "backtest-new").mkdir()
    assert sweep(tmp_path) == 0
    aged(tmp_path / "backtest-new")
    assert sweep(tmp_path) == 1
