"""The tie of a child to the process that started it."""

import os
import subprocess
import sys

from runtime.lifeline import VARIABLE
from runtime.places import ROOT
from tests.start.installation import PATIENCE

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
