"""What the clock brings: for each contact the next time at which a date of theirs comes, or silence has lasted too long.

Nobody is searched for when a day begins. Each live occasion keeps one row a contact with the instant at which it comes next,
found by an index when it is due. It is made when the flow goes live, for some hundred contacts at a time, and looked at
again whenever something happens to the contact. Then an event happens to them, which comes in by the same door as the
shop's: entry rules, history and time line know no other kind of start.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import orjson
from sqlalchemy import Row, Text, bindparam, cast, func, select

from blocks.contract import DATE, Timed, Trigger
from blocks.values import Typed, micros, moment
from runtime.clock import DAY
from runtime.engine.batch import Batch
from runtime.engine.programs import Programs
from runtime.engine.roster import Roster
from runtime.ledger import Tx
from runtime.ledger.bulk import insert_tuples, run_many
from runtime.ledger.documents import in_both_forms
from runtime.ledger.lists import among, listed
from runtime.ledger.tables import EVENT_ROW, appointment, contact, event, occasion
from runtime.zones import zone_of

_Known = dict[str, tuple[int, int | None]]
"""Occasions by their keys: the id, and while it is new, the last contact to whom it has come."""
SOURCE = "clock"
LATE = "late"
"""The property that says that they should have entered before it was known: at the event's own time."""

_OCCASIONS = select(occasion.c.id, occasion.c.key, occasion.c.planned).where(
    occasion.c.workspace == bindparam("workspace")
)
CONTACTS = select(contact.c.id, contact.c.zone, contact.c.seen_at, cast(contact.c.typed, Text).label("typed")).where(
    contact.c.workspace == bindparam("workspace")
)
_THESE = CONTACTS.where(among(contact.c.id, "ids"))
_NEXT_FEW = CONTACTS.where(contact.c.id > bindparam("after")).order_by(contact.c.id).limit(bindparam("limit"))
_LAST = (
    select(event.c.contact, event.c.name, func.max(event.c.at).label("at"))
    .where(event.c.workspace == bindparam("workspace"), among(event.c.contact, "ids"), among(event.c.name, "names"))
    .group_by(event.c.contact, event.c.name)
)
_APPOINTED = select(appointment.c.occasion, appointment.c.contact, appointment.c.due_at, appointment.c.day).where(
    appointment.c.workspace == bindparam("workspace"),
    among(appointment.c.occasion, "occasions"),
    among(appointment.c.contact, "ids"),
)
_DUE = (
    select(appointment.c.occasion, appointment.c.contact, appointment.c.due_at, appointment.c.day)
    .where(appointment.c.workspace == bindparam("workspace"), appointment.c.due_at <= bindparam("now"))
    .order_by(appointment.c.due_at)
    .limit(bindparam("limit"))
)
_EXPECT = (
    "INSERT INTO occasion (id, workspace, key, planned) VALUES (:id, :workspace, :key, 0)"
    " ON CONFLICT (workspace, key) DO UPDATE SET planned = 0"
)
_SET = (
    "INSERT INTO appointment (workspace, occasion, contact, due_at, day)"
    " VALUES (:workspace, :occasion, :contact, :due_at, :day)"
    " ON CONFLICT (occasion, contact) DO UPDATE SET due_at = excluded.due_at, day = excluded.day"
)
_DROP = "DELETE FROM appointment WHERE occasion = :occasion AND contact = :contact"


@dataclass(slots=True)
class Somebody:
    """A contact as timed triggers see them (`blocks.contract.Subject`)."""

    id: int
    zone: ZoneInfo
    seen_at: int
    _typed: str
    _last: dict[str, int] = field(default_factory=dict)
    _parsed: Typed | None = None

    @property
    def contact(self) -> Typed:
        if self._parsed is None:
            self._parsed = orjson.loads(self._typed)
        return self._parsed

    def last(self, event: str) -> datetime | None:
        at = self._last.get(event) if event else self.seen_at
        return None if at is None else moment(at)


def expect(tx: Tx, triggers: Iterable[Trigger]) -> None:
    """Have every contact looked at for what these triggers of a newly published version wait for. Cheap: it is done later."""
    for key in {trigger.occasion() for trigger in triggers if isinstance(trigger, Timed) and trigger.waits()}:
        values = {"id": tx.reserve(1)[0], "workspace": tx.workspace, "key": key}
        run_many(tx, _EXPECT, [values])


def plan(batch: Batch, programs: Programs, limit: int) -> int:
    """Look at up to `limit` more contacts for an occasion that is new. Returns how many there were."""
    tx, roster = batch.tx, programs.roster(batch.tx)
    for key, (id_, upto) in _known(tx).items():
        if upto is None:
            continue
        rows: Sequence[Row[Any]] = ()
        if key in roster.timed:
            rows = tx.all(_NEXT_FEW, {"workspace": tx.workspace, "after": upto, "limit": limit})
            _appoint(tx, {key: (id_, upto)}, roster, _somebodies(tx, rows, roster, [key]), batch.now)
        planned = rows[-1].id if len(rows) == limit else None
        tx.execute(occasion.update().where(occasion.c.id == id_).values(planned=planned))
        return len(rows)
    return 0


def keep(batch: Batch, programs: Programs) -> None:
    """Look again at the contacts to whom something has happened. Costs next to nothing where no flow waits for the clock."""
    ids = batch.people.news
    if not ids or not (roster := programs.roster(batch.tx)).timed:
        return
    tx = batch.tx
    occasions = {key: known for key, known in _known(tx).items() if key in roster.timed}
    rows = tx.all(_THESE, {"workspace": tx.workspace, "ids": listed(tx, ids)})
    # From the next instant on: what has just come must not come once more in the same one.
    _appoint(tx, occasions, roster, _somebodies(tx, rows, roster, occasions), batch.now + 1)


def bring(batch: Batch, programs: Programs, limit: int) -> int:
    """Let up to `limit` occasions that are due happen to their contacts. Returns how many were due."""
    tx, roster = batch.tx, programs.roster(batch.tx)
    due = tx.all(_DUE, {"workspace": tx.workspace, "now": batch.now, "limit": limit})
    if not due:
        return 0
    keys = {id_: key for key, (id_, _) in _known(tx).items()}
    rows = tx.all(_THESE, {"workspace": tx.workspace, "ids": listed(tx, {one.contact for one in due})})
    people = {one.id: one for one in _somebodies(tx, rows, roster, roster.timed)}
    events: list[tuple[Any, ...]] = []
    moved: list[dict[str, Any]] = []
    over: list[dict[str, Any]] = []
    for one in due:
        # No flow may wait for it any more. And what it depends on may have changed since the row was made.
        trigger, who = roster.timed.get(keys.get(one.occasion, "")), people.get(one.contact)
        at, day = _instant(trigger, who, one.due_at) if trigger is not None and who is not None else None, one.day
        if at is not None and at <= batch.now and trigger is not None and who is not None:
            events.append(_happens(trigger, who, at, batch))
            day = _day(trigger, who, at) if trigger.enters_late() else None
            at = _instant(trigger, who, batch.now + 1)
        place = {"workspace": tx.workspace, "occasion": one.occasion, "contact": one.contact}
        gone = at is None and day is None
        (over if gone else moved).append(place if gone else place | {"due_at": at, "day": day})
    insert_tuples(tx, event, EVENT_ROW, [(id_, *row) for id_, row in zip(tx.reserve(len(events)), events, strict=True)])
    run_many(tx, _SET, moved)
    run_many(tx, _DROP, over)
    return len(due)


def comes_within(tx: Tx, trigger: Timed, rows: Sequence[Row[Any]], now: int, until: int) -> int:
    """For how many of these contacts (`CONTACTS`) it will come until then, as far as is known now."""
    roster = Roster(timed={trigger.occasion(): trigger})
    instants = (_instant(trigger, who, now) for who in _somebodies(tx, rows, roster, roster.timed))
    return sum(at is not None and at <= until for at in instants)


def came_before(tx: Tx, trigger: Timed, rows: Sequence[Row[Any]], instant: int) -> list[int]:
    """Those of these contacts (`CONTACTS`) for whom it has come last before an instant, as far as is known now."""
    roster = Roster(timed={trigger.occasion(): trigger})
    people = _somebodies(tx, rows, roster, roster.timed)
    return [who.id for who in people if (at := _instant(trigger, who, 0)) is not None and at < instant]


def _happens(trigger: Timed, who: Somebody, at: int, batch: Batch) -> tuple[Any, ...]:
    properties: dict[str, Any] = {**trigger.tells(), **trigger.addressed("")}
    if (day := trigger.day_for(who, moment(at))) is not None:
        properties[DATE] = day.isoformat()
    if (missed := trigger.missed(who, moment(batch.now))) is not None and micros(missed) == at:
        properties[LATE] = True
    if trigger.late_is_fine and at < batch.now - DAY:
        at = batch.now
    written, typed = in_both_forms(properties)
    return batch.tx.workspace, trigger.happening, SOURCE, who.id, at, batch.now, "{}", written, typed, "new"


def _instant(trigger: Timed, who: Somebody, after: int) -> int | None:
    due = trigger.due(who, moment(after))
    return None if due is None else micros(due)


def _day(trigger: Timed, who: Somebody, at: int) -> int | None:
    """For which day it comes at this instant, in days since 1970."""
    day = trigger.day_for(who, moment(at))
    return None if day is None else (day - date(1970, 1, 1)).days


def _known(tx: Tx) -> _Known:
    return {row.key: (row.id, row.planned) for row in tx.all(_OCCASIONS, {"workspace": tx.workspace})}


def _somebodies(tx: Tx, rows: Sequence[Row[Any]], roster: Roster, keys: Iterable[str]) -> list[Somebody]:
    home = tx.zone
    people = {row.id: Somebody(row.id, zone_of(row.zone, home), row.seen_at, row.typed) for row in rows}
    names = {name for key in keys if (name := roster.timed[key].watches())}
    if names and people:
        values = {"workspace": tx.workspace, "ids": listed(tx, people), "names": listed(tx, names)}
        for row in tx.all(_LAST, values):
            people[row.contact]._last[row.name] = row.at
    return list(people.values())


def _appoint(tx: Tx, occasions: _Known, roster: Roster, people: Sequence[Somebody], now: int) -> None:
    """Bring the rows of these contacts up to date. One that is too early stays: it is looked at again when it is due. Who
    should have entered before it was known does so at once; not those to whom an occasion that is new has not come yet."""
    if not occasions or not people:
        return
    values = {"workspace": tx.workspace, "occasions": listed(tx, [id_ for id_, _ in occasions.values()])}
    standing = {
        (row.occasion, row.contact): (row.due_at, row.day)
        for row in tx.all(_APPOINTED, values | {"ids": listed(tx, {who.id for who in people})})
    }
    changed: list[dict[str, Any]] = []
    for key, (id_, upto) in occasions.items():
        trigger = roster.timed[key]
        for who in people:
            before, day = standing.get((id_, who.id), (None, None))
            at, came = _instant(trigger, who, now), day
            if (missed := trigger.missed(who, moment(now))) is not None:
                late = micros(missed)
                if upto is not None and who.id > upto and before is None and day is None:
                    came = _day(trigger, who, late)
                elif _day(trigger, who, late) != day:
                    at = late
            earlier = at is not None and (before is None or at < before)
            if earlier or came != day:
                place = {"workspace": tx.workspace, "occasion": id_, "contact": who.id}
                changed.append(place | {"due_at": at if earlier else before, "day": came})
    run_many(tx, _SET, changed)
