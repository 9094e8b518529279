"""What the calendar brings: the time of a flow's schedule comes, and everybody in its segment hears of it.

There is one row for each schedule of a live flow, with the instant at which it comes next. When it is due, an event happens
to some hundred people at a time, along the index of members; the row says how far that is, in the same transaction, so
that whatever is killed meanwhile, nobody is told twice and nobody is left out. The event comes in by the same door as the
shop's: entry rules, history and time line know no other kind of start.
"""

import logging
from collections.abc import Iterable, Sequence
from typing import Any
from zoneinfo import ZoneInfo

import orjson
from sqlalchemy import ColumnElement, Row, and_, bindparam, not_, select

from blocks.contract import Trigger
from blocks.scheduled import Scheduled
from blocks.values import micros, moment, type_document
from runtime.calendar import CALENDAR
from runtime.clock import DAY
from runtime.engine.batch import Batch
from runtime.engine.occasions import EVENT, SOURCE
from runtime.engine.program import Programs
from runtime.ledger import Tx
from runtime.ledger.bulk import insert_tuples
from runtime.ledger.tables import contact, event, flow, member, schedule, segment, version, workspace
from runtime.zones import zone_of

log = logging.getLogger(__name__)

TOO_LATE = DAY
"""A time that is further back starts nothing, unless the schedule says that late is fine."""
CHUNK = 500
"""People who are told in one transaction: some 5 ms. To tell somebody costs a tenth of what letting them in does."""
BACKLOG = 100
"""Nobody is told while so many events wait to come in."""

_DUE = (
    select(schedule, flow.c.slug, flow.c.state)
    .join(flow, flow.c.id == schedule.c.flow)
    .where(schedule.c.workspace == bindparam("workspace"), schedule.c.due_at <= bindparam("now"))
    .order_by(schedule.c.due_at, schedule.c.id)
    .limit(1)
)
_SEGMENT = select(segment.c.id, segment.c.planned).where(
    segment.c.workspace == bindparam("workspace"), segment.c.slug == bindparam("slug"), segment.c.state == "live"
)
# On a scratch ledger there are members who have not come yet.
_MEMBERS = (
    select(member.c.contact)
    .join(contact, contact.c.id == member.c.contact)
    .where(member.c.segment == bindparam("segment"), member.c.contact > bindparam("after"))
    .order_by(member.c.contact)
    .limit(bindparam("limit"))
)
_EVERYBODY = (
    select(contact.c.id.label("contact"))
    .where(contact.c.workspace == bindparam("workspace"), contact.c.id > bindparam("after"))
    .order_by(contact.c.id)
    .limit(bindparam("limit"))
)
_HOME = select(workspace.c.zone).where(workspace.c.id == bindparam("workspace"))
_GOING = (
    select(flow.c.id, flow.c.version)
    .join(version, version.c.id == flow.c.version)
    .where(flow.c.workspace == bindparam("workspace"), flow.c.state.in_(("live", "paused")))
)


def zone(tx: Tx) -> ZoneInfo:
    """The shop's, in which schedules are reckoned."""
    return zone_of(tx.scalar(_HOME, {"workspace": tx.workspace}))


def expect(tx: Tx, flow_id: int, triggers: Iterable[Trigger], now: int) -> None:
    """Reckon when the schedules of a newly published version come next; those of the one before are over. One whose people
    are being told goes on if it still is what it was."""
    wanted = {trigger.occasion(): trigger for trigger in triggers if isinstance(trigger, Scheduled)}
    mine = (tx.mine(schedule), schedule.c.flow == flow_id)
    tx.execute(schedule.delete().where(*mine, schedule.c.occasion.not_in(wanted)))
    if not wanted:
        return
    there = {row.occasion: row for row in tx.all(select(schedule).where(*mine))}
    home = zone(tx)
    for occasion, trigger in wanted.items():
        due_at = next_at(trigger, now, home)
        if occasion not in there:
            row = {"id": tx.reserve(1)[0], "flow": flow_id, "occasion": occasion, "due_at": due_at}
            tx.insert(schedule, [row | {"telling": False, "after": 0, "told": 0, "missed_at": None, "code": None}])
        elif not there[occasion].telling:
            tx.execute(schedule.update().where(schedule.c.id == there[occasion].id).values(due_at=due_at))


def reckon_anew(tx: Tx, now: int) -> None:
    """The shop's clocks show something else from now on."""
    programs = Programs()
    for row in tx.all(_GOING, {"workspace": tx.workspace}):
        expect(tx, row.id, [trigger for _, trigger in programs.get(tx, row.version).triggers], now)


def next_at(trigger: Scheduled, after: int, home: ZoneInfo) -> int | None:
    """When it comes next, at or after `after` (both UTC microseconds)."""
    due = trigger.next_at(moment(after), home, CALENDAR)
    return None if due is None else micros(due)


def some_due(of: ColumnElement[int], now: ColumnElement[int]) -> ColumnElement[bool]:
    """Whether there is anything to do for `bring`, as a condition. Not while `BACKLOG` events wait to come in: what
    the shop tells meanwhile is to wait behind few."""
    waiting = select(event.c.id).where(event.c.workspace == of, event.c.state == "new").offset(BACKLOG).limit(1)
    due = select(schedule.c.id).where(schedule.c.due_at <= now, schedule.c.workspace == of)
    return and_(due.exists(), not_(waiting.exists()))


def bring(batch: Batch, programs: Programs, _limit: int) -> int:
    """Tell some of those for whom a schedule is due. Returns how many, and 1 at least for a turn."""
    tx = batch.tx
    due = tx.first(_DUE, {"workspace": tx.workspace, "now": batch.now})
    if due is None:
        return 0
    trigger = programs.roster(tx).scheduled.get((due.flow, due.occasion))
    if trigger is None:
        tx.execute(schedule.delete().where(tx.mine(schedule), schedule.c.id == due.id))
        return 1
    if (code := _kept_from(due, trigger, batch.now)) is not None:
        log.warning("The schedule of the flow %r started nothing: %s", due.slug, code)
        _go_on(batch, due, trigger, missed_at=due.due_at, code=code)
        return 1
    people = _next_few(tx, trigger, due.after)
    if people is None:
        return 0
    _tell(batch, trigger, due.slug, people)
    told = len(people) + (due.told if due.telling else 0)
    if len(people) == CHUNK:
        changes = {"telling": True, "after": people[-1].contact, "told": told}
        tx.execute(schedule.update().where(tx.mine(schedule), schedule.c.id == due.id).values(changes))
    else:
        _go_on(batch, due, trigger, told=told)
    return max(1, len(people))


def _kept_from(due: Row[Any], trigger: Scheduled, now: int) -> str | None:
    """The code of the reason for which nobody, or nobody else, is told this time."""
    if due.due_at < now - TOO_LATE and not trigger.still_good_late():
        return "schedule_late"
    # Those who are being told already go on coming in, as people do into a paused flow.
    return "flow_paused" if due.state == "paused" and not due.telling else None


def _go_on(batch: Batch, due: Row[Any], trigger: Scheduled, **changes: Any) -> None:
    """This time is over; the next one is waited for. Times that have passed meanwhile are not made up for."""
    tx = batch.tx
    changes |= {"due_at": next_at(trigger, batch.now + 1, zone(tx)), "telling": False, "after": 0}
    tx.execute(schedule.update().where(tx.mine(schedule), schedule.c.id == due.id).values(changes))


def _next_few(tx: Tx, trigger: Scheduled, after: int) -> Sequence[Row[Any]] | None:
    """The next people to be told, by contact; None while it is still being counted who is in the segment."""
    values = {"workspace": tx.workspace, "after": after, "limit": CHUNK}
    if not trigger.whom():
        return tx.all(_EVERYBODY, values)
    whom = tx.first(_SEGMENT, {"workspace": tx.workspace, "slug": trigger.whom()})
    if whom is None:
        return ()
    if whom.planned is not None:
        return None
    return tx.all(_MEMBERS, {"segment": whom.id, "after": after, "limit": CHUNK})


def _tell(batch: Batch, trigger: Scheduled, slug: str, people: Sequence[Row[Any]]) -> None:
    tx = batch.tx
    properties = {**trigger.tells(), **trigger.addressed(slug)}
    written, typed = orjson.dumps(properties).decode(), orjson.dumps(type_document(properties)).decode()
    told = [
        (id_, tx.workspace, trigger.happening, SOURCE, one.contact, batch.now, batch.now, "{}", written, typed, "new")
        for id_, one in zip(tx.reserve(len(people)), people, strict=True)
    ]
    insert_tuples(tx, event, EVENT, told)
