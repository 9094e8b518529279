"""Why a contact is, was, or never came to be in a flow.

What happened to them is held once more against the flow as it was then: its triggers, its filters, its rule for coming
back. The blocks themselves decide, as in a run. What a contact's fields were at the time is not kept, so filters see them
as they are now.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import orjson
from sqlalchemy import Text, cast, func, select

from blocks.beginning import INCLUDED, Beginning
from blocks.contract import Farewell, Timed, Trigger
from blocks.phrase import Moment, Phrase, Quoted, say
from blocks.rule_why import why_not
from blocks.scheduled import Scheduled
from blocks.values import key_of, moment
from runtime.clock import DAY, HOUR
from runtime.engine.batch import Batch
from runtime.engine.context import Ctx
from runtime.engine.echo import MOST_DEEP, depth_of
from runtime.engine.entries.reception import TOO_OLD
from runtime.engine.program import Program
from runtime.engine.programs import Programs
from runtime.engine.run import Run
from runtime.insight.outside import Place, fields_of, place_in
from runtime.ledger import Tx
from runtime.ledger.tables import (
    appointment,
    beginning,
    event,
    flow,
    occasion,
    run,
    schedule,
    step,
    version,
)
from runtime.people import contacts
from runtime.people.contacts import Contact
from runtime.reasons import BY_EXIT, REASONS, reason_phrase
from runtime.zones import zone_of

MOST = 5
"""So many of the latest events are told of for each trigger."""
LOOKED_AT = 500
"""Among so many of the latest events of its name."""

_HOW: Mapping[str, Literal["reached", "failed"]] = {"ended": "reached", "failed": "failed"}

Verdict = Literal["inside", "leaving", "been", "held", "never"]
"""How a contact stands to a flow by their latest run; who is leaving has left, and goes the last way that is drawn for it; who
is held out has one that ended before it began."""


@dataclass(frozen=True, slots=True)
class Look:
    """One thing that did or might have let them in. `at` is when it happened, None where nothing has."""

    what: Phrase
    why: Sequence[Phrase]
    at: int | None = None
    entered: bool = False


@dataclass(frozen=True, slots=True)
class Why:
    """The answer for one contact and one flow."""

    verdict: Verdict
    looks: Sequence[Look]
    """For each trigger what came of its events, the newest first."""
    run: int | None = None
    """Their latest run."""
    left: Phrase | None = None
    """By what they have left, if they still go the last way that is drawn for it."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a run is over: at the end of its way, because it failed, or because they left; and why, where that is known."""

    how: Literal["reached", "failed", "left"]
    at: int
    why: Phrase | None


@dataclass(frozen=True, slots=True)
class Standing:
    """A flow, and how a contact stands to it."""

    slug: str
    name: str
    verdict: Verdict
    run: int | None
    at: int | None
    """When they entered last."""
    ended: Ended | None = None
    """How that run is over; None while it is not."""


def standings(tx: Tx, contact_id: int) -> list[Standing]:
    """How a contact stands to each flow that takes people in or lets them finish."""
    rows = tx.all(
        select(flow.c.id, flow.c.slug, flow.c.name)
        .where(tx.mine(flow), flow.c.state.in_(("live", "paused", "finishing")))
        .order_by(flow.c.name)
    )
    columns = (run.c[name] for name in ("flow", "id", "state", "code", "args", "entered_at", "ended_at"))
    mine = select(*columns).where(tx.mine(run), run.c.contact == contact_id)
    latest: dict[int, Any] = {}
    for one in tx.all(mine.order_by(run.c.entered_at, run.c.id)):
        latest[one.flow] = one
    found = []
    for row in rows:
        had = latest.get(row.id)
        id_, at = (had.id, had.entered_at) if had is not None else (None, None)
        found.append(Standing(row.slug, row.name, _verdict(had), id_, at, _ended(had)))
    return found


def why(tx: Tx, contact_id: int, slug: str, now: int) -> Why | None:
    """The answer; None if there is no such contact, or the flow was never published."""
    person = contacts.get(tx, contact_id)
    of = tx.first(select(flow).where(tx.mine(flow), flow.c.slug == slug))
    if person is None or of is None or of.version is None:
        return None
    return _Inquiry(tx, person, of, now).answer()


def _verdict(latest: Any) -> Verdict:
    if latest is None:
        return "never"
    if latest.state == "open":
        return "inside" if latest.code is None else "leaving"
    return "held" if latest.code == "held_out" else "been"


def _ended(latest: Any) -> Ended | None:
    if latest is None or latest.ended_at is None:
        return None
    why = reason_phrase(latest.code, latest.args) if latest.code else None
    return Ended(_HOW.get(latest.state, "left"), latest.ended_at, why)


class _Inquiry:
    """Looks into one contact and one flow."""

    def __init__(self, tx: Tx, person: Contact, of: Any, now: int) -> None:
        self._tx, self._person, self._flow, self._now = tx, person, of, now
        self._programs = Programs()
        self._zone = zone_of(person.zone, tx.zone).key
        query = select(run).where(tx.mine(run), run.c.contact == person.id, run.c.flow == of.id)
        self._runs: Sequence[Any] = tx.all(query.order_by(run.c.entered_at, run.c.id))
        self._began = self._starts_of_restarted()
        versions = select(version.c.id, version.c.published_at).where(tx.mine(version), version.c.flow == of.id)
        self._versions: Sequence[Any] = tx.all(versions.order_by(version.c.published_at, version.c.number))

    def _starts_of_restarted(self) -> dict[int, int]:
        """When those runs began that started over since."""
        ids = [one.id for one in self._runs]
        mine = (self._tx.mine(step), step.c.run.in_(ids))
        over = self._tx.all(select(step.c.run).where(*mine, step.c.code == "restarted"))
        first = select(step.c.run, step.c.at).where(*mine, step.c.hop == 0)
        return {row.run: row.at for row in self._tx.all(first) if any(one.run == row.run for one in over)}

    def answer(self) -> Why:
        latest = self._runs[-1] if self._runs else None
        program = self._programs.get(self._tx, self._flow.version)
        triggers = [trigger for _, trigger in program.triggers if not isinstance(trigger, Farewell)]
        looks = [look for trigger in triggers for look in self._trigger(trigger, program.document.zone)]
        verdict = _verdict(latest)
        if latest is None:
            return Why(verdict, looks)
        left = reason_phrase(latest.code, latest.args) if verdict == "leaving" else None
        return Why(verdict, looks, latest.id, left)

    def _trigger(self, trigger: Trigger, zone: str) -> list[Look]:
        rows = self._events(trigger)
        found = [self._event(row) for row in rows]
        if isinstance(trigger, Beginning) and trigger.includes() and not any(row.name == INCLUDED for row in rows):
            found += self._left_out(trigger)
        if isinstance(trigger, Beginning) and not trigger.goes_on():
            found.append(Look(say("Nobody enters later than those who matched when it was published"), ()))
        elif isinstance(trigger, Timed):
            found.insert(0, self._coming(trigger))
        elif isinstance(trigger, Scheduled):
            found = [*self._scheduled(trigger, zone), *found]
        elif isinstance(trigger, Beginning) and trigger.members_of():
            found += [] if rows else [self._crossed(trigger)]
        elif not found:
            found = [Look(self._never(trigger, name), ()) for name in trigger.listens_to()]
        return found

    def _never(self, trigger: Trigger, name: str) -> Phrase:
        if trigger.addressed(self._flow.slug):
            return say("{event} has never happened to them for this Flow", event=Quoted(name))
        return say("{event} has never happened to them", event=Quoted(name))

    def _coming(self, trigger: Timed) -> Look:
        """When time brings them in."""
        query = select(appointment.c.due_at).join(occasion, occasion.c.id == appointment.c.occasion)
        mine = (appointment.c.contact == self._person.id, occasion.c.key == trigger.occasion())
        due = self._tx.scalar(query.where(self._tx.mine(appointment), *mine))
        if due is None:
            return Look(say("No time for it is known: what it depends on has no date, or has passed"), ())
        return Look(say("It comes for them on {when}", when=self._when(due)), (), due)

    def _left_out(self, trigger: Beginning) -> list[Look]:
        """That they were not among those with whom it began."""
        mine = (self._tx.mine(beginning), beginning.c.flow == self._flow.id, beginning.c.key == trigger.beginning())
        row = self._tx.first(select(beginning).where(*mine))
        if row is None:
            return []
        if row.done_at is None:
            return [Look(say("Those who matched when it was published are just coming in"), ())]
        when = self._when(row.since_at)
        return [Look(say("They were not among those who matched on {when}, or were inside already", when=when), ())]

    def _scheduled(self, trigger: Scheduled, zone: str) -> list[Look]:
        """When its time comes next, whether they would hear of it, and the last time that nobody did. `zone` is the flow's."""
        mine = (self._tx.mine(schedule), schedule.c.flow == self._flow.id, schedule.c.occasion == trigger.occasion())
        clocks = (self._person.zone or "") if trigger.own_clocks() else zone
        row = self._tx.first(select(schedule).where(*mine, schedule.c.zone == clocks))
        if row is None or row.due_at is None:
            found = [Look(say("Its time has passed and comes no more"), ())]
        else:
            found = [Look(say("It comes on {when}", when=self._when(row.due_at)), self._outside(trigger), row.due_at)]
        if row is not None and row.missed_at is not None:
            what = say("Nobody entered on {when}", when=self._when(row.missed_at))
            found.append(Look(what, (Phrase(REASONS[row.code]),), row.missed_at))
        return found

    def _outside(self, trigger: Scheduled) -> Sequence[Phrase]:
        """That they do not belong to those for whom it comes, and why."""
        if not trigger.whom():
            return ()
        place = place_in(self._tx, self._person, trigger.whom(), self._now)
        return () if place.since is not None else (self._not_in(place), *place.against)

    def _crossed(self, trigger: Beginning) -> Look:
        """Where they stand who have never entered the trigger's segment, or never left it."""
        place = place_in(self._tx, self._person, trigger.members_of(), self._now)
        name = Quoted(place.name)
        if not trigger.could_include():
            still = say("They are still in the Segment {segment}", segment=name)
            return Look(still if place.since is not None else self._not_in(place), ())
        if place.since is None:
            return Look(self._not_in(place), place.against)
        since = say("They are in the Segment {segment} since {when}", segment=name, when=self._when(place.since))
        return Look(since, (say("Who is in a Segment when it is published does not enter it"),), place.since)

    def _not_in(self, place: Place) -> Phrase:
        if place.gone:
            return say("There is no Segment {segment} any more", segment=Quoted(place.name))
        return say("They are not in the Segment {segment} now", segment=Quoted(place.name))

    def _events(self, trigger: Trigger) -> list[Any]:
        """The latest that are meant for it: events of one name may be about several segments, occasions or flows."""
        columns = (event.c[name] for name in ("id", "name", "at", "received_at", "state", "properties"))
        query = select(*columns, cast(event.c.typed, Text).label("typed"), cast(event.c.who, Text).label("who")).where(
            self._tx.mine(event), event.c.contact == self._person.id, event.c.name.in_(trigger.listens_to())
        )
        rows = self._tx.all(query.order_by(event.c.at.desc(), event.c.id.desc()).limit(LOOKED_AT))
        return [row for row in rows if trigger.means(orjson.loads(row.typed), self._flow.slug)][:MOST]

    def _event(self, row: Any) -> Look:
        what = say("{event} happened on {when}", event=Quoted(row.name), when=self._when(row.at))
        if (began := next((one for one in self._runs if one.entry_event == row.id), None)) is not None:
            if began.code == "held_out":
                return Look(what, (Phrase(REASONS["held_out"]),), row.at)
            return Look(what, (say("So they entered"),), row.at, entered=True)
        if (again := self._restarted_by(row)) is not None:
            return Look(what, (again,), row.at, entered=True)
        return Look(what, self._why_not(row), row.at)

    def _why_not(self, row: Any) -> Sequence[Phrase]:
        """What kept an event from letting them in."""
        since = self._versions[0].published_at
        live = [one for one in self._versions if one.published_at <= row.received_at]
        if row.state == "new":
            return (say("It has just come in and has not been looked at yet"),)
        if not live:
            return (say("The Flow went live only on {when}", when=self._when(since)),)
        if self._flow.state == "archived" and row.received_at >= self._flow.since_at:
            return (say("The Flow was archived by then"),)
        if self._flow.state == "finishing" and row.received_at >= self._flow.since_at:
            return (Phrase(REASONS["flow_finishing"]),)
        if row.at < row.received_at - TOO_OLD:
            return (Phrase(REASONS["too_old_event"], {"hours": TOO_OLD // HOUR}),)
        if depth_of(orjson.loads(row.who)) > MOST_DEEP:
            return (say("Too many Flows had started one another in a row"),)
        program = self._programs.get(self._tx, live[-1].id)
        listening = [
            (id_, trigger)
            for id_, trigger in program.triggers
            if row.name in trigger.listens_to()
            and not isinstance(trigger, Farewell)
            and trigger.means(orjson.loads(row.typed), program.slug)
        ]
        if not listening:
            return (say("The Flow did not start at it then"),)
        failed: list[Phrase] = []
        for id_, trigger in listening:
            missed = self._missed(row, program, id_, trigger)
            if missed is None:
                return self._at_the_door(row, program)
            failed += missed
        return failed

    def _restarted_by(self, row: Any) -> Phrase | None:
        """What is said of an event before the one that a run last began with, which started over since."""
        for one in self._runs:
            program = self._programs.get(self._tx, one.version)
            if one.id in self._began and row.received_at <= one.entered_at and one.key == self._key(row, program):
                if row.received_at <= self._began[one.id]:
                    return say("So they entered, and started over when it happened again")
                return Phrase(REASONS["restarted"])
        return None

    def _missed(self, row: Any, program: Program, block: str, trigger: Trigger) -> list[Phrase] | None:
        """Which conditions of a trigger failed; None if it let the event in."""
        batch = Batch(self._tx, row.received_at)
        entered = min(row.at, row.received_at)
        batch.people.expect([self._person.id])
        batch.history.fetch(self._tx, [self._person.id], program.reads, row.received_at, entered)
        key, version = self._key(row, program), program.version
        as_if = Run.as_if(self._person.id, row.id, entered, flow=self._flow.id, version=version, key=key, block=block)
        ctx = Ctx(batch, as_if, orjson.loads(row.typed), row.id, program)
        if trigger.admits(ctx):
            return None
        rule = trigger.filter()
        there = {"event": row.properties, "contact": fields_of(self._person)}
        missed = why_not(rule, ctx, there, batch.names) if rule is not None else []
        return missed or [Phrase(REASONS["filtered_out"])]

    def _at_the_door(self, row: Any, program: Program) -> Sequence[Phrase]:
        """What the rule for coming back said to an event that the trigger let in."""
        entry, key = program.entry, self._key(row, program)
        counted = [one for one in self._runs if one.code != "not_added"]
        before = [one for one in counted if one.entered_at <= row.received_at and (one.entry_event or 0) < row.id]
        for one in self._runs:
            still = one.ended_at is None or one.ended_at >= row.received_at
            # What a run was refreshed by came while it was inside, if only with a message that waited.
            inside = one.entered_at <= row.received_at and one.code != "held_out" and (still or one.event == row.id)
            if one.key == key and inside:
                return (self._on_last_way(one, row) or self._inside_since(one),)
        had = [one for one in before if one.key == key]
        if had and had[-1].code == "held_out":
            # A cart that changes is counted once.
            return (Phrase(REASONS["held_out"]),)
        if entry.again == "once_each" and had:
            return (say("They had been in it for the same one, on {when}", when=self._when(had[-1].entered_at)),)
        if entry.again == "never" and before:
            return (Phrase(REASONS["never_again"]), self._last(before))
        if entry.again == "after_days" and before and before[-1].entered_at > row.received_at - entry.again_days * DAY:
            return (Phrase(REASONS["not_again"], {"days": entry.again_days}), self._last(before))
        return (say("As far as is known now, nothing kept them out. Their fields may have been others then"),)

    def _inside_since(self, one: Any) -> Phrase:
        return say("They were inside already, since {when}", when=self._when(one.entered_at))

    def _on_last_way(self, one: Any, row: Any) -> Phrase | None:
        """What is said of a run that had been left when the event came, and went on with what is drawn for leaving."""
        if one.code not in BY_EXIT or row.id == one.event:
            return None
        left = select(func.max(step.c.at)).where(self._tx.mine(step), step.c.run == one.id, step.c.code.in_(BY_EXIT))
        if (self._tx.scalar(left) or row.received_at) >= row.received_at:
            return None
        if one.ended_at is None:
            return say("They have left and get what is drawn for that; until its end they do not enter again")
        return say(
            "They had left and got what is drawn for that until {when}; before its end nobody enters again",
            when=self._when(one.ended_at),
        )

    def _last(self, before: Sequence[Any]) -> Phrase:
        return say("They entered on {when}", when=self._when(before[-1].entered_at))

    def _key(self, row: Any, program: Program) -> str:
        return (key_of(orjson.loads(row.typed), program.entry.key) or "") if program.entry.key else ""

    def _when(self, at: int) -> Moment:
        return Moment(moment(at), self._zone)
