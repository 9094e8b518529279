"""What a process says of itself in the ledger, so that a screen or the doctor can tell that it lives and how it fares."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from runtime.clock import SECOND
from runtime.house import House
from runtime.ledger.tables import pulse

BEAT = 5 * SECOND
"""How often the worker says that it lives."""
SILENT = 4 * BEAT
"""After this long without a beat the worker counts as gone."""


@dataclass(frozen=True)
class Pulse:
    """The last that was said under a name: when (UTC microseconds), and what."""

    at: int
    state: dict[str, Any]


def say(house: House, name: str, state: dict[str, Any]) -> None:
    """Replace what was last said under `name`."""
    values = {"at": house.clock.now(), "state": state}
    with house.ledger.write() as tx:
        if tx.execute(update(pulse).where(pulse.c.name == name).values(values)).rowcount:
            return
    try:
        with house.ledger.write() as tx:
            tx.execute(pulse.insert().values(name=name, **values))
    except IntegrityError:
        pass  # another host said it first, a moment ago; the next beat is ours


def heard(house: House, name: str) -> Pulse | None:
    """The last that was said under `name`, or None if nothing ever was."""
    with house.ledger.read() as tx:
        row = tx.first(pulse.select().where(pulse.c.name == name))
    return None if row is None else Pulse(row.at, row.state)


def worker_lives(house: House) -> bool:
    """Whether the worker has said so lately."""
    last = heard(house, "worker")
    return last is not None and house.clock.now() - last.at < SILENT
