"""What was opened and clicked is written down although some of it cannot be, or not yet."""

import logging
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pytest
from sqlalchemy.exc import DataError, OperationalError

from runtime.engagement import recorder as module
from runtime.engagement.machines import Hit
from runtime.engagement.recorder import Recorder
from runtime.house import House
from tests.patience import PATIENCE

BAD = 37


class Database:
    """Stands in for what writes: takes everything but the message `BAD`, and nothing at all while it is away."""

    def __init__(self) -> None:
        self.written: list[int] = []
        self.asked = 0
        self.away = False

    def write(self, _house: House, _workspace: int, hits: Mapping[int, Sequence[Hit]], _mails: Any) -> None:
        self.asked += 1
        if self.away:
            raise OperationalError("INSERT", {}, Exception("database is locked"))
        if BAD in hits:
            raise DataError("INSERT", {}, Exception("a link that no database keeps\nwith more of it"))
        self.written += hits


@pytest.fixture
def database(monkeypatch: pytest.MonkeyPatch) -> Database:
    """What is written to."""
    made = Database()
    monkeypatch.setattr(module, "write", made.write)
    monkeypatch.setattr(module, "_AGAIN", 0.1)
    return made


@pytest.fixture
def recorder(house: House, database: Database) -> Iterator[Recorder]:
    """What writes, when it is told to."""
    made = Recorder(house, together=3600)
    yield made
    database.away = False
    made.close()


def notice(recorder: Recorder, *messages: int) -> None:
    """Each of these messages is opened."""
    for message in messages:
        recorder.notice(Hit(7, message, "open", 1, "GET", "", ""))


def test_one_that_cannot_be_written_is_left_out_and_said_once(
    recorder: Recorder, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        notice(recorder, *range(100))
        recorder.flush()
    assert database.written == [number for number in range(100) if number != BAD]
    assert database.asked < 20
    (record,) = caplog.records
    said = record.getMessage()
    assert said.startswith(f"What was opened and clicked of message {BAD} is left out: ")
    assert "\n" not in said


def test_while_the_database_is_away_everything_waits(recorder: Recorder, database: Database) -> None:
    database.away = True
    notice(recorder, 1, 2, 3)
    flushed(recorder)
    until = time.monotonic() + PATIENCE
    while database.asked < 3:
        assert time.monotonic() < until
        time.sleep(0.01)
    assert database.written == []
    database.away = False
    recorder.flush()
    assert database.written == [1, 2, 3]


def test_what_waits_for_the_database_does_not_wait_for_what_came_later(recorder: Recorder, database: Database) -> None:
    database.away = True
    notice(recorder, 1)
    flushed(recorder)
    notice(recorder, 2)  # due in an hour
    until = time.monotonic() + PATIENCE
    while database.asked < 2:
        assert time.monotonic() < until
        time.sleep(0.01)
    database.away = False
    while database.written != [1]:
        assert time.monotonic() < until, "it stands behind what is not due for an hour"
        time.sleep(0.01)


def flushed(recorder: Recorder) -> None:
    """Let what is held be due, without waiting for it."""
    with recorder._changed:
        recorder._due = dict.fromkeys(recorder._due, 0.0)
        recorder._changed.notify_all()
