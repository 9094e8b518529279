"""Real installations for these tests: started as a user does, watched as an operator does."""

import json
import os
import queue
import re
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

from runtime.places import ROOT
from tests.patience import PATIENCE
from tests.processes import begin


class Installation:
    """`cartwheel up` on a folder, and what it says."""

    def __init__(self, data: Path, *words: str, through: tuple[str, ...] = (), **environment: str) -> None:
        """`through` is a command that starts it, such as nohup."""
        self.data = data
        self.lines: list[str] = []
        self._new: queue.Queue[str | None] = queue.Queue()
        command = [
            *through,
            sys.executable,
            "-P",
            "-m",
            "builder.command",
            "up",
            "--no-browser",
            "--data",
            str(data),
            *words,
        ]
        self.process = begin(
            command,
            {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"} | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=data.parent,
            start_new_session=True,
        )
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._new.put(line.rstrip("\n"))
        self._new.put(None)

    def hears(self, pattern: str) -> re.Match[str]:
        """The first line yet unread that says this."""
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                line = self._new.get(timeout=max(0.0, deadline - time.monotonic()))
            except queue.Empty:
                line = None
            assert line is not None, f"never said {pattern!r}, only: {self.lines}"
            self.lines.append(line)
            if found := re.search(pattern, line):
                return found

    def ready(self) -> str:
        """Wait until it says where it is; the address."""
        return self.hears(r"ready at (http://\S+)")[1]

    def children(self) -> dict[str, int]:
        """Process ids of the web process and the worker."""
        found = {}
        for number in Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split():
            words = Path(f"/proc/{number}/cmdline").read_bytes().decode().split("\0")
            for name, module in (("web", "builder.web"), ("worker", "runtime.worker")):
                if module in words:
                    found[name] = int(number)
        return found

    def wait(self) -> int:
        """Its exit code, once it has ended."""
        return self.process.wait(PATIENCE)

    def stop(self) -> None:
        """End whatever still runs of it."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(PATIENCE)


Start = Callable[..., Installation]
"""What the fixture `start` is."""


def ask(url: str) -> Any:
    """What an address answers, as JSON."""
    with urllib.request.urlopen(url, timeout=PATIENCE) as answer:
        return json.load(answer)


def gone(pid: int) -> bool:
    """Whether a process has ended; one that nobody has buried yet has."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


def wait_until(holds: Callable[[], object], why: str, patience: float = PATIENCE) -> None:
    """Wait for something to be so."""
    deadline = time.monotonic() + patience
    while not holds():
        assert time.monotonic() < deadline, why
        time.sleep(0.02)
