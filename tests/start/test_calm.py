"""While something is away the log says so once in a while, and stays short."""

import io
import logging
import sqlite3
from collections.abc import Iterator

import pytest

from runtime import calm
from runtime.calm import Calm


@pytest.fixture
def log() -> Iterator[tuple[logging.Logger, io.StringIO]]:
    """A log and what is written of it."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.addFilter(Calm())
    logger = logging.getLogger("calm")
    logger.addHandler(handler)
    yield logger, written
    logger.removeHandler(handler)


def fail(logger: logging.Logger, error: Exception) -> None:
    try:
        raise error
    except Exception:
        logger.exception("Error reading from %s.", "the queue")


def test_what_fails_again_and_again_is_told_once_a_minute(
    log: tuple[logging.Logger, io.StringIO], monkeypatch: pytest.MonkeyPatch
) -> None:
    logger, written = log
    now = 100.0
    monkeypatch.setattr("time.monotonic", lambda: now)
    for _ in range(3000):
        fail(logger, ConnectionRefusedError("Connection refused"))
    assert written.getvalue() == "Error reading from the queue: Connection refused\n"
    now += calm.EVERY
    fail(logger, ConnectionRefusedError("Connection refused"))
    assert written.getvalue().splitlines()[1:] == [
        "Error reading from the queue: Connection refused (2999 times more since it was last told)"
    ]
    fail(logger, sqlite3.OperationalError("database or disk is full"))
    assert written.getvalue().splitlines()[2:] == ["Error reading from the queue: database or disk is full"]


def test_a_mistake_of_ours_is_told_with_its_stack_trace(log: tuple[logging.Logger, io.StringIO]) -> None:
    logger, written = log
    fail(logger, KeyError("flow"))
    fail(logger, KeyError("flow"))
    assert written.getvalue().count("Traceback") == 1
    logger.warning("said twice, for it brings no exception")
    logger.warning("said twice, for it brings no exception")
    assert written.getvalue().count("said twice") == 2
