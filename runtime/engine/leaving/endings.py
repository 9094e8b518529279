"""How flows end: a finishing one is archived when the last one is out; from an archived one everybody leaves, and what waits
to be sent from it is cancelled, also of those whose way had come to its end.

The state is written down first, and the engine goes by it, some hundred people or messages at a time: whatever is killed
meanwhile, what is left is done afterwards.
"""

from sqlalchemy import ColumnElement, Update, and_, bindparam, exists, or_, select

from blocks.contract import Reason
from runtime.delivery.channels import IN_NO_HANDS
from runtime.engine.batch import Batch
from runtime.engine.programs import Programs
from runtime.engine.run import AS_RUN, Run
from runtime.ledger.lists import among, listed
from runtime.ledger.tables import flow, message, run, version

FINISHED = "finished"
"""Why a flow is archived that nobody archived: it was finishing, and everybody is out."""

_PEOPLE = exists().where(run.c.flow == flow.c.id, run.c.state == "open")
# Words, not parameters: a partial index is used only by a query that repeats its condition.
_QUEUED = exists().where(
    message.c.workspace == flow.c.workspace, message.c.flow == flow.c.id, message.c.state == "queued"
)
_GOING_OUT = exists().where(
    message.c.lease_until.is_not(None), message.c.flow == flow.c.id, message.c.state == "sending"
)
_OUT = and_(flow.c.state == "finishing", ~_PEOPLE, ~_QUEUED, ~_GOING_OUT)
_LEFT_BEHIND = and_(flow.c.state == "archived", or_(_PEOPLE, _QUEUED))
_MINE = flow.c.workspace == bindparam("workspace")
_BEHIND = select(flow.c.id).where(_MINE, _LEFT_BEHIND)
_INSIDE = (
    select(*AS_RUN)
    # By version, as open runs are found however many of the flow have ended.
    .where(run.c.version.in_(select(version.c.id).where(among(version.c.flow, "flows"))), run.c.state == "open")
    .limit(bindparam("limit"))
)
_WAITING = (
    select(message.c.id)
    .where(message.c.workspace == bindparam("workspace"), among(message.c.flow, "flows"), message.c.state == "queued")
    .limit(bindparam("limit"))
)


def _cancel(which: ColumnElement[bool]) -> Update:
    waiting = (message.c.workspace == bindparam("ws"), which, message.c.state == "queued")
    return (
        message.update()
        .where(*waiting)
        .values(state="cancelled", code="flow_archived", done_at=bindparam("at"), **IN_NO_HANDS)
    )


_CANCEL_OF, _CANCEL = _cancel(among(message.c.run, "runs")), _cancel(among(message.c.id, "ids"))
_ARCHIVE = (
    flow.update()
    .where(flow.c.workspace == bindparam("ws"), _OUT)
    .values(state="archived", code=FINISHED, since_at=bindparam("at"))
)


def some_end(of: ColumnElement[int]) -> ColumnElement[bool]:
    """Whether there is anything to do for `end`, as a condition: a few index look-ups for each flow that ends."""
    return exists().where(flow.c.workspace == of, or_(_OUT, _LEFT_BEHIND))


def end(batch: Batch, _programs: Programs, limit: int) -> int:
    """Archive what has finished, let up to `limit` people leave archived flows, and once they are out cancel as many
    messages of those who were through already. Returns how many people and messages there were."""
    tx = batch.tx
    tx.execute(_ARCHIVE, {"ws": tx.workspace, "at": batch.now})
    flows = listed(tx, [row.id for row in tx.all(_BEHIND, {"workspace": tx.workspace})])
    runs = [Run.of(row) for row in tx.all(_INSIDE, {"flows": flows, "limit": limit})]
    if runs:
        tx.execute(_CANCEL_OF, {"ws": tx.workspace, "runs": listed(tx, [one.id for one in runs]), "at": batch.now})
    for one in runs:
        reason = Reason("flow_archived")
        batch.touch(one)
        batch.note(one, one.block, "", reason)
        batch.counts[one.flow, one.block, "left"] += 1
        one.end("left", batch.now, reason)
    values = {"workspace": tx.workspace, "flows": flows, "limit": limit - len(runs)}
    ids = [row.id for row in tx.all(_WAITING, values)]
    if ids:
        tx.execute(_CANCEL, {"ws": tx.workspace, "ids": listed(tx, ids), "at": batch.now})
    return len(runs) + len(ids)
