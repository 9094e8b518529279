"""What came due while a flow was paused, when it goes on: sent now, spread over some hours, or not sent any more.

What was chosen is written down while the flow still is paused; the engine then does it, some hundred messages at a time, and
the flow is live with the last of them. So nothing of it goes out before it was decided, and whatever is killed meanwhile, the
rest is done as it was chosen.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import orjson
from sqlalchemy import ColumnElement, Select, bindparam, exists, func, select

from blocks.phrase import Moment, dump_arg
from blocks.values import moment
from runtime.clock import HOUR
from runtime.delivery.channels import CHANNELS, IN_NO_HANDS
from runtime.delivery.sending.book import tell_runs
from runtime.engine.batch import Batch
from runtime.engine.programs import Programs
from runtime.house import House
from runtime.ledger import Tx
from runtime.ledger.bulk import update_tuples
from runtime.ledger.lists import among, listed
from runtime.ledger.tables import flow, message, resumption
from runtime.segments.stirring import stir

How = Literal["send", "spread", "skip"]
MOST_HOURS = 24 * 14

# Words, not a parameter: a partial index is used only by a query that repeats its condition.
_DUE = (
    message.c.workspace == bindparam("workspace"),
    message.c.flow == bindparam("flow"),
    message.c.state == "queued",
    message.c.due_at <= bindparam("now"),
)
_NEXT = (
    select(*(message.c[name] for name in ("id", "block", "run", "contact", "channel", "queued_at")))
    .where(*_DUE)
    .order_by(message.c.due_at, message.c.id)
    .limit(bindparam("limit"))
)
_OF_REPLY = ("id", "run", "block", "queued_at")
_SKIP = (
    message.update()
    .where(message.c.workspace == bindparam("ws"), among(message.c.id, "ids"), message.c.state == "queued")
    .values(state="skipped", code="skipped_on_resume", done_at=bindparam("at"), **IN_NO_HANDS)
)


class BadChoice(ValueError):
    """Nothing can be spread over so many hours."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What becomes of what is overdue; `hours` over which it is spread. Raises BadChoice."""

    how: How = "send"
    hours: int = 0

    def __post_init__(self) -> None:
        if self.how == "spread" and not 1 <= self.hours <= MOST_HOURS:
            raise BadChoice(f"Messages can be spread over 1 to {MOST_HOURS} hours.")


SEND = Choice()


def overdue(house: House, workspace_id: int, slug: str) -> int:
    """How many messages of a paused flow came due and wait; 0 for any other flow."""
    with house.ledger.read(workspace_id) as tx:
        found = tx.scalar(select(flow.c.id).where(tx.mine(flow), flow.c.slug == slug, flow.c.state == "paused"))
        return 0 if found is None else _count(tx, found, house.clock.now())


def promise(tx: Tx, flow_id: int, choice: Choice, now: int) -> None:
    """Write down what is to become of what is overdue; the flow stays paused until that is done."""
    forget(tx, flow_id)
    row = {"id": tx.reserve(1)[0], "flow": flow_id, "how": choice.how, "at": now, "span": choice.hours * HOUR}
    tx.insert(resumption, [row | {"total": _count(tx, flow_id, now), "done": 0}])


def forget(tx: Tx, flow_id: int) -> None:
    """Something else was decided about the flow."""
    tx.execute(resumption.delete().where(tx.mine(resumption), resumption.c.flow == flow_id))


def promised(tx: Tx, flow_id: int) -> bool:
    """Whether a flow is about to go on."""
    return bool(tx.scalar(select(func.count()).where(tx.mine(resumption), resumption.c.flow == flow_id)))


def some_promised(of: ColumnElement[int]) -> ColumnElement[bool]:
    """Whether there is anything to do for `keep`, as a condition."""
    return exists().where(resumption.c.workspace == of)


def keep(batch: Batch, _programs: Programs, limit: int) -> int:
    """Do what was chosen with up to `limit` messages, those due first at first. With the last of them the flow is live."""
    tx = batch.tx
    one = tx.first(resumption.select().where(tx.mine(resumption)).order_by(resumption.c.id).limit(1))
    if one is None:
        return 0
    values = {"workspace": tx.workspace, "flow": one.flow, "now": one.at}
    found = tx.all(_NEXT, values | {"limit": limit})
    if one.how == "skip":
        _skip(batch, one.flow, found)
    else:
        _spread(batch, one, [row.id for row in found])
    if len(found) < limit:
        forget(tx, one.flow)
        back = {"state": "live", "since_at": batch.now}
        tx.execute(flow.update().where(tx.mine(flow), flow.c.id == one.flow, flow.c.state == "paused").values(back))
    else:
        more = resumption.update().where(resumption.c.id == one.id).values(done=one.done + len(found))
        tx.execute(more)
    return len(found)


def _skip(batch: Batch, flow_id: int, found: Sequence[Any]) -> None:
    """None of these goes out; who waits for what another app says goes on as if it could not be called."""
    tx = batch.tx
    tx.execute(_SKIP, {"ws": tx.workspace, "ids": listed(tx, [row.id for row in found]), "at": batch.now})
    for row in found:
        batch.counts[flow_id, row.block, "skipped"] += 1
    asked = [row for row in found if CHANNELS[row.channel].replies and row.run is not None]
    unsaid = {"workspace": tx.workspace, "outcome": "failed", "name": "", "kept": None}
    tell_runs(tx, [{**unsaid, **{name: getattr(row, name) for name in _OF_REPLY}} for row in asked])
    stir(tx, (row.contact for row in found if row.contact is not None), "got")


def _spread(batch: Batch, one: Any, ids: list[int]) -> None:
    """Each its own moment of the span, in their order. After `at`, so that none of them is overdue any more."""
    tx, zone = batch.tx, batch.tx.zone or "UTC"
    rows = []
    for place, id_ in enumerate(ids, one.done):
        at = one.at + 1 + one.span * min(place, one.total) // max(1, one.total)
        args = orjson.dumps({"until": dump_arg(Moment(moment(at), zone))}).decode()
        rows.append((at, "spread_out", args, None, None, id_))
    update_tuples(tx, message, "id", ("due_at", "code", "args", "lease_by", "lease_until"), rows)


def _count(tx: Tx, flow_id: int, now: int) -> int:
    query: Select[Any] = select(func.count()).select_from(message).where(*_DUE)
    return int(tx.scalar(query, {"workspace": tx.workspace, "flow": flow_id, "now": now}) or 0)
