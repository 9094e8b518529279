"""How often somebody may ask: a bucket of tries for each key or address, refilled steadily. In memory, and of fixed size."""

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable

_MOST_BUCKETS = 20_000


class Limit:
    """At most `burst` at once, and `rate` a second in the long run, for each name."""

    def __init__(self, rate: float, burst: int, tell: Callable[[], float] = time.monotonic) -> None:
        self._rate = rate
        self._burst = burst
        self._tell = tell
        self._left: OrderedDict[Hashable, tuple[float, float]] = OrderedDict()

    def allows(self, name: Hashable, cost: float = 1) -> bool:
        """Whether `name` may go on; if so, that is counted."""
        now = self._tell()
        left = self._now(name, now)
        if left < cost:
            return False
        self._left[name] = (left - cost, now)
        if len(self._left) > _MOST_BUCKETS:
            # The one that was made first: it has most likely filled up again, and then it was worth nothing.
            self._left.popitem(last=False)
        return True

    def exhausted(self, name: Hashable) -> bool:
        """Whether `name` would be refused now. Counts nothing."""
        return self._now(name, self._tell()) < 1

    @property
    def wait(self) -> int:
        """Seconds after which one more is allowed to whoever was refused."""
        return max(1, round(1 / self._rate))

    def _now(self, name: Hashable, now: float) -> float:
        left, at = self._left.get(name, (float(self._burst), now))
        return min(float(self._burst), left + (now - at) * self._rate)
