"""The doorbell: tells the worker that there is something to do. The only file that imports Huey.

The queue carries no truth. Huey hands a task out at most once and loses the one in hand when its worker is killed, so
its one task, `look`, says nothing but "look": what there is to do stands in the ledger. A lost ring costs a second or
two, because the worker looks by itself as well; a lost queue costs nothing.
"""

import importlib
import json
import logging
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from runtime.lean import without
from runtime.settings import Settings
from runtime.wire import Wire

log = logging.getLogger(__name__)

POLL = 0.003
"""Seconds between two looks into a SQLite queue where no wire can be laid: 1.8 ms a ring, 1.3 % of a core when idle."""
LISTEN = 1.0
"""Seconds that the worker listens at the wire before it looks into the queue all the same."""
PAUSE = 5.0
"""Seconds without trying again after a ring has failed, so that a queue that is down does not slow whoever rings."""

DOWN = 1.0
"""Seconds between two looks of the worker into a queue that cannot be reached."""


class Doorbell:
    """Rings for the worker. Made without cost: the queue is opened at the first ring. Safe to use from several threads."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._opening = threading.Lock()
        self._queue: _Queue | None = None
        self._silent_until = 0.0

    def ring(self) -> bool:
        """Ring, after the commit. False if nobody could be told; it never raises, for the work itself is safe already.

        Where an undequeued ring is waiting, none is added: whoever takes that one will see this work as well.
        """
        if time.monotonic() < self._silent_until:
            return False
        try:
            queue = self.queue()
            if self.waiting() == 0:
                queue.look()
        except Exception:  # whatever the driver says, the worker finds the work itself
            self._silent_until = time.monotonic() + PAUSE
            log.warning("The queue cannot be reached, so work waits for the worker's own round.", exc_info=True)
            return False
        return True

    def waiting(self) -> int:
        """How many rings nobody has answered yet. Raises what the queue's driver raises."""
        return int(self.queue().huey.storage.queue_size())

    def queue(self) -> "_Queue":
        """The open queue. Raises what its driver raises."""
        with self._opening:
            if self._queue is None:
                self._queue = _Queue(self._settings)
            return self._queue

    def close(self) -> None:
        """Close the queue's connection."""
        with self._opening:
            if self._queue is not None:
                self._queue.huey.storage.close()
                self._queue = None


def run_consumer(bell: Doorbell, look: Callable[[], object], stopping: threading.Event) -> None:
    """Call `look` for each ring, and once a minute without, until `stopping` is set; then let the one in hand finish.

    Huey's own signal handlers stay away: a second Ctrl-C would tear a batch apart, a SIGHUP would restart the process.
    """
    queue = bell.queue()
    queue.answer = look
    consumer = queue.huey.create_consumer(workers=1, initial_delay=POLL, max_delay=POLL, backoff=1.0)
    consumer._set_signal_handlers = lambda: None
    consumer.start()
    checked = time.monotonic()
    while not stopping.is_set():
        checked = consumer.loop(checked)
    consumer.stop_flag.set()
    queue.wake()
    consumer.stop(graceful=True)


class _Queue:
    """Huey on whatever this installation rings with."""

    def __init__(self, settings: Settings) -> None:
        self.answer: Callable[[], object] = lambda: None
        self.huey, every_minute = _open(settings)
        self.huey.storage.dequeue = _unhurried(self.huey.storage.dequeue)
        # One kind of task, rung for and periodic alike: with two, merged rings left work lying (measured: 802 of 3,000).
        self.look = self.huey.periodic_task(every_minute, name="look")(self._look)

    def _look(self) -> None:
        self.answer()

    def wake(self) -> None:
        """Let a consumer that listens see that it is to stop, instead of listening to the end."""
        if (wire := getattr(self.huey.storage, "wire", None)) is not None:
            wire.pull()


def _unhurried(dequeue: Callable[[], Any]) -> Callable[[], Any]:
    """The same, but that a look which fails lasts a second: Huey would look again at once."""

    def look() -> Any:
        try:
            return dequeue()
        except Exception:
            time.sleep(DOWN)
            raise

    return look


def _open(settings: Settings) -> tuple[Any, Any]:
    """The queue, and Huey's word for "every minute"."""
    common: dict[str, Any] = {"name": "cartwheel", "results": False, "serializer": _Json()}
    url = settings.queue_url or (settings.database_url if settings.database_url.startswith("postgresql") else "")
    if url.startswith(("redis://", "rediss://", "unix://")):
        huey = _import_huey("redis")
        join = "&" if "?" in url else "?"
        return huey.RedisHuey(url=f"{url}{join}socket_connect_timeout=2", **common), huey.crontab()
    if url.startswith("postgresql"):
        huey = _import_huey("psycopg")
        return _on_postgres(huey, "postgresql://" + url.partition("://")[2], common), huey.crontab()
    huey = _import_huey()
    file = settings.data / "queue.db"
    file.parent.mkdir(parents=True, exist_ok=True)
    _drop_if_damaged(file)
    # Without fsync: after a power cut the rings may be gone, and the worker looks when it starts.
    storage = {"storage_class": _wired(huey, file), "filename": str(file), "fsync": False, "cache_mb": 1, "timeout": 1}
    return huey.SqliteHuey(**storage, **common), huey.crontab()


def _wired(huey: Any, file: Path) -> Any:
    """Huey's storage in a SQLite file, which wakes the consumer when something is put in. Where no wire can be laid, as
    on some network folders, it is the plain one, which is polled."""
    try:
        wire = Wire(file.with_suffix(".wire"))
    except OSError as error:
        log.warning("No wire can be laid beside %s (%s); the queue is polled instead.", file, error.strerror)
        return huey.SqliteHuey.storage_class

    class WiredStorage(huey.SqliteHuey.storage_class):  # type: ignore[misc]
        blocking = True

        def __init__(self, *arguments: Any, **options: Any) -> None:
            self.wire = wire
            super().__init__(*arguments, **options)

        def enqueue(self, data: bytes, priority: float | None = None) -> None:
            super().enqueue(data, priority)
            wire.pull()

        def dequeue(self) -> Any:
            task = super().dequeue()
            if task is None and wire.wait(LISTEN):
                task = super().dequeue()
            return task

        def close(self) -> bool:
            wire.close()
            return bool(super().close())

    return WiredStorage


def _on_postgres(huey: Any, dsn: str, common: dict[str, Any]) -> Any:
    from psycopg.errors import UniqueViolation

    try:
        return huey.PostgresHuey(dsn=dsn, **common)
    except UniqueViolation:  # web and worker made the queue's tables at the same moment; now they are there
        return huey.PostgresHuey(dsn=dsn, **common)


def _drop_if_damaged(file: Path) -> None:
    """A queue that cannot be read is thrown away: everything it said stands in the ledger."""
    import sqlite3

    connection = sqlite3.connect(file, timeout=1)
    try:
        connection.execute("PRAGMA quick_check").fetchone()
    except sqlite3.OperationalError:
        return  # busy is not damaged
    except sqlite3.DatabaseError:
        log.warning("%s was damaged; starting with an empty queue. Nothing is lost by that.", file)
        for part in ("", "-wal", "-shm"):
            Path(f"{file}{part}").unlink(missing_ok=True)
    finally:
        connection.close()


class _Json:
    """Tasks as JSON. Huey's default is pickle, which runs what is put into it."""

    def serialize(self, data: Any) -> bytes:
        return json.dumps(data).encode()

    def deserialize(self, data: bytes) -> Any:
        from huey.registry import Message

        return Message(*json.loads(bytes(data)))


def _import_huey(*wanted: str) -> Any:
    """Huey, with no other database client than the one that this installation rings with."""
    storage = sys.modules.get("huey.storage")
    if storage is not None and any(getattr(storage, _PROOF[name]) is None for name in wanted):
        for module in [module for module in sys.modules if module.partition(".")[0] == "huey"]:
            del sys.modules[module]
    with without(*(name for name in _PROOF if name not in wanted)):
        return importlib.import_module("huey")


_PROOF = {"redis": "Redis", "psycopg": "psycopg"}
"""A name in Huey's storage module that is None when it was imported without this client."""
