"""`cartwheel up`: two processes that live and end together, whatever happens to one of the three."""

import os
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path

import pytest

from runtime.key import secret_key
from runtime.places import ROOT
from runtime.settings import Settings
from tests.start.installation import Start, ask, gone, wait_until

pytestmark = [
    pytest.mark.kill,
    pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc to find the child processes"),
]


def test_it_says_where_it_is_and_answers_there(start: Start) -> None:
    installation = start()
    address = installation.ready()
    link = installation.hears(r"works once: (\S+)")[1]
    assert link.startswith(f"{address}/sign-in/")
    assert ask(f"{address}/health")["ok"] is True
    with urllib.request.urlopen(link) as page:
        assert "Cartwheel" in page.read().decode()
    wait_until(lambda: ask(f"{address}/health").get("worker", True), "the worker was never heard")


def test_a_second_copy_on_the_same_folder_is_refused_and_told_about_the_first(start: Start) -> None:
    first = start()
    address = first.ready()
    second = start()
    said = second.hears("already running")
    assert f"process {first.process.pid}, {address}" in said.string
    assert second.wait() == 1
    assert first.process.poll() is None


def test_a_port_that_is_taken_is_named_with_what_to_do(start: Start) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        refused = start("--port", str(port))
        assert refused.hears(f"Port {port} is taken").string.endswith("--port 0 for any free one.")
        assert refused.wait() == 1


def test_ctrl_c_ends_all_three_within_ten_seconds(start: Start) -> None:
    installation = start()
    installation.ready()
    children = installation.children()
    began = time.monotonic()
    # As the terminal does it: to every process of the foreground group.
    os.killpg(installation.process.pid, signal.SIGINT)
    installation.hears("has stopped")
    assert installation.wait() == 0
    assert time.monotonic() - began < 10
    assert all(gone(pid) for pid in children.values())
    assert not any("did not finish" in line or "Traceback" in line for line in installation.lines)
    start().ready()


def test_started_by_nohup_it_goes_on_when_the_terminal_is_gone(start: Start) -> None:
    installation = start(through=("nohup",))
    address = installation.ready()
    installation.process.send_signal(signal.SIGHUP)
    time.sleep(0.5)
    assert installation.process.poll() is None
    assert ask(address + "/health")["worker"]["ok"]


def test_what_it_keeps_is_for_its_user_only_whoever_made_it(tmp_path: Path) -> None:
    folder = tmp_path / "shop"
    words = [sys.executable, "-P", "-m", "builder.command", "user", "list", "--data", str(folder)]
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
    subprocess.run(words, env=environment, check=True, umask=0o022, capture_output=True, cwd=tmp_path)
    kept = [folder, *folder.rglob("*")]
    assert len(kept) > 3
    assert [str(file) for file in kept if file.stat().st_mode & 0o077] == []


def test_when_the_supervisor_is_killed_its_children_end_and_the_next_start_works(start: Start) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    installation = start("--port", port)
    address = installation.ready()
    children = installation.children()
    assert set(children) == {"web", "worker"}
    installation.process.kill()
    # At once, on the same port, which the old web process holds until it has ended.
    assert start("--port", port).ready() == address
    for name, pid in children.items():
        wait_until(lambda pid=pid: gone(pid), f"the {name} process lived on")  # type: ignore[misc]


def test_a_worker_that_dies_is_started_again(start: Start) -> None:
    installation = start()
    installation.ready()
    before = installation.children()["worker"]
    os.kill(before, signal.SIGKILL)
    installation.hears(r"worker process was killed \(signal 9\)\. Starting it again in 1 s")
    wait_until(lambda: installation.children().get("worker", before) != before, "the worker was not started again")


def test_while_the_web_process_is_started_again_callers_wait_instead_of_being_turned_away(start: Start) -> None:
    installation = start()
    address = installation.ready()
    os.kill(installation.children()["web"], signal.SIGKILL)
    installation.hears("web process was killed")
    answers: list[object] = []
    callers = [threading.Thread(target=lambda: answers.append(ask(f"{address}/health")["ok"])) for _ in range(5)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    assert answers == [True] * 5
    installation.hears("The web process is back")


def test_a_folder_of_a_newer_version_is_left_alone(start: Start, tmp_path: object) -> None:
    first = start()
    first.ready()
    first.stop()
    with sqlite3.connect(first.data / "cartwheel.db") as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
    again = start()
    again.hears("written by a newer Cartwheel")
    assert again.wait() == 1


def test_a_database_that_is_away_is_tried_again(start: Start) -> None:
    away = start(CARTWHEEL_DATABASE_URL="postgresql://nobody@127.0.0.1:1/nothing")
    away.hears("The database cannot be used")
    away.hears("Starting it again")
    away.stop()
    assert not any("Traceback" in line for line in away.lines)


def test_a_file_that_is_no_database_is_told_in_one_sentence_and_left_alone(start: Start, tmp_path: Path) -> None:
    file = tmp_path / "data" / "cartwheel.db"
    secret_key(Settings(data=file.parent))
    file.write_text("Dear diary, today the tea was picked on the upper terraces.\n" * 9)
    diary = file.read_bytes()
    installation = start()
    installation.hears("The database cannot be used: file is not a database")
    assert installation.wait() == 1
    assert not any("Traceback" in line for line in installation.lines)
    assert file.read_bytes() == diary
