"""The doorbell: rings reach the worker, merge, and are never worth more than a second."""

import errno
import os
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from runtime.doorbell import Doorbell, run_consumer
from runtime.settings import Settings

LONG = 10.0


@pytest.fixture
def redis_url(tmp_path: Path) -> Iterator[str]:
    """A Redis server of this test's own, or the one named in CARTWHEEL_TEST_REDIS."""
    if named := os.environ.get("CARTWHEEL_TEST_REDIS"):
        yield named
        return
    if shutil.which("redis-server") is None:
        pytest.skip("no redis-server here")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(tmp_path)]
    server = subprocess.Popen(words, stdout=subprocess.DEVNULL)
    deadline = time.monotonic() + LONG
    while socket.socket().connect_ex(("127.0.0.1", port)) != 0:
        assert time.monotonic() < deadline, "Redis did not start"
        time.sleep(0.02)
    yield f"redis://127.0.0.1:{port}/0"
    server.terminate()
    server.wait()


@pytest.fixture(params=["sqlite", "postgresql", "redis"])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Settings]:
    """An installation that rings on each kind of queue."""
    if request.param == "postgresql":
        server = request.getfixturevalue("postgres")
        url = server.fresh()
        yield Settings(data=tmp_path, database_url=url)
        server.drop(url)
    elif request.param == "redis":
        yield Settings(data=tmp_path, queue_url=request.getfixturevalue("redis_url"))
    else:
        yield Settings(data=tmp_path)


class Worker:
    """Somebody who answers the door, and counts how often."""

    def __init__(self) -> None:
        self.looks = 0
        self.looked = threading.Condition()
        self.busy = threading.Event()
        self.may_finish = threading.Event()
        self.may_finish.set()

    def look(self) -> None:
        self.busy.set()
        assert self.may_finish.wait(LONG)
        with self.looked:
            self.looks += 1
            self.looked.notify_all()

    def wait_for(self, looks: int) -> None:
        with self.looked:
            assert self.looked.wait_for(lambda: self.looks >= looks, LONG), f"looked {self.looks} times only"


@contextmanager
def at_work(settings: Settings, worker: Worker) -> Iterator[threading.Event]:
    """The worker's consumer, running."""
    stopping, bell = threading.Event(), Doorbell(settings)
    thread = threading.Thread(target=run_consumer, args=(bell, worker.look, stopping))
    thread.start()
    try:
        yield stopping
    finally:
        stopping.set()
        thread.join(LONG)
        bell.close()
        assert not thread.is_alive()


def test_a_ring_is_answered(settings: Settings) -> None:
    worker, web = Worker(), Doorbell(settings)
    with at_work(settings, worker):
        for looks in (1, 2, 3):
            before = worker.looks
            assert web.ring()
            worker.wait_for(max(looks, before + 1))
    web.close()


def test_rings_merge_while_one_is_waiting_at_the_door(settings: Settings) -> None:
    web = Doorbell(settings)
    assert all(web.ring() for _ in range(50))
    assert web.waiting() == 1
    web.close()


def test_a_ring_during_a_look_is_answered_by_another_look(settings: Settings) -> None:
    # The work it announces may have come after this look went past it.
    worker, web = Worker(), Doorbell(settings)
    worker.may_finish.clear()
    web.ring()
    with at_work(settings, worker):
        assert worker.busy.wait(LONG)
        assert web.ring()
        worker.may_finish.set()
        worker.wait_for(2)
    web.close()


def test_where_no_wire_can_be_laid_the_queue_is_polled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.ENOTSUP, "Operation not supported")

    monkeypatch.setattr(os, "mkfifo", refuse)
    worker, web = Worker(), Doorbell(Settings(data=tmp_path))
    with at_work(Settings(data=tmp_path), worker):
        assert web.ring()
        worker.wait_for(1)
        assert web.ring()
        worker.wait_for(2)
    web.close()
    assert "polled instead" in caplog.text


def test_stopping_lets_the_look_in_hand_finish(settings: Settings) -> None:
    worker, web = Worker(), Doorbell(settings)
    worker.may_finish.clear()
    web.ring()
    with at_work(settings, worker) as stopping:
        assert worker.busy.wait(LONG)
        stopping.set()
        assert worker.looks == 0
        worker.may_finish.set()
    assert worker.looks >= 1
    web.close()


def test_a_queue_that_is_down_keeps_nobody_waiting_and_raises_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    bell = Doorbell(Settings(data=tmp_path, queue_url="redis://127.0.0.1:1/0"))
    assert not bell.ring()
    began = time.perf_counter()
    assert not any(bell.ring() for _ in range(1000))
    assert time.perf_counter() - began < 0.5
    assert caplog.text.count("cannot be reached") == 1


def test_the_worker_looks_once_a_second_into_a_queue_that_is_down(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    settings, worker = Settings(data=tmp_path, queue_url="redis://127.0.0.1:1/0"), Worker()
    with at_work(settings, worker):
        time.sleep(1.5)
    assert 1 <= caplog.text.count("Error reading from queue") <= 3


def test_a_damaged_queue_is_replaced_by_an_empty_one(tmp_path: Path) -> None:
    (tmp_path / "queue.db").write_bytes(b"this is no database, but long enough to look like one" * 100)
    bell = Doorbell(Settings(data=tmp_path))
    assert bell.ring()
    assert bell.waiting() == 1


def test_what_lies_in_the_queue_is_never_run_as_pickle(tmp_path: Path) -> None:
    marker = tmp_path / "run"
    trap = f"cpathlib\nPath\n(S'{marker}'\ntR.".encode()
    bell = Doorbell(Settings(data=tmp_path))
    with pytest.raises(ValueError, match="Expecting value"):
        bell.queue().huey.serializer.deserialize(trap)
