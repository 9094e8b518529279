"""The least that durable intake can be, for bench/intake.py to stand beside: parse, insert into one table without an index,
answer after a commit that requests share. No validation, no ids told apart, no typed form.

usage: python bench/bare_intake.py PORT FOLDER
"""

import asyncio
import queue
import sqlite3
import sys
import threading
from typing import Any

import orjson
import uvicorn

PORT, FOLDER = int(sys.argv[1]), sys.argv[2]
Job = tuple[list[tuple[str, str, bytes]], "asyncio.Future[None]"]
jobs: "queue.SimpleQueue[Job]" = queue.SimpleQueue()


def write() -> None:
    """Commit what has come together, again and again."""
    database = sqlite3.connect(f"{FOLDER}/bare.db", isolation_level=None)
    database.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE event (id, name, body)")
    while True:
        together = [jobs.get()]
        while len(together) < 1000 and not jobs.empty():
            together.append(jobs.get_nowait())
        database.execute("BEGIN IMMEDIATE")
        for rows, _ in together:
            database.executemany("INSERT INTO event VALUES (?, ?, ?)", rows)
        database.execute("COMMIT")
        together[0][1].get_loop().call_soon_threadsafe(answer, together)


def answer(together: list[Job]) -> None:
    """Let those who wait go on."""
    for _, stored in together:
        stored.set_result(None)


async def app(scope: Any, receive: Any, send: Any) -> None:
    """Take a list of events, or one."""
    parts, more = [], True
    while more:
        message = await receive()
        parts.append(message.get("body", b""))
        more = message.get("more_body", False)
    events = orjson.loads(b"".join(parts))
    events = events if isinstance(events, list) else [events]
    stored = asyncio.get_running_loop().create_future()
    jobs.put(([(one["id"], one["name"], orjson.dumps(one)) for one in events], stored))
    await stored
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"{}"})


threading.Thread(target=write, daemon=True).start()
uvicorn.run(app, port=PORT, access_log=False, lifespan="off", log_level="error")
