"""When a message that a server could not take yet is tried again."""

from collections.abc import Sequence
from zlib import crc32

from runtime.clock import HOUR, MINUTE

RUNGS = (1 * MINUTE, 5 * MINUTE, 15 * MINUTE, 1 * HOUR, 3 * HOUR, 6 * HOUR) + (12 * HOUR,) * 5
"""Waits between tries, three days in all: as long as mail servers themselves keep trying."""
_SPREAD = 0.2


def next_try(message: int, tries: int, now: int, rungs: Sequence[int] = RUNGS) -> int | None:
    """When to try again after `tries` tries (UTC microseconds), or None to give up.

    Spread by up to a fifth around the rung, so that what was refused together does not come back together; by the
    message's id, so that it can be told beforehand.
    """
    if tries > len(rungs):
        return None
    lot = crc32(f"{message}:{tries}".encode()) / 0xFFFFFFFF
    return now + int(rungs[max(tries, 1) - 1] * (1 - _SPREAD + 2 * _SPREAD * lot))
