"""When a message that a server could not take yet is tried again, and one that found no room there."""

from collections.abc import Sequence
from zlib import crc32

from runtime.clock import HOUR, MINUTE, SECOND

RUNGS = (1 * MINUTE, 5 * MINUTE, 15 * MINUTE, 1 * HOUR, 3 * HOUR, 6 * HOUR) + (12 * HOUR,) * 5
"""Waits between tries, three days in all: as long as mail servers themselves keep trying."""
_SPREAD = 0.2
_SOONEST, _LATEST = 2 * SECOND, 10 * MINUTE
"""How long what finds its place busy is put off, at least and at most."""


def next_try(message: int, tries: int, now: int, rungs: Sequence[int] = RUNGS) -> int | None:
    """When to try again after `tries` tries (UTC microseconds), or None to give up.

    Spread by up to a fifth around the rung, so that what was refused together does not come back together; by the
    message's id, so that it can be told beforehand.
    """
    if tries > len(rungs):
        return None
    lot = crc32(f"{message}:{tries}".encode()) / 0xFFFFFFFF
    return now + int(rungs[max(tries, 1) - 1] * (1 - _SPREAD + 2 * _SPREAD * lot))


def next_look(message: int, queued_at: int, now: int) -> int:
    """When to see again whether there is room for a message (UTC microseconds): after as long as it has waited already, so
    that however many wait for one place, each is looked at a few times and not all the time. Spread over the second half
    of that, so that they do not come back together."""
    wait = min(max(now - queued_at, _SOONEST), _LATEST)
    lot = crc32(f"{message}:{now}".encode()) / 0xFFFFFFFF
    return now + int(wait * (1 + lot) / 2)
