"""Stores events: concurrent requests share a commit, and each is answered after it.

One thread takes what has come together while it was writing the batch before, so that nobody waits for company: under
load a commit holds hundreds of events, alone it holds one.
"""

import asyncio
import contextlib
import hashlib
import logging
import queue
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from sqlalchemy import ARRAY, BigInteger, LargeBinary, bindparam, text
from sqlalchemy.exc import OperationalError

from runtime.house import House
from runtime.ledger import Tx
from runtime.ledger.bulk import insert_tuples
from runtime.ledger.tables import event, seen

log = logging.getLogger(__name__)

MOST_AT_ONCE = 1000
"""Events that are gathered into one transaction: about 10 ms of work, during which nobody else writes. A request is never
cut, so there may be twice as many."""
MOST_WAITING = 20_000
"""Events that may wait to be stored; who comes then is asked to try again."""
_EVENT = ("id", "workspace", "name", "source", "at", "received_at", "who", "properties", "typed", "state")
_SEEN = ("workspace", "digest")
# A list of values as one parameter: the statement stays the same however long the list is.
_SEEN_SQLITE = (
    "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ?) SELECT seen.digest FROM n"
    " CROSS JOIN seen ON seen.workspace = ? AND seen.digest = substr(?, 1 + 16 * n.i, 16)"
)
# On PostgreSQL another intake may be storing the same id right now; the insert itself finds out.
_SEEN_POSTGRES = text(
    "INSERT INTO seen (workspace, digest) SELECT * FROM unnest(:workspaces, :digests)"
    " ON CONFLICT DO NOTHING RETURNING workspace, digest"
).bindparams(bindparam("workspaces", type_=ARRAY(BigInteger)), bindparam("digests", type_=ARRAY(LargeBinary)))


class Full(Exception):
    """So much is waiting to be stored that more would wait too long; nothing of this request was stored."""


class CannotStore(Exception):
    """The database could not be written; nothing of this request was stored."""


class NewEvent(NamedTuple):
    """An event as it will be stored. JSON is written already; instants are UTC microseconds.

    `digest` tells events apart for ever; None for one that came without an id, which is always new. `at` is when it happened
    as the sender's clock has it; where that is ahead of ours, it counts as what just happened.
    """

    workspace: int
    digest: bytes | None
    name: str
    source: str
    at: int
    received_at: int
    who: str
    properties: str
    typed: str


def digest_of(source: str, id_: str) -> bytes:
    """16 bytes that stand for an event's id, which no source shares with another."""
    return hashlib.blake2b(f"{source}\n{id_}".encode(), digest_size=16).digest()


@dataclass(slots=True, eq=False)
class _Job:
    read: Callable[[], Sequence[NewEvent]]
    size: int
    done: "asyncio.Future[tuple[int, int]]"
    touch: Callable[[Tx], None] | None
    loop: asyncio.AbstractEventLoop = field(init=False)
    events: Sequence[NewEvent] = ()

    def __post_init__(self) -> None:
        self.loop = self.done.get_loop()


class Writer:
    """The one that writes. Its thread begins with the first event and ends with `close`."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._waiting = 0
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()

    async def put(self, events: Sequence[NewEvent], touch: Callable[[Tx], None] | None = None) -> int:
        """Store events, all or none, and return how many were new. `touch` is run in the same transaction.

        Raises Full and CannotStore.
        """
        return (await self.put_read(lambda: events, len(events), touch))[0]

    async def put_read(
        self, read: Callable[[], Sequence[NewEvent]], size: int, touch: Callable[[Tx], None] | None = None
    ) -> tuple[int, int]:
        """The same for events that are still to be read, about `size` of them. The thread that writes reads them, so that
        the event loop is free meanwhile and the two do not take turns at one interpreter. Returns (new, all).

        Raises what `read` raises, Full and CannotStore.
        """
        if self._waiting + size > MOST_WAITING and self._waiting:
            raise Full
        if self._thread is None:
            self._start()
        job = _Job(read, size, asyncio.get_running_loop().create_future(), touch)
        self._waiting += size
        self._jobs.put(job)
        try:
            return await job.done
        finally:
            self._waiting -= size

    def close(self) -> None:
        """Write what is waiting, then end. Blocks until then."""
        with self._starting:
            if self._thread is not None:
                self._jobs.put(None)
                self._thread.join()
                self._thread = None

    def _start(self) -> None:
        with self._starting:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="intake", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while True:
            jobs, last = self._take()
            if readable := self._read(jobs):
                self._write(readable)
            if last:
                return

    def _take(self) -> tuple[list[_Job], bool]:
        """What is waiting, at least one; and whether it was the last."""
        first = self._jobs.get()
        if first is None:
            return [], True
        jobs, count = [first], first.size
        while count < MOST_AT_ONCE:
            try:
                job = self._jobs.get_nowait()
            except queue.Empty:
                break
            if job is None:
                return jobs, True
            jobs.append(job)
            count += job.size
        return jobs, False

    def _read(self, jobs: Sequence[_Job]) -> list[_Job]:
        """Those that can be read, with their events; the others hear at once what is wrong."""
        readable = []
        for job in jobs:
            try:
                job.events = job.read()
            except Exception as error:  # noqa: BLE001 - whatever it was, whoever waits must hear of it
                self._answer([job], [error])
            else:
                readable.append(job)
        return readable

    def _write(self, jobs: Sequence[_Job]) -> None:
        try:
            with self._house.ledger.write() as tx:
                stored = store(tx, *(job.events for job in jobs))
                for job in jobs:
                    if job.touch is not None:
                        job.touch(tx)
        except Exception as error:  # noqa: BLE001 - whatever it was, those who wait must hear of it
            if len(jobs) > 1 and not isinstance(error, OperationalError):
                # Something in one request: the others are not to suffer for it.
                for job in jobs:
                    self._write([job])
                return
            log.error("Events cannot be stored: %s", error)
            self._answer(jobs, [CannotStore(str(error))] * len(jobs))
            return
        self._answer(jobs, stored)
        if any(stored):
            self._house.ring()

    def _answer(self, jobs: Sequence[_Job], results: Sequence[int | Exception]) -> None:
        by_loop: dict[asyncio.AbstractEventLoop, list[_Answer]] = {}
        for job, result in zip(jobs, results, strict=True):
            told = result if isinstance(result, Exception) else (result, len(job.events))
            by_loop.setdefault(job.loop, []).append((job.done, told))
        for loop, answers in by_loop.items():
            with contextlib.suppress(RuntimeError):  # the loop has ended, and with it whoever asked
                loop.call_soon_threadsafe(_settle, answers)


_Answer = tuple["asyncio.Future[tuple[int, int]]", tuple[int, int] | Exception]


def _settle(answers: Iterable[_Answer]) -> None:
    for future, result in answers:
        if future.done():
            continue
        if isinstance(result, Exception):
            future.set_exception(result)
        else:
            future.set_result(result)


def store(tx: Tx, *requests: Sequence[NewEvent]) -> list[int]:
    """Store the events of several requests. Returns how many of each were new.

    What says that it happens after it was received has happened when it was received: nobody looks at an event again
    when its time comes, so that one from the future would never be counted.
    """
    unseen = _unseen(
        tx, {(one.workspace, one.digest) for events in requests for one in events if one.digest is not None}
    )
    new: list[NewEvent] = []
    counts: list[int] = []
    for events in requests:
        before = len(new)
        for one in events:
            if one.digest is not None:
                mark = (one.workspace, one.digest)
                if mark not in unseen:
                    continue
                # The same id twice in one batch: the first counts.
                unseen.remove(mark)
            new.append(one)
        counts.append(len(new) - before)
    rows = [
        (id_, one.workspace, one.name, one.source, min(one.at, one.received_at), *one[5:], "new")  # as in _EVENT
        for id_, one in zip(tx.reserve(len(new)), new, strict=True)
    ]
    insert_tuples(tx, event, _EVENT, rows)
    return counts


def _unseen(tx: Tx, marks: set[tuple[int, bytes]]) -> set[tuple[int, bytes]]:
    """Those of `marks` that were not there yet; they are now."""
    if not marks:
        return set()
    if tx.dialect != "sqlite":
        # In one order everywhere, so that two intakes do not wait for each other.
        ordered = sorted(marks)
        values = {"workspaces": [workspace for workspace, _ in ordered], "digests": [digest for _, digest in ordered]}
        return {(row.workspace, bytes(row.digest)) for row in tx.all(_SEEN_POSTGRES, values)}
    by_workspace: dict[int, list[bytes]] = {}
    for workspace, digest in marks:
        by_workspace.setdefault(workspace, []).append(digest)
    for workspace, digests in by_workspace.items():
        known = tx.connection.exec_driver_sql(_SEEN_SQLITE, (len(digests), workspace, b"".join(digests)))
        marks -= {(workspace, digest) for (digest,) in known}
    # In order: neighbours in the index are written one after the other.
    insert_tuples(tx, seen, _SEEN, sorted(marks))
    return marks
