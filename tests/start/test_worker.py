"""The worker: what is due goes out without being rung for, and it says that it lives."""

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from runtime import delivery, pulse
from runtime.accounts import workspaces
from runtime.clock import SECOND, SystemClock
from runtime.delivery import outbox
from runtime.doorbell import Doorbell
from runtime.house import House, open_house
from runtime.ledger import Ledger
from runtime.mail import Brand, read_document
from runtime.places import ROOT, SAMPLES
from runtime.process import NEEDS_A_PERSON
from runtime.samples import read_sample
from runtime.settings import Settings
from runtime.worker import Worker
from tests.start.installation import wait_until

Hire = Callable[[Settings], House]


def test_a_worker_whose_tables_cannot_be_made_says_why_and_is_not_started_again(ledger: Ledger, tmp_path: Path) -> None:
    with ledger.write() as tx:
        tx.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    where = ledger.url.render_as_string(hide_password=False)
    environment = os.environ | {"CARTWHEEL_DATA": str(tmp_path), "CARTWHEEL_DATABASE_URL": where}
    worker = subprocess.run(
        [sys.executable, "-m", "runtime.worker"], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    assert worker.returncode == NEEDS_A_PERSON
    (line,) = worker.stderr.splitlines()
    assert "already exists" in line


@pytest.fixture
def hire() -> Iterator[Hire]:
    """Puts a worker to work on an installation; nobody rings for it but itself."""
    ends: list[Callable[[], None]] = []

    def begin(settings: Settings) -> House:
        house = open_house(settings, ring=lambda: None)
        worker = Worker(house, Doorbell(settings))
        thread = threading.Thread(target=worker.run)
        thread.start()

        def end() -> None:
            worker.stopping.set()
            thread.join(20)
            assert not thread.is_alive()
            delivery.leave(house)
            house.close()

        ends.append(end)
        return house

    yield begin
    for end in ends:
        end()


def queue_a_message(house: House) -> tuple[int, int]:
    """A test e-mail to Dewi, queued; the workspace and the message."""
    workspace = workspaces.first(house)
    document = next(iter(read_sample(SAMPLES / "cart-abandonment").emails.values()))
    return workspace, delivery.send_test(house, workspace, read_document(document), Brand(), "dewi@example.com")


def state_of(house: House, workspace: int, message: int) -> str:
    """How the message stands."""
    with house.ledger.read(workspace) as tx:
        return outbox.one(tx, message)[0].state


@pytest.mark.parametrize("queue_url", ["", "redis://127.0.0.1:1/0"], ids=["queue", "queue that is down"])
def test_a_message_goes_out_though_its_ring_was_lost(hire: Hire, tmp_path: Path, queue_url: str) -> None:
    house = hire(Settings(data=tmp_path, queue_url=queue_url))
    workspace, message = queue_a_message(house)
    wait_until(lambda: state_of(house, workspace, message) == "sent", "the message was not sent")


def test_the_worker_says_that_it_lives(hire: Hire, tmp_path: Path) -> None:
    house = hire(Settings(data=tmp_path))
    wait_until(lambda: pulse.worker_lives(house), "never heard")
    last = pulse.heard(house, "worker")
    assert last is not None
    assert last.state["began_at"] <= last.at <= SystemClock().now()


def test_a_worker_that_fell_silent_counts_as_gone(house: House) -> None:
    pulse.say(house, "worker", {"pid": 1})
    assert pulse.worker_lives(house)
    house.clock.advance(seconds=pulse.SILENT / SECOND)  # type: ignore[attr-defined]
    assert not pulse.worker_lives(house)


def test_one_look_does_all_there_is_to_do(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path)
    house = open_house(settings, ring=lambda: None)
    messages = [queue_a_message(house) for _ in range(3)]
    Worker(house, Doorbell(settings)).look()
    assert {state_of(house, *message) for message in messages} == {"sent"}
    delivery.leave(house)
    house.close()


def test_a_start_that_is_up_to_date_loads_no_migrations_and_an_idle_worker_no_publishing(tmp_path: Path) -> None:
    open_house(Settings(data=tmp_path)).close()
    script = (
        "import sys; from runtime.doorbell import Doorbell; from runtime.house import open_house;"
        "from runtime.settings import load_settings; from runtime.worker import Worker; settings = load_settings();"
        "Worker(open_house(settings, ring=lambda: None), Doorbell(settings)).look();"
        "print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    )
    environment = {"PYTHONPATH": str(ROOT), "CARTWHEEL_DATA": str(tmp_path)}
    command = [sys.executable, "-P", "-c", script]
    loaded = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout.split()
    assert {"alembic", "premailer", "cssutils", "lxml", "psycopg", "redis", "nicegui"}.isdisjoint(loaded)
    assert "sqlalchemy" in loaded
