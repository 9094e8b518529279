"""What the calendar brings: the time of a flow's schedule comes, and everybody in its segment hears of it.

There is one row for each schedule of a live flow, with the instant at which it comes next. When it is due, an event happens
to some hundred people at a time, along the index of members; the row says how far that is, in the same transaction, so
that whatever is killed meanwhile, nobody is told twice and nobody is left out. The event comes in by the same door as the
shop's: entry rules, history and time line know no other kind of start.

It goes by the clocks of its flow, where that has a zone, else by the shop's; the row says which. One that goes by each
contact's own has a row for each zone in which contacts live, which comes by itself, and tells those who live there.
Somebody may move meanwhile. Nobody is told of the same day twice, for the event of the first time says which it was; and
after the day has come in every zone, at `LAST`, those are told who always lived where it just was not the time.
"""

import logging
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import orjson
from sqlalchemy import ColumnElement, Row, Select, Text, and_, bindparam, cast, func, not_, select

from blocks.contract import Trigger
from blocks.scheduled import Scheduled
from blocks.values import micros, moment, text_of
from runtime.calendar import CALENDAR
from runtime.clock import DAY
from runtime.engine.batch import Batch
from runtime.engine.entries.occasions import SOURCE
from runtime.engine.programs import Programs
from runtime.ledger import Tx
from runtime.ledger.bulk import insert_tuples, run_many
from runtime.ledger.documents import in_both_forms
from runtime.ledger.lists import among, listed
from runtime.ledger.tables import EVENT_ROW, contact, event, flow, member, schedule, segment, version
from runtime.zones import zone_of

log = logging.getLogger(__name__)

TOO_LATE = DAY
"""A time that is further back starts nothing, unless the schedule says that late is fine."""
DAY_TOLD = "day"
"""The property of the event that says which day it was where the contact lives."""
BACKLOG = 100
"""Nobody is told while so many events wait to come in."""

LAST = "Etc/GMT+12"
"""Where a day comes last. Nobody lives there; its row is for those whom no other has found."""

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
_FROM = (contact.c.workspace == bindparam("workspace"), contact.c.id > bindparam("after"))
_LIVING = select(contact.c.id.label("contact"), contact.c.zone, contact.c.created_at)
_IN_SEGMENT = and_(member.c.contact == contact.c.id, member.c.segment == bindparam("segment"))


def _some(query: Select[Any], by: ColumnElement[int]) -> Select[Any]:
    return query.order_by(by).limit(bindparam("limit"))


_EVERYBODY = _some(_LIVING.add_columns(contact.c.created_at.label("since_at")).where(*_FROM), contact.c.id)
# On a scratch ledger there are members who have not come yet.
_MEMBERS = _some(
    _LIVING.add_columns(member.c.since_at)
    .join_from(member, contact, contact.c.id == member.c.contact)
    .where(member.c.segment == bindparam("segment"), member.c.contact > bindparam("after")),
    member.c.contact,
)


def _of_zone(where: ColumnElement[bool], segment_too: bool) -> Select[Any]:
    """The next contacts who live there. Of a segment, too, all of them are gone through and not the members of it: so each
    contact is looked at once a day, however many zones there are."""
    if not segment_too:
        return _some(_LIVING.add_columns(contact.c.created_at.label("since_at")).where(*_FROM, where), contact.c.id)
    query = _LIVING.add_columns(member.c.since_at).join_from(contact, member, _IN_SEGMENT, isouter=True)
    return _some(query.where(*_FROM, where), contact.c.id)


_HERE, _NOWHERE = contact.c.zone == bindparam("zone"), contact.c.zone.is_(None)
_THERE = {
    (nowhere, of_segment): _of_zone(_NOWHERE if nowhere else _HERE, of_segment)
    for nowhere in (False, True)
    for of_segment in (False, True)
}
_NEXT_ZONE = select(func.min(contact.c.zone)).where(
    contact.c.workspace == bindparam("workspace"), contact.c.zone > bindparam("after")
)
_NEW_ZONES = (
    select(contact.c.zone)
    .distinct()
    .where(contact.c.workspace == bindparam("workspace"), among(contact.c.id, "ids"), contact.c.zone.is_not(None))
    .where(
        ~select(schedule.c.id)
        .where(
            schedule.c.flow == bindparam("flow"),
            schedule.c.occasion == bindparam("occasion"),
            schedule.c.zone == contact.c.zone,
        )
        .exists()
    )
)
_TOLD = select(event.c.contact, cast(event.c.typed, Text).label("typed")).where(
    event.c.workspace == bindparam("workspace"),
    among(event.c.contact, "ids"),
    event.c.name == bindparam("name"),
    event.c.at >= bindparam("since"),
)
_ROWS = select(schedule).where(
    schedule.c.workspace == bindparam("workspace"),
    schedule.c.flow == bindparam("flow"),
    schedule.c.occasion == bindparam("occasion"),
)
_OPEN = (
    "INSERT INTO schedule (id, workspace, flow, occasion, zone, due_at, telling, after, told)"
    " VALUES (:id, :workspace, :flow, :occasion, :zone, :due_at, :telling, 0, 0)"
    " ON CONFLICT (flow, occasion, zone) DO NOTHING"
)
_GOING = (
    select(flow.c.id, flow.c.version)
    .join(version, version.c.id == flow.c.version)
    .where(flow.c.workspace == bindparam("workspace"), flow.c.state.in_(("live", "paused")))
)


def zone(tx: Tx, name: str = "") -> ZoneInfo:
    """The one of this name, else the shop's."""
    return zone_of(name, tx.zone)


def expect(
    tx: Tx, flow_id: int, triggers: Iterable[Trigger], now: int, flow_zone: str = "", *, anew: bool = False
) -> None:
    """Reckon when the schedules of the version that is live now come next; those of the one before are over. They come by
    clocks in `flow_zone`, which is the flow's, or with "" by the shop's, where they do not go by each contact's own.

    One that still is what it was goes on as it was reckoned, and so does one whose people are being told: to reckon it
    again would pass over a time that has just come, or bring one twice when the machine's clock was put back. `anew`
    reckons those again that go by the shop's clocks and tell nobody just now.
    """
    wanted = {trigger.occasion(): trigger for trigger in triggers if isinstance(trigger, Scheduled)}
    mine = (tx.mine(schedule), schedule.c.flow == flow_id)
    tx.execute(schedule.delete().where(*mine, schedule.c.occasion.not_in(wanted)))
    if not wanted:
        return
    rows = tx.all(select(schedule).where(*mine))
    there = {(row.occasion, row.zone if wanted[row.occasion].own_clocks() else flow_zone): row for row in rows}
    for occasion, trigger in wanted.items():
        for name in _zones(tx) if trigger.own_clocks() else (flow_zone,):
            if (before := there.get((occasion, name))) is None:
                _open(tx, flow_id, trigger, [name], now)
            elif before.zone != name or (anew and not name):
                due_at = before.due_at if before.telling else next_at(trigger, now, zone(tx, name))
                tx.execute(schedule.update().where(schedule.c.id == before.id).values(zone=name, due_at=due_at))


def keep(batch: Batch, programs: Programs) -> None:
    """Somebody may have come from a zone in which nobody lived before. Costs next to nothing where no schedule goes by the
    clocks of contacts."""
    ids = batch.people.news
    tx = batch.tx
    own = programs.roster(tx).by_own_clocks if ids else {}
    for (flow_id, occasion), trigger in own.items():
        about = {"flow": flow_id, "occasion": occasion, "ids": listed(tx, ids)}
        new = [row.zone for row in tx.all(_NEW_ZONES, {"workspace": tx.workspace, **about})]
        _open(tx, flow_id, trigger, new, batch.now)


def _zones(tx: Tx) -> Sequence[str]:
    """Where contacts live by whose own clocks something comes: "" for those who have told no zone and go by the shop's."""
    found, after = [""], ""
    # One step along the index for each zone, and not for each contact.
    while (name := tx.scalar(_NEXT_ZONE, {"workspace": tx.workspace, "after": after})) is not None:
        found.append(name)
        after = name
    return found if LAST in found else [*found, LAST]


def _open(tx: Tx, flow_id: int, trigger: Scheduled, zones: Sequence[str], now: int) -> None:
    about = {"workspace": tx.workspace, "flow": flow_id, "occasion": trigger.occasion(), "telling": False}
    rows = [
        {"id": id_, "zone": name, "due_at": next_at(trigger, now, zone(tx, name)), **about}
        for id_, name in zip(tx.reserve(len(zones)), zones, strict=True)
    ]
    if rows:
        run_many(tx, _OPEN, rows)


def reckon_anew(tx: Tx, now: int) -> None:
    """The shop's clocks show something else from now on."""
    programs = Programs()
    for row in tx.all(_GOING, {"workspace": tx.workspace}):
        program = programs.get(tx, row.version)
        triggers = [trigger for _, trigger in program.triggers]
        expect(tx, row.id, triggers, now, program.document.zone, anew=True)


def next_at(trigger: Scheduled, after: int, clocks: ZoneInfo) -> int | None:
    """When it comes next by these clocks, at or after `after` (both UTC microseconds)."""
    due = trigger.next_at(moment(after), clocks, CALENDAR)
    return None if due is None else micros(due)


def some_due(of: ColumnElement[int], now: ColumnElement[int]) -> ColumnElement[bool]:
    """Whether there is anything to do for `bring`, as a condition. Not while `BACKLOG` events wait to come in: what
    the shop tells meanwhile is to wait behind few."""
    due = select(schedule.c.id).where(schedule.c.due_at <= now, schedule.c.workspace == of)
    return and_(due.exists(), not_(crowded(of)))


def crowded(of: ColumnElement[int]) -> ColumnElement[bool]:
    """Whether over `BACKLOG` events wait to come in."""
    return select(event.c.id).where(event.c.workspace == of, event.c.state == "new").offset(BACKLOG).limit(1).exists()


def bring(batch: Batch, programs: Programs, limit: int) -> int:
    """Tell up to `limit` of those for whom a schedule is due. Returns how many, and 1 at least for a turn."""
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
    rows = _next_few(tx, trigger, due, limit)
    if rows is None:
        return 0
    people = [row.contact for row in rows if row.since_at is not None]
    if trigger.own_clocks():
        people = _not_told(batch, trigger, due, _missed_so_far(tx, due, rows) if due.zone == LAST else people)
    _tell(batch, trigger, due, people)
    told = len(people) + (due.told if due.telling else 0)
    if len(rows) == limit:
        changes = {"telling": True, "after": rows[-1].contact, "told": told}
        tx.execute(schedule.update().where(tx.mine(schedule), schedule.c.id == due.id).values(changes))
    else:
        _go_on(batch, due, trigger, told=told, came_at=due.due_at)
    return max(1, len(rows))


def _kept_from(due: Row[Any], trigger: Scheduled, now: int) -> str | None:
    """The code of the reason for which nobody, or nobody else, is told this time."""
    if due.due_at < now - TOO_LATE and not trigger.still_good_late():
        return "schedule_late"
    # Those who are being told already go on coming in, as people do into a paused flow.
    return "flow_paused" if due.state == "paused" and not due.telling else None


def _go_on(batch: Batch, due: Row[Any], trigger: Scheduled, **changes: Any) -> None:
    """This time is over; the next one is waited for. Times that have passed meanwhile are not made up for."""
    tx = batch.tx
    if trigger.own_clocks() and due.zone == LAST:
        _open(tx, due.flow, trigger, _zones(tx), batch.now + 1)
    changes |= {"due_at": next_at(trigger, batch.now + 1, zone(tx, due.zone)), "telling": False, "after": 0}
    tx.execute(schedule.update().where(tx.mine(schedule), schedule.c.id == due.id).values(changes))


def _next_few(tx: Tx, trigger: Scheduled, due: Row[Any], limit: int) -> Sequence[Row[Any]] | None:
    """The next contacts to look at, in order; None while it is still being counted who is in the segment. Those without
    `since_at` do not belong to it."""
    values = {"workspace": tx.workspace, "after": due.after, "limit": limit}
    if trigger.whom():
        whom = tx.first(_SEGMENT, {"workspace": tx.workspace, "slug": trigger.whom()})
        if whom is None or whom.planned is not None:
            return () if whom is None else None
        values["segment"] = whom.id
    if not trigger.own_clocks() or due.zone == LAST:
        return tx.all(_MEMBERS if trigger.whom() else _EVERYBODY, values)
    return tx.all(_THERE[not due.zone, bool(trigger.whom())], values | {"zone": due.zone})


def members_after(tx: Tx, slug: str, after: int, limit: int) -> Sequence[Row[Any]] | None:
    """The next members of a segment (`contact`, `since_at`), by contact; None while it is still being counted who is in it."""
    whom = tx.first(_SEGMENT, {"workspace": tx.workspace, "slug": slug})
    if whom is None or whom.planned is not None:
        return () if whom is None else None
    return tx.all(_MEMBERS, {"segment": whom.id, "after": after, "limit": limit})


def _day(at: int, clocks: ZoneInfo) -> date:
    return moment(at).astimezone(clocks).date()


def _missed_so_far(tx: Tx, due: Row[Any], rows: Sequence[Row[Any]]) -> list[int]:
    """Of these contacts those who now live where the day has come, and were there when it came (or live at `LAST`)."""
    about = {"workspace": tx.workspace, "flow": due.flow, "occasion": due.occasion}
    day = _day(due.due_at, zone(tx, LAST))
    came = {
        row.zone: row.came_at
        for row in tx.all(_ROWS, about)
        if row.came_at is not None and _day(row.came_at, zone(tx, row.zone)) == day
    }
    came[LAST] = due.due_at
    return [row.contact for row in rows if max(row.since_at, row.created_at) <= came.get(row.zone or "", -1)]


def _not_told(batch: Batch, trigger: Scheduled, due: Row[Any], people: Sequence[int]) -> list[int]:
    """Of these contacts those who have not heard of this day yet, in another zone."""
    tx = batch.tx
    about = {"name": trigger.happening, "since": batch.now - 3 * DAY}
    rows = tx.all(_TOLD, {"workspace": tx.workspace, "ids": listed(tx, people), **about})
    day = _day(due.due_at, zone(tx, due.zone)).isoformat()
    typed = ((row.contact, orjson.loads(row.typed)) for row in rows)
    told = {who for who, one in typed if trigger.means(one, due.slug) and text_of(one, DAY_TOLD) == day}
    return [who for who in people if who not in told]


def _tell(batch: Batch, trigger: Scheduled, due: Row[Any], people: Sequence[int]) -> None:
    if not people:
        return
    tx = batch.tx
    properties = {**trigger.tells(), **trigger.addressed(due.slug)}
    if trigger.own_clocks():
        properties[DAY_TOLD] = _day(due.due_at, zone(tx, due.zone)).isoformat()
    tell(batch, trigger.happening, properties, people)


def tell(batch: Batch, name: str, properties: Mapping[str, Any], people: Sequence[int]) -> None:
    """Let one event happen to all of these contacts."""
    tx = batch.tx
    written, typed = in_both_forms(properties)
    told = [
        (id_, tx.workspace, name, SOURCE, who, batch.now, batch.now, "{}", written, typed, "new")
        for id_, who in zip(tx.reserve(len(people)), people, strict=True)
    ]
    insert_tuples(tx, event, EVENT_ROW, told)
