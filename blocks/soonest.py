"""How soon after a block somebody may get a message: what a drawing alone can tell of it."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from heapq import heappop, heappush

from blocks.contract import Block


@dataclass(frozen=True, slots=True)
class Soonest:
    """A message that somebody may get, and which it is."""

    seconds: int
    """How long after leaving the block, at the least."""
    send: str
    """The block that sends it."""


def soonest(
    blocks: Mapping[str, Block], links: Iterable[tuple[str, str]], sends: Collection[str]
) -> Mapping[str, Soonest]:
    """The soonest message of any of `sends` after each block from which there is a way to one. A link is (from, to);
    blocks on the way that are not among `blocks` hold nobody."""
    before: dict[str, list[str]] = defaultdict(list)
    for here, there in links:
        before[there].append(here)
    found: dict[str, Soonest] = {}
    # From the sends backwards, the shortest way first: how long after arriving at a block one is sent.
    arriving = [(0, send, send) for send in sorted(sends)]
    while arriving:
        seconds, here, send = heappop(arriving)
        for earlier in before[here]:
            if earlier in found:
                continue
            found[earlier] = Soonest(seconds, send)
            if earlier not in sends:
                held = blocks[earlier].holds_at_least() if earlier in blocks else 0
                heappush(arriving, (seconds + held, earlier, send))
    return found
