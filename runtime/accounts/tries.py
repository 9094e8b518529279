"""Failed sign-ins, counted by address and by where they come from, so that passwords cannot be tried out."""

import threading
from collections import OrderedDict
from weakref import WeakKeyDictionary

from runtime.clock import MINUTE
from runtime.ledger import Ledger

ALLOWED = 5
WINDOW = 15 * MINUTE
_REMEMBERED = 10_000


class Tries:
    """Counts in memory: a restart forgives, which costs an attacker more than it gives."""

    def __init__(self) -> None:
        self._failed: OrderedDict[str, list[int]] = OrderedDict()
        self._lock = threading.Lock()

    def too_many(self, names: tuple[str, ...], now: int) -> bool:
        """Whether any of these has failed too often of late."""
        with self._lock:
            return any(len([at for at in self._failed.get(name, ()) if at > now - WINDOW]) >= ALLOWED for name in names)

    def failed(self, names: tuple[str, ...], now: int) -> None:
        """Count a failure for each of these."""
        with self._lock:
            for name in names:
                self._failed[name] = [at for at in self._failed.get(name, ()) if at > now - WINDOW] + [now]
                self._failed.move_to_end(name)
            while len(self._failed) > _REMEMBERED:
                self._failed.popitem(last=False)

    def succeeded(self, name: str) -> None:
        """Forget the failures of one that got it right."""
        with self._lock:
            self._failed.pop(name, None)


_tries: WeakKeyDictionary[Ledger, Tries] = WeakKeyDictionary()


def tries_at(ledger: Ledger) -> Tries:
    """The failures at one installation, as far as this process saw them."""
    return _tries.setdefault(ledger, Tries())
