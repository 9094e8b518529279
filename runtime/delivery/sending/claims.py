"""Which messages are due, and who may send them: leases, taken in short transactions and given back when they run out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, bindparam, func, literal, select, union, union_all

from runtime.clock import SECOND
from runtime.delivery.channels import CHANNELS, EMAIL, IN_NO_HANDS, Channel
from runtime.delivery.sending.owner import is_dead
from runtime.ledger import Ledger, Tx
from runtime.ledger.lists import among, listed
from runtime.ledger.prepared import Prepared
from runtime.ledger.tables import flow, message, workspace

BATCH = 100
"""Messages claimed at once."""
LEASE = 45 * SECOND
"""How long a claim holds without being renewed. What a killed process held is taken up this soon, at latest."""
RENEW = 15 * SECOND
"""How often whoever holds claims renews them."""


@dataclass(slots=True)
class Claimed:
    """A message that is ours to send, as the ledger has it."""

    id: int
    flow: int | None
    version: int | None
    block: str
    run: int | None
    contact: int | None
    event: int | None
    marketing: bool
    test: bool
    address: str | None
    tries: int
    queued_at: int


# Words, not parameters: a partial index is used only by a query that repeats its condition. The index begins with the
# flow, so that the messages of paused flows, however many, are not even looked at. A test is of no flow.
_QUEUED = message.c.state == "queued"
_LEASED = message.c.lease_until.is_not(None)
_FREE = select(message.c.id).where(_QUEUED, message.c.lease_until.is_(None))
_OF_FLOW = _FREE.where(message.c.workspace == flow.c.workspace, message.c.flow == flow.c.id).correlate(flow)
_OF_NONE = _FREE.where(message.c.workspace == workspace.c.id, message.c.flow.is_(None)).correlate(workspace)
_DUE = message.c.due_at <= bindparam("now")
_BY = message.c.channel == bindparam("channel")
_GOING = flow.c.state != "paused"
_SOONEST = func.min(message.c.due_at)


def _with_due(name: str) -> list[Select[Any]]:
    by = message.c.channel == name
    return [
        select(flow.c.workspace, literal(name)).where(_GOING, _OF_FLOW.where(by, _DUE).exists()),
        select(workspace.c.id, literal(name)).where(_OF_NONE.where(by, _DUE).exists()),
    ]


def _next(name: str) -> list[Select[Any]]:
    by = message.c.channel == name
    return [
        select(flow.c.workspace, literal(name), _OF_FLOW.where(by).with_only_columns(_SOONEST).scalar_subquery()).where(
            _GOING
        ),
        select(workspace.c.id, literal(name), _OF_NONE.where(by).with_only_columns(_SOONEST).scalar_subquery()),
    ]


_WITH_DUE = Prepared(union(*(part for name in CHANNELS for part in _with_due(name))))
_NEXT = Prepared(union_all(*(part for name in CHANNELS for part in _next(name))))
_FLOWS_WITH_DUE = Prepared(
    select(flow.c.id).where(flow.c.workspace == bindparam("shop"), _GOING, _OF_FLOW.where(_BY, _DUE).exists())
)
_FIRST = (
    select(message.c.due_at, message.c.id)
    .where(message.c.workspace == bindparam("shop"), _QUEUED, message.c.lease_until.is_(None), _BY, _DUE)
    .order_by(message.c.due_at, message.c.id)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)
_FIRST_OF_FLOW = Prepared(_FIRST.where(message.c.flow == bindparam("of")))
_FIRST_OF_NONE = Prepared(_FIRST.where(message.c.flow.is_(None)))
_CLAIM = Prepared(
    message.update()
    .where(among(message.c.id, "ids"), _QUEUED, message.c.lease_until.is_(None))
    .values(lease_by=bindparam("owner"), lease_until=bindparam("until"))
    .returning(*(message.c[name] for name in Claimed.__slots__))
)
_RENEW = Prepared(
    message.update()
    .where(
        among(message.c.id, "ids"),
        message.c.lease_by == bindparam("owner"),
        _LEASED,
    )
    .values(lease_until=bindparam("until"))
    .returning(message.c.id)
)
_RELEASE = (
    message.update()
    .where(
        among(message.c.id, "ids"),
        message.c.lease_by == bindparam("owner"),
        message.c.state != "sending",
    )
    .values(**IN_NO_HANDS)
)
_RUN_OUT = Prepared(select(message.c.workspace).where(_LEASED, message.c.lease_until < bindparam("now")).distinct())
_OWNERS = select(message.c.lease_by).where(_LEASED).distinct()


def workspaces_with_due(tx: Tx, now: int) -> list[tuple[int, str]]:
    """The workspaces in which something can be claimed, and of which channel: an index look-up for each flow."""
    rows: Sequence[Any] = tx.all(_WITH_DUE, {"now": now})
    return sorted((workspace_id, channel) for workspace_id, channel in rows)


def claim(tx: Tx, owner: str, now: int, most: int = BATCH, channel: Channel = EMAIL) -> list[Claimed]:
    """Take due messages of the workspace and a channel for `owner`, the longest due first. Other workers pass over them."""
    values = {"shop": tx.workspace, "now": now, "most": most, "channel": channel.name}
    first = [tuple(row) for row in tx.all(_FIRST_OF_NONE, values)]
    for row in tx.all(_FLOWS_WITH_DUE, values):
        first += [tuple(each) for each in tx.all(_FIRST_OF_FLOW, values | {"of": row.id})]
    order = {id_: place for place, (_, id_) in enumerate(sorted(first)[:most])}
    if not order:
        return []
    taken: Sequence[Any] = tx.all(_CLAIM, {"ids": listed(tx, order), "owner": owner, "until": now + LEASE})
    return sorted((Claimed(*row) for row in taken), key=lambda one: order[one.id])


def renew(tx: Tx, owner: str, ids: Iterable[int], now: int) -> set[int]:
    """Hold these for longer; which of them are still ours."""
    return {row.id for row in tx.all(_RENEW, {"ids": listed(tx, ids), "owner": owner, "until": now + LEASE})}


def release(tx: Tx, owner: str, ids: Sequence[int]) -> None:
    """Give back what was claimed and not begun, as if it had never been claimed."""
    if ids:
        tx.execute(_RELEASE, {"ids": listed(tx, ids), "owner": owner})


def workspaces_with_ended_leases(tx: Tx, now: int) -> list[int]:
    """The workspaces in which somebody did not keep up a lease."""
    return [row.workspace for row in tx.all(_RUN_OUT, {"now": now})]


def end_leases_of_the_dead(ledger: Ledger, now: int) -> bool:
    """Let the leases of processes of this host that have ended run out at once. Whether there were any."""
    with ledger.read() as tx:
        dead = [row.lease_by for row in tx.all(_OWNERS) if row.lease_by is not None and is_dead(row.lease_by)]
    if dead:
        over = message.update().where(_LEASED, message.c.lease_by.in_(dead)).values(lease_until=now - 1)
        with ledger.write() as tx:
            tx.execute(over)
    return bool(dead)


def next_due(tx: Tx) -> dict[tuple[int, str], int]:
    """When the next message is due in each workspace and channel that has any (UTC microseconds; may be past)."""
    found: dict[tuple[int, str], int] = {}
    rows: Sequence[Any] = tx.all(_NEXT)
    for id_, channel, at in rows:
        if at is not None:
            found[id_, channel] = min(at, found.get((id_, channel), at))
    return found
