"""Looked up once, remembered for seconds: keys and sources, which every request needs and which rarely change."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")
SECONDS = 3.0
"""For so long what was revoked may still be taken; 5 seconds are promised."""
_MOST = 1000


class Remembered(Generic[T]):
    """Remembers what `look` found by name. What is not there is looked for again each time."""

    def __init__(self, look: Callable[[str], T | None], tell: Callable[[], float] = time.monotonic) -> None:
        self._look = look
        self._tell = tell
        self._found: OrderedDict[str, tuple[T, float]] = OrderedDict()
        self._asked: dict[str, asyncio.Task[T | None]] = {}

    def at_hand(self, name: str) -> T | None:
        """What is remembered, without looking; None also if it may have changed since."""
        found = self._found.get(name)
        return found[0] if found is not None and self._tell() < found[1] else None

    def known(self, name: str) -> bool:
        """Whether it was there when it was last looked for."""
        return name in self._found

    async def get(self, name: str) -> T | None:
        """What is there under `name`, from memory or from a thread that looks. Raises what `look` raises."""
        found = self.at_hand(name)
        if found is not None:
            return found
        task = self._asked.get(name)
        if task is None:
            # However many ask at the same moment, one looks.
            task = self._asked[name] = asyncio.create_task(self._ask(name))
            task.add_done_callback(lambda _: self._asked.pop(name, None))
        return await asyncio.shield(task)

    async def _ask(self, name: str) -> T | None:
        found = await asyncio.to_thread(self._look, name)
        if found is None:
            self._found.pop(name, None)
        else:
            self._found[name] = (found, self._tell() + SECONDS)
            self._found.move_to_end(name)
            if len(self._found) > _MOST:
                self._found.popitem(last=False)
        return found
