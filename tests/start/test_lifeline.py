"""The tie of a child to the process that started it."""

import os
import subprocess
import sys
from pathlib import Path

from runtime.lifeline import VARIABLE
from runtime.places import ROOT
from tests.patience import PATIENCE
from tests.start.installation import gone, wait_until

CHILD = "from runtime import lifeline; lifeline.hold(); print('held', flush=True); import time; time.sleep(60)"


def test_a_child_ends_when_the_other_end_of_its_lifeline_is_closed() -> None:
    end, kept = os.pipe()
    child = subprocess.Popen(
        [sys.executable, "-P", "-c", CHILD],
        env={"PYTHONPATH": str(ROOT), VARIABLE: str(end)},
        pass_fds=[end],
        stdout=subprocess.PIPE,
    )
    assert child.stdout is not None
    assert child.stdout.readline() == b"held\n"
    assert child.poll() is None
    os.close(kept)
    assert child.wait(PATIENCE) == -15
    child.stdout.close()
    os.close(end)


RUN = """
import sys, time
from pathlib import Path
from tests.start.installation import Installation

one = Installation(Path(sys.argv[1]), "--port", "0")
one.ready()
print(one.process.pid, *one.children().values(), flush=True)
time.sleep(60)
"""


def test_an_installation_ends_when_the_test_run_that_started_it_is_killed(tmp_path: Path) -> None:
    run = subprocess.Popen([sys.executable, "-c", RUN, str(tmp_path / "data")], cwd=ROOT, stdout=subprocess.PIPE)
    assert run.stdout is not None
    processes = [int(number) for number in run.stdout.readline().split()]
    assert len(processes) == 3
    run.kill()
    run.wait()
    run.stdout.close()
    for number in processes:
        wait_until(lambda number=number: gone(number), "it outlived its test run")  # type: ignore[misc]
