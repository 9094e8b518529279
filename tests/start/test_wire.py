"""The wire: whoever pulls it wakes whoever waits, now or next."""

import threading
from pathlib import Path

from runtime.wire import Wire


def test_a_pull_wakes_who_waits(tmp_path: Path) -> None:
    web, worker = Wire(tmp_path / "queue.wire"), Wire(tmp_path / "queue.wire")
    woken: list[bool] = []
    waiting = threading.Thread(target=lambda: woken.append(worker.wait(30)))
    waiting.start()
    web.pull()
    waiting.join(10)
    assert woken == [True]


def test_pulls_that_nobody_waited_for_are_one_that_is_kept(tmp_path: Path) -> None:
    web = Wire(tmp_path / "queue.wire")
    for _ in range(100_000):  # more than a pipe holds
        web.pull()
    worker = Wire(tmp_path / "queue.wire")
    while worker.wait(0):
        pass
    web.pull()
    assert worker.wait(0)
    assert not worker.wait(0)
