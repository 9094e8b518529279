"""With whom a flow begins: those who match its trigger already when it is published.

Publishing writes down that they are to enter. An event then happens to them, some hundred people at a time, in the same way
as a schedule tells its segment (`schedules`): the row says how far that is, in the same transaction, so that whatever is
killed meanwhile, nobody enters twice and nobody is left out. The row stays, so that a later version of the flow does not
begin with the same people once more.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, bindparam, not_, or_, select

from blocks.beginning import INCLUDED, Beginning
from blocks.contract import Timed, Trigger
from runtime.engine.batch import Batch
from runtime.engine.entries.occasions import CONTACTS, came_before
from runtime.engine.entries.schedules import crowded, members_after, tell
from runtime.engine.programs import Programs
from runtime.ledger import Tx
from runtime.ledger.lists import among, listed
from runtime.ledger.tables import beginning, contact, flow, run

_TAKING_IN = flow.c.state.in_(("live", "paused"))
_NEXT = (
    select(beginning, flow.c.slug)
    .join(flow, flow.c.id == beginning.c.flow)
    .where(beginning.c.workspace == bindparam("workspace"), beginning.c.done_at.is_(None), _TAKING_IN)
    .order_by(beginning.c.id)
    .limit(1)
)
_NEXT_FEW = CONTACTS.where(contact.c.id > bindparam("after")).order_by(contact.c.id).limit(bindparam("limit"))
_IN_ALREADY = select(run.c.contact).where(
    run.c.workspace == bindparam("workspace"),
    among(run.c.contact, "contacts"),
    run.c.flow == bindparam("flow"),
    or_(run.c.state == "open", run.c.entered_at >= bindparam("since")),
)


def expect(tx: Tx, flow_id: int, triggers: Iterable[Trigger], now: int, *, anew: bool = False) -> None:
    """Have those enter who match the triggers of a newly published version now, if it begins with them. Cheap: it is done
    later. Who was let in by an earlier version is not let in again, unless that is `anew` or one in between did not say so."""
    wanted = {one.beginning() for one in triggers if isinstance(one, Beginning) and one.includes()}
    mine = (tx.mine(beginning), beginning.c.flow == flow_id)
    tx.execute(beginning.delete().where(*mine, beginning.c.key.not_in(() if anew else wanted)))
    there = {row.key for row in tx.all(select(beginning.c.key).where(*mine))}
    keys = sorted(wanted - there)
    rows = [
        {"id": id_, "flow": flow_id, "key": key, "since_at": now, "after": 0, "told": 0, "done_at": None}
        for id_, key in zip(tx.reserve(len(keys)), keys, strict=True)
    ]
    tx.insert(beginning, rows)


def some_begin(of: ColumnElement[int]) -> ColumnElement[bool]:
    """Whether there is anything to do for `bring`, as a condition; not while many events wait to come in."""
    going = select(beginning.c.id).join(flow, flow.c.id == beginning.c.flow)
    return and_(
        going.where(beginning.c.workspace == of, beginning.c.done_at.is_(None), _TAKING_IN).exists(), not_(crowded(of))
    )


def bring(batch: Batch, programs: Programs, limit: int) -> int:
    """Let some of those who matched enter. Looks at up to `limit` contacts; returns at how many, and 1 at least for a turn."""
    tx = batch.tx
    row = tx.first(_NEXT, {"workspace": tx.workspace})
    if row is None:
        return 0
    this = (tx.mine(beginning), beginning.c.id == row.id)
    trigger = programs.roster(tx).beginnings.get((row.flow, row.key))
    if trigger is None:
        tx.execute(beginning.delete().where(*this))
        return 1
    found = _next_few(tx, trigger, row, limit)
    if found is None:
        # A segment that was published a moment ago: who is found to be in it is in it now, and did not enter it.
        tx.execute(beginning.update().where(*this).values(since_at=batch.now))
        return 0
    looked_at, matching = found
    inside = {one.contact for one in tx.all(_IN_ALREADY, _asked(tx, row, matching))}
    people = [id_ for id_ in matching if id_ not in inside]
    tell(batch, INCLUDED, trigger.included(row.slug), people)
    changes = {"told": row.told + len(people)}
    changes |= {"after": looked_at[-1]} if len(looked_at) == limit else {"done_at": batch.now}
    tx.execute(beginning.update().where(*this).values(changes))
    return max(1, len(looked_at))


def _next_few(tx: Tx, trigger: Beginning, row: Row[Any], limit: int) -> tuple[Sequence[int], Sequence[int]] | None:
    """The next contacts, and those of them who matched; None while it is still being counted who does."""
    if slug := trigger.members_of():
        members = members_after(tx, slug, row.after, limit)
        if members is None:
            return None
        return [one.contact for one in members], [one.contact for one in members if one.since_at <= row.since_at]
    contacts = tx.all(_NEXT_FEW, {"workspace": tx.workspace, "after": row.after, "limit": limit})
    matching = came_before(tx, trigger, contacts, row.since_at) if isinstance(trigger, Timed) else ()
    return [one.id for one in contacts], matching


def _asked(tx: Tx, row: Row[Any], contacts: Iterable[int]) -> dict[str, Any]:
    return {"workspace": tx.workspace, "contacts": listed(tx, contacts), "flow": row.flow, "since": row.since_at}
