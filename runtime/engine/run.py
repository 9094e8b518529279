"""A contact's way through a version of a flow, as a batch changes it, and how it is written."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

import orjson
from sqlalchemy import Row, Text, cast

from blocks.contract import Reason
from blocks.values import Typed
from runtime.ledger import Tx
from runtime.ledger.bulk import insert_tuples, update_tuples
from runtime.ledger.documents import dump_args
from runtime.ledger.tables import run


@dataclass(slots=True)
class Run:
    """A contact's way through a version, as it is being changed. Instants are UTC microseconds."""

    id: int
    flow: int
    version: int
    contact: int
    key: str
    block: str
    entry_event: int
    event: int
    hops: int
    messages: int
    entered_at: int
    arrived_at: int
    wake_at: int | None = None
    state: str = "open"
    ended_at: int | None = None
    code: str | None = None
    args: str | None = None
    kept: Mapping[str, Any] | None = None
    """What blocks keep for later ones, as they gave it."""
    typed: Typed | None = None
    """The same in typed form."""
    fresh: bool = False
    """Started in this batch, so not in the ledger yet."""
    waits: bool = False
    """Whether a message of it may still wait that is taken back if the run is left."""
    keeps_time: bool = False
    """Whether it has gone over to a newer version in this batch, to go on at the same time as before."""
    _was: tuple[Any, ...] = ()
    """What rarely changes, as the ledger has it."""

    @property
    def inside(self) -> bool:
        """Whether it can still be left: it is open, or it has come to its end while a message of it waits."""
        return self.state == "open" or (self.state == "ended" and self.waits)

    @property
    def leaving(self) -> bool:
        """Whether it has left already and goes its last way."""
        return self.state == "open" and self.code is not None

    @classmethod
    def as_if(
        cls, contact: int, event: int, now: int, *, flow: int = 0, version: int = 0, key: str = "", block: str = ""
    ) -> "Run":
        """One that nobody has begun, to hold a filter against: as if this event let the contact in, now."""
        return cls(0, flow, version, contact, key, block, event, event, 0, 0, now, now)

    @classmethod
    def of(cls, row: Row[Any]) -> "Run":
        """A run as the ledger has it; the row begins with `AS_RUN`."""
        one = cls(*row[: len(AS_RUN)])
        one.waits = one.messages > 0
        one._was = one._rare
        return one

    @property
    def _rare(self) -> tuple[Any, ...]:
        return self.version, self.entry_event, self.entered_at, self.state, self.code, self.args

    def changes(self) -> tuple[str, ...]:
        """The columns to be written. An index is written anew for each of its columns that is set, to whatever value, and
        most runs only go on to the next block."""
        is_, was = self._rare, self._was
        if is_ == was:
            return _GOES_ON
        return _ENDS if is_[:3] == was[:3] else _BEGINS_ANEW

    def end(self, state: str, now: int, reason: Reason | None = None) -> None:
        """Close the run. Who has left by an exit and comes to the end of the last way has "departed", for the reason why."""
        if state == "ended" and self.leaving:
            state, reason = "departed", None
        self.state, self.ended_at, self.wake_at = state, now, None
        if reason is not None:
            self.code, self.args = reason.code, dump_args(reason.args)


_STORED = (
    "id", "flow", "version", "contact", "key", "block", "entry_event", "event", "hops", "messages",
    "entered_at", "arrived_at", "wake_at", "state", "ended_at", "code", "args",
)  # fmt: skip
_GOES_ON = ("block", "event", "hops", "messages", "arrived_at", "wake_at")
_ENDS = (*_GOES_ON, "state", "ended_at", "code", "args")
_BEGINS_ANEW = (*_ENDS, "version", "entry_event", "entered_at")
_WAYS: tuple[tuple[str, ...], ...] = (_ENDS, _BEGINS_ANEW, _GOES_ON)
_changed = {columns: attrgetter(*columns, "id") for columns in _WAYS}
AS_RUN = (*(run.c[name] for name in _STORED[:-1]), cast(run.c.args, Text).label("args"), run.c.kept, run.c.typed)
"""What a run is made from, in the order of its fields."""
_stored = attrgetter(*_STORED)


def write_changed(tx: Tx, runs: Iterable[Run]) -> None:
    """Write runs that differ from the ledger, a few statements for all."""
    changed: dict[tuple[str, ...], list[tuple[Any, ...]]] = defaultdict(list)
    for one in runs:
        columns = one.changes()
        changed[columns].append(_changed[columns](one))
    for columns in _WAYS:
        update_tuples(tx, run, "id", columns, changed[columns])


def write_started(tx: Tx, runs: Iterable[Run]) -> None:
    """Write runs that the ledger does not have yet."""
    insert_tuples(tx, run, ("workspace", *_STORED), [(tx.workspace, *_stored(one)) for one in runs])


def write_kept(tx: Tx, runs: Iterable[Run]) -> None:
    """Write what these runs keep."""
    update_tuples(tx, run, "id", ("kept", "typed"), [_kept(one) for one in runs])


def _kept(one: Run) -> tuple[str | None, str | None, int]:
    if one.kept is None:
        return None, None, one.id
    return orjson.dumps(one.kept).decode(), orjson.dumps(one.typed).decode(), one.id
