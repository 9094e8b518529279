"""What one process tells another arrives whole, though it is stopped in the middle of it."""

import fcntl
import io
import os
import signal
import subprocess
import sys
import termios
import time
from array import array

import pytest

from builder.up import say
from runtime.places import ROOT
from tests.patience import PATIENCE

LONG = 300_000
"""Bytes: more than a pipe takes at once."""
WHOLE = f"from runtime.pipe import write_whole; import sys; write_whole(sys.stdout.buffer, b'tea ' * {LONG // 4})"


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_process_that_is_stopped_while_it_speaks_goes_on_where_it_was(unbuffered: str) -> None:
    speaking = subprocess.Popen(
        [sys.executable, "-c", WHOLE],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": unbuffered},
    )
    assert speaking.stdout is not None
    is_full(speaking.stdout.fileno())
    for number in (signal.SIGSTOP, signal.SIGCONT):
        speaking.send_signal(number)
    assert speaking.stdout.read() == b"tea " * (LONG // 4)
    assert speaking.wait(PATIENCE) == 0


def is_full(pipe: int) -> None:
    """Wait until no more goes in."""
    before, held = -1, array("i", [0])
    until = time.monotonic() + PATIENCE
    while held[0] != before or not before:
        assert time.monotonic() < until
        before = held[0]
        time.sleep(0.1)
        fcntl.ioctl(pipe, termios.FIONREAD, held)


def test_a_line_for_the_operator_is_one_write(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three processes write to one terminal; a line that comes in two pieces has another one in the middle."""
    written: list[str] = []
    terminal = io.StringIO()
    monkeypatch.setattr(terminal, "write", written.append)
    monkeypatch.setattr(sys, "stdout", terminal)
    say("Cartwheel has stopped.")
    assert written == ["Cartwheel has stopped.\n"]
