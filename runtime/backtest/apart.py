"""Asking for a backtest from a process that has to answer others meanwhile."""

import asyncio
import os
import sys
from collections.abc import Callable
from contextlib import suppress

import orjson

from blocks.flow import Flow
from runtime.backtest.play import Backtest
from runtime.house import House
from runtime.places import ROOT

_LONGEST_LINE = 16 * 1024 * 1024
_PATIENCE = 2.0
"""Seconds that a process is given to clear away before it is killed."""


class BacktestFailed(Exception):
    """The process ended without an answer; what it said last is in the message."""


async def backtest_apart(
    house: House,
    workspace: int,
    slug: str,
    document: Flow,
    start: int,
    until: int,
    progress: Callable[[float], None],
) -> Backtest | None:
    """`backtest` in a process of its own, which is ended when this is cancelled. None for a draft that could not be
    published. Raises BacktestFailed."""
    asked = {"workspace": workspace, "slug": slug, "document": document.to_json(), "start": start, "until": until}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-P",
        "-m",
        "runtime.backtest",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, **house.settings.environment(), "PYTHONPATH": str(ROOT)},
        limit=_LONGEST_LINE,
    )
    asks, answers, troubles = process.stdin, process.stdout, process.stderr
    try:
        if asks is None or answers is None or troubles is None:
            raise BacktestFailed("The process has no pipes.")
        asks.write(orjson.dumps(asked))
        asks.close()
        async for line in answers:
            said = orjson.loads(line)
            if "share" in said:
                progress(said["share"])
            elif "result" in said:
                # In a thread: some thousand names are checked.
                return await asyncio.to_thread(Backtest.model_validate, said["result"])
            elif "problems" in said:
                return None
        raise BacktestFailed((await troubles.read()).decode(errors="replace").strip()[-500:])
    finally:
        await _end(process)


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        with suppress(ProcessLookupError):
            process.terminate()
        try:
            await asyncio.wait_for(process.wait(), _PATIENCE)
        except TimeoutError:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
