"""Processes that tests start. Each hangs on a lifeline of this test run, so that none outlives it, however the run ends."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from runtime.lifeline import VARIABLE
from runtime.places import ROOT
from tests.patience import PATIENCE

_END, _KEPT = os.pipe()
"""Children read the one. The other is held by this process only, and the kernel closes it, whatever ends this process."""


def begin(
    command: Sequence[str], environment: Mapping[str, str], *, hand: Sequence[int] = (), **options: Any
) -> subprocess.Popen[Any]:
    """Start a process that stops when this one is gone; it has to call `runtime.lifeline.hold`. `hand` are open files."""
    return subprocess.Popen(command, env={**environment, VARIABLE: str(_END)}, pass_fds=[_END, *hand], **options)


def surroundings() -> dict[str, str]:
    """This process's environment, without what makes NiceGUI behave as in its own tests."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "NICEGUI_"))}


def free_port() -> int:
    """A port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class WebProcess:
    """The web process of an installation, as a user would have it. It can be ended and started again on its port."""

    data: Path
    port: int
    _process: subprocess.Popen[Any] | None = field(default=None, init=False, repr=False)

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it and wait until it answers."""
        ours = {"CARTWHEEL_DATA": str(self.data), "CARTWHEEL_PORT": str(self.port), "PYTHONPATH": str(ROOT)}
        self._process = begin([sys.executable, "-P", "-m", "builder.web"], surroundings() | ours, cwd=self.data)
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            with suppress(OSError):
                urllib.request.urlopen(f"{self.url}/sign-in", timeout=5).read()
                return
            assert self._process.poll() is None, "the web process died"
            time.sleep(0.1)
        raise AssertionError("the web process does not answer")

    def stop(self, *, kill: bool = False) -> None:
        """End it, if it runs: as an operator does, or with kill -9."""
        if self._process is not None:
            (self._process.kill if kill else self._process.terminate)()
            self._process.wait(PATIENCE)
            self._process = None
