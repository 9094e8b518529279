"""Long lists are read by a process of its own while many of them come in: an import, a shop that catches up.

Reading is half of intake's work, and one interpreter does one thing at a time. The process is there only while it is needed
and only where there is a second core. It knows no database and keeps nothing: if it dies, what it was reading is read here.
"""

import asyncio
import marshal
import os
import signal
import sys
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from runtime.intake.reading import NotReadable, NotRight, Wrong, read_events
from runtime.intake.writer import NewEvent
from runtime.pipe import write_whole
from runtime.places import ROOT

WORTH_IT = 10_000
"""Bytes of a body that is worth sending to and fro: about 0.4 ms of reading."""
IDLE_SECONDS = 60.0
"""Seconds without a list after which the process is ended."""
_HEAD = 4
_BUFFER = 4 * 1024 * 1024

_Asked = tuple[bytes, int, str, int, dict[str, str]]


class Lost(Exception):
    """The process is gone; nothing was read."""


class ReadingApart:
    """The process: started when a second long list comes while one is being taken in, ended when none comes any more.

    `with` says that a long list is being taken in. Only the event loop that had it started can ask it.
    """

    def __init__(self) -> None:
        self._in_hand = 0
        self._loop: asyncio.AbstractEventLoop | None = None
        self._life: asyncio.Task[None] | None = None
        self._reader: _Reader | None = None

    def __enter__(self) -> None:
        self._in_hand += 1
        if self._in_hand > 1 and self._life is None and len(os.sched_getaffinity(0)) > 1:
            self._loop = asyncio.get_running_loop()
            self._life = self._loop.create_task(self._live())

    def __exit__(self, *_: object) -> None:
        self._in_hand -= 1

    def at_hand(self) -> bool:
        """Whether it can be asked now."""
        return self._reader is not None and asyncio.get_running_loop() is self._loop

    async def read(
        self, body: bytes, workspace: int, source: str, now: int, refused: Mapping[str, str]
    ) -> list[NewEvent]:
        """What `read_events` returns. Raises what it raises, and Lost."""
        if self._reader is None:
            raise Lost
        what, told = await self._reader.ask((body, workspace, source, now, dict(refused)))
        if what == "wrong":
            wrongs, total = told
            raise NotRight([Wrong(*one) for one in wrongs], total)
        if what == "unreadable":
            raise NotReadable(told)
        return list(map(NewEvent._make, told))

    async def _live(self) -> None:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-P",
            "-m",
            "runtime.intake.reading_apart",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            limit=_BUFFER,
        )
        reader = _Reader(process)
        try:
            with suppress(asyncio.IncompleteReadError, OSError, TimeoutError):
                await reader.hear()  # its first word says that it is there
                self._reader = reader
                while True:
                    reader.settle(await reader.hear())
        finally:
            self._reader = self._life = None
            reader.give_up()
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()


class _Reader:
    """The pipes of one process: it answers in the order in which it is asked."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        if process.stdin is None or process.stdout is None:
            raise ValueError("The process has no pipes")
        self._asks, self._answers = process.stdin, process.stdout
        self._asked: deque[asyncio.Future[Any]] = deque()

    async def ask(self, asked: _Asked) -> Any:
        if self._asks.is_closing():
            raise Lost
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._asked.append(answer)
        self._asks.write(_framed(asked))
        return await answer

    async def hear(self) -> Any:
        """What it says next. Raises IncompleteReadError at its end, and TimeoutError if it says nothing."""
        async with asyncio.timeout(IDLE_SECONDS):
            length = int.from_bytes(await self._answers.readexactly(_HEAD), "little")
            return marshal.loads(await self._answers.readexactly(length))  # noqa: S302 - our own process says it

    def settle(self, answer: Any) -> None:
        asked = self._asked.popleft()
        if not asked.done():  # else whoever asked has gone away
            asked.set_result(answer)

    def give_up(self) -> None:
        while self._asked:
            asked = self._asked.popleft()
            if not asked.done():
                asked.set_exception(Lost())


def _framed(what: object) -> bytes:
    said = marshal.dumps(what)  # type: ignore[arg-type] # plain values only
    return len(said).to_bytes(_HEAD, "little") + said


def _answer(asked: _Asked) -> tuple[str, Any]:
    body, workspace, source, now, refused = asked
    try:
        return "events", [tuple(one) for one in read_events(body, workspace, source, now, refused=refused)]
    except NotRight as problem:
        return "wrong", ([(one.index, one.field, one.reason) for one in problem.wrongs], problem.total)
    except NotReadable as problem:
        return "unreadable", str(problem)


def main() -> None:
    """What the process does, until the pipe by which it is asked is closed."""
    # Ctrl-C in a terminal is for whoever started it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    asks, answers = sys.stdin.buffer, sys.stdout.buffer
    said = _framed("here")
    while True:
        write_whole(answers, said)
        head = asks.read(_HEAD)
        if len(head) < _HEAD:
            return
        asked = asks.read(int.from_bytes(head, "little"))
        said = _framed(_answer(marshal.loads(asked)))  # noqa: S302 - whoever started it asks


if __name__ == "__main__":
    main()
