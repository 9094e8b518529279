"""What is shown while something takes longer than a moment: its final shape, in grey."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from builder.parts.tag import tag

PATIENCE = 0.3
"""Seconds after which the grey shape is drawn; quicker answers would only flicker."""

R = TypeVar("R")


def skeleton_rows(count: int) -> None:
    """Rows of a list whose contents are not there yet."""
    for number in range(count):
        with tag("div", "cw-skel-row", aria_hidden="true"):
            tag("span", "cw-skel is-round")
            tag("span", "cw-skel").style(f"width: {(180, 140, 160)[number % 3]}px")


async def patiently(answer: Coroutine[Any, Any, R], draw: Callable[[], None]) -> R:
    """Wait for `answer`; when it takes longer than a moment, call `draw` meanwhile."""
    waiting = asyncio.ensure_future(answer)
    done, _ = await asyncio.wait({waiting}, timeout=PATIENCE)
    if not done:
        draw()
    return await waiting
