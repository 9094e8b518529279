"""The runs that can still leave: open ones, and those that have come to their end while a message of theirs still waits, for
the morning or for a limit, or is on its way to a server that may put it off. Who orders at night does not get the reminder
of the last block in the morning."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from operator import attrgetter
from typing import Any

from sqlalchemy import and_, bindparam, exists, literal_column, select

from runtime.delivery.channels import NOT_OUT_YET
from runtime.engine.run import AS_RUN, Run
from runtime.ledger import Tx
from runtime.ledger.lists import among, listed
from runtime.ledger.prepared import Prepared
from runtime.ledger.tables import message, run

_MINE = select(*AS_RUN).where(run.c.workspace == bindparam("workspace"), among(run.c.flow, "flows"))
_OPEN, _ENDED = _MINE.where(run.c.state == "open"), _MINE.where(run.c.state == "ended", run.c.messages > 0)
_THEIR_OWN = among(run.c.contact, "whose")
_KEYED = and_(among(run.c.key, "whose"), run.c.key != literal_column("''"))  # as the index has it
# Of a contact's messages few wait, while runs that have ended come together for years.
_WAITING = select(message.c.run).where(among(message.c.contact, "whose"), message.c.done_at.is_(None), NOT_OUT_YET)
_OF = {False: Prepared(_OPEN.where(_THEIR_OWN)), True: Prepared(_ENDED.where(run.c.id.in_(_WAITING)))}
_WITH = {
    False: Prepared(_OPEN.where(_KEYED)),
    True: Prepared(_ENDED.where(_KEYED, exists().where(message.c.run == run.c.id, NOT_OUT_YET))),
}
_NOT_OUT = Prepared(
    select(message.c.run).where(
        message.c.workspace == bindparam("workspace"), among(message.c.run, "runs"), NOT_OUT_YET
    )
)


def inside(tx: Tx, runs: Collection[Run]) -> set[int]:
    """The ids of those of these runs that can be left."""
    ended = [one.id for one in runs if one.state == "ended" and one.waits]
    open_ = {one.id for one in runs if one.state == "open"}
    if not ended:
        return open_
    return open_ | {row.run for row in tx.all(_NOT_OUT, {"workspace": tx.workspace, "runs": listed(tx, ended)})}


def runs_of(tx: Tx, contacts: Collection[int], flows: Collection[int], *, waiting: bool = False) -> list[Run]:
    """The open runs of these contacts in these flows, or those that have ended while a message is `waiting`; those that
    began first come first."""
    return _found(tx, _OF[waiting], contacts, flows)


def runs_with(tx: Tx, keys: Collection[str], flows: Collection[int], *, waiting: bool = False) -> list[Run]:
    """The same of those with these keys, whosever they are."""
    return _found(tx, _WITH[waiting], keys, flows)


_by_id = attrgetter("id")


def _found(tx: Tx, which: Prepared, whose: Collection[Any], flows: Collection[int]) -> list[Run]:
    if not whose or not flows:
        return []
    values = {"workspace": tx.workspace, "whose": listed(tx, whose), "flows": listed(tx, flows)}
    return sorted((Run.of(row) for row in tx.all(which, values)), key=_by_id)


def _has_ended(one: Run) -> bool:
    return one.state != "open"


class Inside:
    """Those of them that a batch may concern, kept current as they start and end."""

    def __init__(self, runs: Iterable[Run] = ()) -> None:
        self._by_contact: dict[tuple[int, int], dict[int, Run]] = defaultdict(dict)
        self._by_key: dict[tuple[int, str], dict[int, Run]] = defaultdict(dict)
        for one in runs:
            self.add(one)

    def add(self, one: Run) -> None:
        if one.id not in self._by_contact[one.flow, one.contact]:
            self._by_contact[one.flow, one.contact][one.id] = one
            self._by_key[one.flow, one.key][one.id] = one

    def of_contact(self, flow_id: int, contact: int) -> list[Run]:
        """Open ones first."""
        mine = [one for one in self._by_contact[flow_id, contact].values() if one.inside]
        return sorted(mine, key=_has_ended) if len(mine) > 1 else mine

    def with_key(self, flow_id: int, key: str) -> list[Run]:
        return [one for one in self._by_key[flow_id, key].values() if one.inside]

    def all(self) -> Iterator[Run]:
        return (one for runs in self._by_contact.values() for one in runs.values())

    def same(self, flow_id: int, contact: int, key: str) -> Run | None:
        """The contact's run with this key. Without a key only one that is open: of what is about nothing in particular,
        a message that waits is no reason for not having the next."""
        mine = [one for one in self.of_contact(flow_id, contact) if one.key == key]
        return next((one for one in mine if one.state == "open"), mine[0] if mine and key else None)

    def may_go_on(self, one: Run) -> bool:
        """Whether a run can be open again: of each key a contact has one open run only."""
        same = self._by_contact[one.flow, one.contact].values()
        return not any(other.state == "open" and other.key == one.key for other in same if other is not one)
