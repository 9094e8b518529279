"""How flows end: a finishing one is archived when the last one is out; from an archived one everybody leaves.

The state is written down first, and the engine goes by it, some hundred people at a time: whatever is killed meanwhile, what
is left is done afterwards.
"""

from sqlalchemy import ColumnElement, and_, bindparam, exists, or_, select

from blocks.contract import Reason
from runtime.engine.batch import AS_RUN, Batch, Run
from runtime.engine.program import Programs
from runtime.ledger.lists import among, listed
from runtime.ledger.tables import flow, message, run

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
_LEFT_BEHIND = and_(flow.c.state == "archived", _PEOPLE)
_MINE = flow.c.workspace == bindparam("workspace")
_INSIDE = (
    select(*AS_RUN)
    .join(flow, flow.c.id == run.c.flow)
    .where(_MINE, flow.c.state == "archived", run.c.state == "open")
    .limit(bindparam("limit"))
)
_CANCEL = (
    message.update()
    .where(message.c.workspace == bindparam("ws"), among(message.c.run, "runs"), message.c.state == "queued")
    .values(state="cancelled", code="flow_archived", done_at=bindparam("at"))
)
_ARCHIVE = (
    flow.update()
    .where(flow.c.workspace == bindparam("ws"), _OUT)
    .values(state="archived", code=FINISHED, since_at=bindparam("at"))
)


def some_end(of: ColumnElement[int]) -> ColumnElement[bool]:
    """Whether there is anything to do for `end`, as a condition: a few index look-ups for each flow that ends."""
    return exists().where(flow.c.workspace == of, or_(_OUT, _LEFT_BEHIND))


def end(batch: Batch, _programs: Programs, limit: int) -> int:
    """Archive what has finished, and let up to `limit` people leave archived flows. Returns how many there were."""
    tx = batch.tx
    tx.execute(_ARCHIVE, {"ws": tx.workspace, "at": batch.now})
    runs = [Run.of(row) for row in tx.all(_INSIDE, {"workspace": tx.workspace, "limit": limit})]
    if not runs:
        return 0
    tx.execute(_CANCEL, {"ws": tx.workspace, "runs": listed(tx, [one.id for one in runs]), "at": batch.now})
    for one in runs:
        reason = Reason("flow_archived")
        batch.touch(one)
        batch.note(one, one.block, "", reason)
        batch.counts[one.flow, one.block, "left"] += 1
        one.end("left", batch.now, reason)
    return len(runs)
