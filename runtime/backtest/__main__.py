"""A backtest in a process of its own: what is asked for comes in on standard input, how far it is goes out line by line.

The process is nice to others, and ends when nobody reads any more.
"""

import os
import signal
import sys
import time
from types import FrameType
from typing import Any

import orjson

from blocks.flow import Flow
from runtime.backtest import backtest
from runtime.engine.publishing.publish import NotPublishable
from runtime.house import open_house
from runtime.pipe import write_whole
from runtime.process import settle_in
from runtime.settings import load_settings

NICE = 10
"""How far it stands back behind the web process and the worker."""
EVERY = 0.2
"""Seconds between two words about how far it is."""


class _Teller:
    """Writes lines of JSON."""

    def __init__(self) -> None:
        self._last = 0.0

    def say(self, **said: Any) -> None:
        write_whole(sys.stdout.buffer, orjson.dumps(said) + b"\n")

    def progress(self, share: float) -> None:
        now = time.monotonic()
        if now - self._last >= EVERY:
            self._last = now
            self.say(share=round(share, 3))


def _end(_number: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)


def main() -> None:
    """Play what standard input says; the scratch file goes with the process, however it ends."""
    signal.signal(signal.SIGTERM, _end)
    os.nice(NICE)
    asked = orjson.loads(sys.stdin.buffer.read())
    teller = _Teller()
    house = open_house(load_settings(), ring=lambda: None)
    settle_in()
    try:
        result = backtest(
            house,
            asked["workspace"],
            asked["slug"],
            Flow.model_validate(asked["document"]),
            asked["start"],
            asked["until"],
            progress=teller.progress,
        )
        teller.say(result=result.model_dump(mode="json"))
    except NotPublishable:
        teller.say(problems=True)
    except BrokenPipeError:
        # Nobody is there any more. What is still in the buffer must not be tried once more at the end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    finally:
        house.close()


if __name__ == "__main__":
    main()
