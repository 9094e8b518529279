"""Runs that go by a date of their contact, when that date is changed: they go by the new one, or leave, as the trigger says.

Whoever a batch has heard of is looked at in the same transaction. A run keeps the day for which it began in the event that
began it; one that goes by another day from now on stands on another such event, which starts nothing.

Who belongs to a day that is still to come leaves and enters anew for it. Where the flow lets nobody enter for it, because it
finishes, who is held until that date goes on waiting where they are, for the new one; anybody else leaves, and it is said why.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import orjson
from sqlalchemy import Text, bindparam, cast, select

from blocks.contract import DATE, Elsewhere, Reason, Timed
from blocks.phrase import Moment
from blocks.values import Typed, micros, moment, safe_path, text_of, type_document
from runtime.engine.advance import Standpoint, advance
from runtime.engine.batch import Batch
from runtime.engine.entries.occasions import SOURCE
from runtime.engine.program import Program
from runtime.engine.programs import Programs
from runtime.engine.roster import Roster
from runtime.engine.run import AS_RUN, Run
from runtime.engine.wakes import EVERYTHING, look_up
from runtime.ledger.bulk import insert_tuples
from runtime.ledger.documents import in_both_forms
from runtime.ledger.lists import among, listed
from runtime.ledger.tables import EVENT_ROW, event, run

_RUNS = (
    select(
        *AS_RUN,
        event.c.properties.label("began_with"),
        cast(event.c.typed, Text).label("began_as"),
        event.c.name.label("began_by"),
    )
    .join(event, event.c.id == run.c.entry_event)
    .where(
        run.c.workspace == bindparam("workspace"),
        run.c.state == "open",
        among(run.c.contact, "contacts"),
        among(run.c.flow, "flows"),
        event.c.source == SOURCE,
    )
)


@dataclass(frozen=True, slots=True)
class _Subject:
    """A contact as the batch knows them by now (`blocks.contract.Subject`)."""

    contact: Typed
    zone: ZoneInfo

    def last(self, event: str) -> datetime | None:
        return None


@dataclass(frozen=True, slots=True)
class _Moved:
    """A run whose day is another now."""

    run: Run
    program: Program
    trigger: Timed
    who: _Subject
    name: str
    told: Mapping[str, Any]
    to: Elsewhere


def follow(batch: Batch, programs: Programs) -> None:
    """Let the runs of those of whom something was heard go by their dates, before the batch is written. Costs nothing where
    no flow goes by dates that may change, and one query where one does."""
    ids = batch.people.news
    if not ids or not (flows := programs.roster(batch.tx).following):
        return
    moved = _moved(batch, programs, ids, flows)
    roster = programs.roster(batch.tx)
    stay = [one for one in moved if _to_come(batch, one) and not _lets_in(roster, one) and _awaits(one)]
    _stand_on_new_days(batch, stay, stay=True)
    on = [one for one in moved if one not in stay and not _ends(batch, roster, one)]
    if not on:
        return
    _stand_on_new_days(batch, on)
    look_up(batch, [one.program for one in on], [one.run for one in on])
    rules = tuple(dict.fromkeys(rule for one in on for rule in one.program.reads))
    batch.look_back((one.run.contact for one in on), rules, min(one.run.entered_at for one in on))
    for one in on:
        advance(
            batch,
            one.program,
            one.run,
            Standpoint(type_document({**one.told, DATE: _day(one)}), EVERYTHING),
            behind=True,
        )


def _moved(batch: Batch, programs: Programs, ids: set[int], flows: Collection[int]) -> list[_Moved]:
    tx, found = batch.tx, []
    values = {"workspace": tx.workspace, "contacts": listed(tx, ids), "flows": listed(tx, flows)}
    rows = tx.all(_RUNS, values)
    batch.people.expect(row.contact for row in rows)
    for row in rows:
        one = batch.changed.get(row.id) or Run.of(row)
        program, began = programs.get(tx, one.version), orjson.loads(row.began_as)
        trigger = program.dated.get(text_of(began, "occasion") or "")
        if trigger is None or one.state != "open" or one.leaving or one.entry_event != row.entry_event:
            continue
        person = batch.people.one(one.contact)
        who = _Subject(person.typed, person.zone)
        to = trigger.belongs(who, began, moment(batch.now))
        if to is not None:
            found.append(_Moved(one, program, trigger, who, row.began_by, row.began_with, to))
    return found


def _to_come(batch: Batch, moved: _Moved) -> bool:
    """Whether the contact is to enter for the new day only later."""
    return moved.to.at is not None and micros(moved.to.at) > batch.now


def _lets_in(roster: Roster, moved: _Moved) -> bool:
    """Whether the flow still lets people enter for this date."""
    flow, field = moved.run.flow, moved.trigger.tells()
    return flow not in roster.finishing and any(
        program.flow == flow and trigger.tells() == field for program, _, trigger in roster.starts.get(moved.name, ())
    )


def _awaits(moved: _Moved) -> bool:
    """Whether the run is held until the very date."""
    block, field = moved.program.blocks.get(moved.run.block), moved.trigger.tells().get("field")
    return block is not None and bool(block.awaits()) and safe_path(block.awaits()) == safe_path(str(field))


def _ends(batch: Batch, roster: Roster, moved: _Moved) -> bool:
    """End the run if it is over, or if the contact enters anew for the new day. Whether it has ended."""
    one, at = moved.run, moved.to.at
    if at is None:
        reason = Reason("date_gone")
    elif micros(at) > batch.now and not _lets_in(roster, moved):
        reason = Reason("date_refused")
    elif micros(at) > batch.now:
        reason = Reason("date_follows", {"until": Moment(at, moved.trigger.clocks(moved.who).key)})
    else:
        return False
    batch.touch(one)
    batch.cancel(one)
    batch.note(one, one.block, "", reason)
    batch.counts[one.flow, one.block, "left"] += 1
    one.end("left", batch.now, reason)
    return True


def _stand_on_new_days(batch: Batch, on: list[_Moved], *, stay: bool = False) -> None:
    """Let these runs have begun when they would have for the new day: all that they wait for is counted from then. Or let them
    `stay` as they are, for the new day."""
    tx, rows = batch.tx, []
    for id_, moved in zip(tx.reserve(len(on)), on, strict=True):
        one, at = moved.run, moved.to.at
        entered = batch.now if at is None or stay else micros(at)
        told = {**moved.told, DATE: _day(moved)}
        written, typed = in_both_forms(told)
        # Done: it tells what they stand on, and is not to start or restart anything.
        rows.append((
            id_, tx.workspace, moved.name, SOURCE, one.contact, entered, batch.now, "{}", written, typed, "done",
        ))  # fmt: skip
        batch.touch(one)
        one.event = one.entry_event = id_
        if stay:
            batch.note(one, one.block, "", Reason("date_awaited"))
            continue
        reason = Reason("date_followed", {"until": Moment(moment(entered), moved.trigger.clocks(moved.who).key)})
        batch.note(one, one.block, "", reason)
        one.arrived_at = min(batch.now, one.arrived_at + entered - one.entered_at)
        one.entered_at = entered
    insert_tuples(tx, event, EVENT_ROW, rows)


def _day(moved: _Moved) -> str:
    """The new day, as 2026-12-05."""
    day = None if moved.to.at is None else moved.trigger.day_for(moved.who, moved.to.at)
    return "" if day is None else day.isoformat()
