"""The engine: starts runs, takes them on, wakes them; its folders publish, and let people change what is under way. It names
no block.

What publishing needs (MJML, premailer) is loaded only when something is published; the worker never does.
"""

import threading
from weakref import WeakKeyDictionary

from runtime.engine.work import Engine
from runtime.house import House
from runtime.ledger import Ledger

__all__ = ["Engine", "engine_of", "next_due", "take_over", "work"]

_engines: WeakKeyDictionary[Ledger, Engine] = WeakKeyDictionary()
_starting = threading.Lock()


def engine_of(house: House) -> Engine:
    """The house's engine in this process, started when first needed."""
    with _starting:
        engine = _engines.get(house.ledger)
        if engine is None or engine.house is not house:
            engine = _engines[house.ledger] = Engine(house)
        return engine


def take_over(house: House) -> None:
    """Try what was set aside once more, before the first look."""
    engine_of(house).take_over()


def work(house: House) -> bool:
    """A batch of new events and one of due runs for each workspace. Returns whether there was anything to do."""
    return engine_of(house).work()


def next_due(house: House) -> int | None:
    """When the next waiting run is due, UTC microseconds; None if none waits."""
    return engine_of(house).next_due()
