"""Lives through a draft: from one due moment to the next, with the engine and the delivery that everything else uses."""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import orjson
from sqlalchemy import bindparam, select

from blocks.checks import check, seen_from
from blocks.contract import Known, Problem, Timed
from blocks.flow import Flow
from blocks.rules import Did, Got
from runtime import delivery
from runtime.clock import DAY, SetClock
from runtime.engine.batch import Batch
from runtime.engine.context import Ctx
from runtime.engine.program import Program, make_program
from runtime.engine.publishing.known import known_to
from runtime.engine.publishing.publish import NotPublishable, compose, release
from runtime.engine.run import Run
from runtime.engine.work import Engine
from runtime.house import House
from runtime.intake.reading import read_events
from runtime.intake.writer import store
from runtime.ledger import Tx
from runtime.ledger.tables import event, message, run
from runtime.ledger.tables import workspace as workspace_table
from runtime.people import contacts
from runtime.rehearsal.deeds import DEEDS, reads
from runtime.rehearsal.known_events import events_wanted, filled_in, first_event
from runtime.rehearsal.paths import laid_over
from runtime.rehearsal.scratch import furnish, identity_of
from runtime.rehearsal.script import Happening, Opening, Question
from runtime.rehearsal.told import Rehearsal, Seen, Teller, stayed_out
from runtime.scratch import FIRST_ID, scratch_house
from runtime.zones import zone_of

LONGEST = 90 * DAY
"""How far a rehearsal looks ahead unless it is told."""
MOST_MOMENTS = 1000
"""A flow that goes round in a circle would go on for ever."""
MOST_ROUNDS = 200
"""Turns of the engine and of delivery in one moment; what needs more would never come to rest."""
SOURCE = "rehearsal"


class Stopped(Exception):
    """Whoever asked does not want to know any more."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """What is the same in every rehearsal of a document. With `problems` it cannot be rehearsed."""

    known: Known
    mails: Sequence[dict[str, object]] = ()
    problems: tuple[Problem, ...] = ()


def prepare(house: House, workspace: int, document: Flow) -> Prepared:
    """Check the document and make its e-mails: worth doing once where several rehearsals of it follow."""
    known = known_to(house, workspace)
    if bad := tuple(problem for problem in check(document, known) if problem.level == "bad"):
        return Prepared(known, problems=bad)
    try:
        return Prepared(known, compose(house, workspace, document))
    except NotPublishable as not_yet:
        return Prepared(known, problems=not_yet.problems)


def rehearse(
    house: House,
    workspace: int,
    asked: Question,
    *,
    prepared: Prepared | None = None,
    progress: Callable[[float], None] = lambda share: None,
    stopping: Callable[[], bool] = lambda: False,
) -> Rehearsal:
    """What is asked, lived through.

    Must run in one thread, which takes some 20 ms, less when it was `prepared`, and 2 ms for each moment at which something
    is due. Raises LookupError if there is no such contact, `NotRight` of intake for an event that cannot be one, and Stopped.
    """
    document, start = asked.document, asked.start
    prepared = prepared or prepare(house, workspace, document)
    until = start + LONGEST if asked.until is None else asked.until
    if prepared.problems:
        return Rehearsal(document.name, "", "UTC", start, start, problems=prepared.problems)
    clock = SetClock(start)
    with scratch_house(house, clock) as scratch:
        program = make_program(0, 0, asked.slug, document, {})
        with house.ledger.read(workspace) as real, scratch.ledger.write(workspace) as into:
            emails = {leaf.email for leaf in program.reads if isinstance(leaf, Got)}
            contact = furnish(real, into, asked, _looked_at(program), emails)
            script, opened = _script(real, program, asked)
        release(scratch, workspace, asked.slug, document, prepared.mails, SOURCE)
        stage = _Stage(scratch, workspace, clock, program, contact)
        cut = stage.live(script, until, progress, stopping)
        told = stage.told(prepared.known, start, until, cut=cut)
        return replace(told, script=tuple(script), opened=opened)


def _looked_at(program: Program) -> set[str]:
    """Names of the events that the flow looks back at."""
    timed = [trigger.watches() for _, trigger in program.triggers if isinstance(trigger, Timed)]
    return {leaf.event for leaf in program.reads if isinstance(leaf, Did)} | set(timed)


def _script(real: Tx, program: Program, asked: Question) -> tuple[list[Happening], bool]:
    """What happens, in order, and whether an event was put first that nobody had asked for.

    What the clock brings needs no script: it comes by itself.
    """
    if asked.as_given:
        return sorted((_addressed(program, one) for one in asked.happenings), key=lambda one: one.at), False
    who = asked.who if isinstance(asked.who, int) else None
    entries = {name for _, trigger in events_wanted(program) for name in trigger.listens_to()}
    comes_in = asked.opening is None and any(one.name in entries for one in asked.happenings)
    first = None if comes_in else first_event(real, program, who, asked.start, asked.opening or Opening())
    script = asked.happenings if first is None else [first, *asked.happenings]
    return filled_in(real, program, who, script), first is not None


def _addressed(program: Program, one: Happening) -> Happening:
    """The event, meant for this flow if its trigger wants to be meant."""
    for _, trigger in events_wanted(program):
        if one.name in trigger.listens_to():
            one = replace(one, properties={**trigger.addressed(program.slug), **(one.properties or {})})
            break
    return replace(one, properties=laid_over(one.properties or {}, one.changes)) if one.changes else one


class _Stage:
    """The scratch house while time passes in it."""

    def __init__(self, house: House, workspace: int, clock: SetClock, program: Program, contact: int) -> None:
        self._house, self._workspace, self._clock = house, workspace, clock
        self._program, self._contact = program, contact
        self._engine = Engine(house)
        self._postponed: dict[tuple[int, int], Seen] = {}
        self._outside: list[Seen] = []
        self._told_up_to = FIRST_ID

    def live(
        self,
        script: Sequence[Happening],
        until: int,
        progress: Callable[[float], None],
        stopping: Callable[[], bool],
    ) -> bool:
        """Let everything happen at its own time. Whether there was too much of it to go on to the end."""
        coming = deque(script)
        start = self._clock.now()
        for moments in range(1, MOST_MOMENTS + 1):
            if coming and coming[0].at <= self._clock.now():
                self._happen(coming.popleft())
            if not self._settle():
                return True
            if coming and coming[0].at <= self._clock.now():
                continue
            due = [at for at in (self._engine.next_due(), delivery.next_due(self._house)) if at is not None]
            due = [at for at in [*due, *(one.at for one in coming)] if at > self._clock.now()]
            if not due or min(due) > until:
                return False
            if stopping():
                raise Stopped
            self._clock.set(min(due))
            progress(max((min(due) - start) / max(1, until - start), moments / MOST_MOMENTS))
        return True

    def told(self, known: Known, start: int, until: int, *, cut: bool) -> Rehearsal:
        """All of it, in words."""
        with self._house.ledger.read(self._workspace) as tx:
            who = contacts.get(tx, self._contact)
            home = tx.scalar(select(workspace_table.c.zone).where(workspace_table.c.id == self._workspace))
            zone = zone_of(self._program.document.zone, who.zone if who is not None else None, home).key
            known = seen_from(known, self._program.document)
            teller = Teller(self._house, tx, self._program, known, zone)
            return Rehearsal(
                flow=self._program.document.name,
                contact=who.shown_name if who is not None else "",
                zone=zone,
                start=start,
                until=until,
                of_flow=bool(self._program.document.zone),
                of_shop=not self._program.document.zone and not (who is not None and who.zone),
                entries=tuple(teller.entries(list(self._postponed.values()), self._outside)),
                way=tuple(teller.way()),
                inside=teller.inside(),
                fields=who.fields if who is not None else {},
                tags=tuple(who.tags) if who is not None else (),
                cut=cut,
            )

    def _happen(self, happening: Happening) -> None:
        """Take in an event as if the shop had sent it just now; or let somebody read the message that went out last."""
        with self._house.ledger.write(self._workspace) as tx:
            if happening.name in DEEDS and reads(
                tx, self._contact, happening.name, happening.properties or {}, self._clock.now()
            ):
                return
            document = {
                "name": happening.name,
                "contact": {**happening.contact, **identity_of(tx, self._contact)},
                "properties": happening.properties,
            }
            now = self._clock.now()
            store(tx, read_events(orjson.dumps(document), self._workspace, SOURCE, now))

    def _settle(self) -> bool:
        """Work until nothing is due, and notice what will not be seen later. Whether it came to rest."""
        rests = any(not self._engine.work() | delivery.deliver(self._house) for _ in range(MOST_ROUNDS))
        now = self._clock.now()
        with self._house.ledger.read(self._workspace) as tx:
            for row in tx.all(_WAITING):
                if row.due_at > now and row.code is not None:
                    self._postponed.setdefault((row.id, row.due_at), Seen(now, row.id, row.code, row.args))
            for row in tx.all(_HAPPENED, {"after": self._told_up_to}):
                self._told_up_to = row.id
                if (seen := self._stayed_out(tx, row, now)) is not None:
                    self._outside.append(seen)
        return rests

    def _stayed_out(self, tx: Tx, happened: Any, now: int) -> Seen | None:
        """Why an event that a trigger waits for started nothing; None if it did, or if none waits for it."""
        triggers = [trigger for _, trigger in self._program.triggers if happened.name in trigger.listens_to()]
        if not triggers or tx.first(_BEGUN, {"id": happened.id}) is not None:
            return None
        batch = Batch(tx, now)
        batch.people.expect([self._contact])
        batch.history.fetch(tx, [self._contact], self._program.reads, now, now)
        nobody = Run.as_if(self._contact, happened.id, now)
        ctx = Ctx(batch, nobody, happened.typed, happened.id, self._program)
        admitted = any(trigger.admits(ctx) for trigger in triggers)
        return stayed_out(self._program, admitted=admitted, at=now, event_id=happened.id)


_WAITING = select(message.c.id, message.c.due_at, message.c.code, message.c.args).where(message.c.state == "queued")


_HAPPENED = select(event.c.id, event.c.name, event.c.typed).where(event.c.id > bindparam("after")).order_by(event.c.id)
_BEGUN = select(run.c.id).where((run.c.entry_event == bindparam("id")) | (run.c.event == bindparam("id"))).limit(1)
