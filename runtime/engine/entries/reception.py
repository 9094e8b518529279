"""What new events do to runs: which end, which go on, which start or start anew."""

from collections.abc import Iterator, Mapping, Sequence

import orjson
from sqlalchemy import bindparam, func, or_, select

from blocks.contract import Farewell, Reason
from blocks.flow import Exit
from blocks.values import key_of
from runtime.clock import DAY
from runtime.engine import coupons, echo
from runtime.engine.advance import Standpoint, advance, leave_if_met
from runtime.engine.batch import Batch
from runtime.engine.context import Ctx, lot
from runtime.engine.entries import ties
from runtime.engine.entries.arrivals import Arrival, take_in
from runtime.engine.leaving.departures import by_event, depart
from runtime.engine.leaving.inside import Inside, runs_of, runs_with
from runtime.engine.program import Program
from runtime.engine.programs import Programs
from runtime.engine.roster import Roster
from runtime.engine.run import Run
from runtime.engine.wakes import FIELDS, NOTHING, look_up
from runtime.ledger.bulk import insert_tuples
from runtime.ledger.lists import among, listed
from runtime.ledger.prepared import Prepared
from runtime.ledger.tables import overheard, run

TOO_OLD = DAY
"""Events whose own time is further back are recorded and start nothing."""
COUNTS = or_(run.c.code.is_(None), run.c.code.not_in(("not_added", "date_follows", "date_refused")))
"""Runs that the rule for coming back counts: not those that somebody took back, or that enter once more for a new date, if the
flow lets them."""
_LAST = Prepared(
    select(run.c.contact, run.c.flow, func.max(run.c.entered_at).label("at"))
    .where(
        run.c.workspace == bindparam("workspace"),
        among(run.c.contact, "contacts"),
        among(run.c.flow, "flows"),
        COUNTS,
    )
    .group_by(run.c.contact, run.c.flow)
)
_HAD = Prepared(
    select(run.c.contact, run.c.flow, run.c.key).where(
        run.c.workspace == bindparam("workspace"),
        among(run.c.contact, "contacts"),
        among(run.c.flow, "flows"),
        among(run.c.key, "keys"),
        COUNTS,
    )
)


def take_events(batch: Batch, programs: Programs, limit: int) -> int:
    """Process up to `limit` new events of the batch's workspace, in order of receipt. Returns how many there were."""
    arrivals = take_in(batch, limit)
    if not arrivals:
        return 0
    coupons.redeem(batch, arrivals)
    roster = programs.roster(batch.tx)
    ties.note(batch, roster, arrivals)
    concerned = {one.id: one for one in arrivals if roster.concerns(one.name)}
    reception = _Reception(batch, programs, roster)
    if concerned:
        reception.look_up(list(concerned.values()))
    for arrival in arrivals:
        if arrival.id in concerned:
            reception.leave_if_changed(arrival)
        batch.people.come(arrival.id, arrival.contact)
        if arrival.id in concerned:
            reception.take(arrival)
    return len(arrivals)


class _Reception:
    """Ends, restarts and starts runs for the events of a batch, one event after the other."""

    def __init__(self, batch: Batch, programs: Programs, roster: Roster) -> None:
        self._batch = batch
        self._programs = programs
        self._roster = roster
        self._inside = Inside()
        self._last: dict[tuple[int, int], int] = {}
        self._seen = 0, 0
        self._changed: set[int] = set()
        """Contacts whom earlier events of the batch have changed, and who were not looked at since."""
        self._had: set[tuple[int, int, str]] = set()
        """(contact, flow, key) of earlier runs, where a key may have one run only."""
        self._beside: list[Run] = []
        """Runs of others for which the event counts that is being looked at."""
        self._fields: dict[int, str] = {}
        """Typed fields of the events that runs stand on which one of these events may take further."""

    def take(self, arrival: Arrival) -> None:
        """Let the event do what it does to runs."""
        self.overhear(arrival)
        self.leave(arrival)
        self.leave_if_met(arrival)
        self.go_on(arrival)
        if arrival.depth <= echo.MOST_DEEP:
            self.start(arrival)

    def look_up(self, arrivals: Sequence[Arrival]) -> None:
        """Fetch what deciding about these events takes, in a constant number of statements."""
        batch, tx = self._batch, self._batch.tx
        contacts = sorted({one.contact for one in arrivals})
        batch.people.expect(contacts)
        names = {one.name for one in arrivals}
        starting = {program.flow: program for name in names for program, _, _ in self._roster.starts.get(name, ())}
        leaving = {flow_id for name in names for flow_id in self._roster.exits.get(name, ())}
        hearing = {flow_id for name in names for flow_id in self._roster.hears.get(name, ())}
        watching = set(self._roster.watching)
        minding = {id_ for id_, program in starting.items() if program.entry.key or program.entry.newest_wins}
        keys = sorted({key for one in arrivals for key in self._exit_keys(one)})
        same = {(flow_id, key) for one in arrivals for flow_id, key in self._same(one)}
        about = sorted({key for _, key in same}), sorted({flow_id for flow_id, _ in same})
        for one in (
            *runs_of(tx, contacts, sorted(starting.keys() | leaving | hearing | watching)),
            *runs_of(tx, contacts, sorted(leaving | watching | minding), waiting=True),
            *runs_with(tx, keys, sorted(leaving)),
            *runs_with(tx, keys, sorted(leaving), waiting=True),
            *runs_with(tx, *about),
            *runs_with(tx, *about, waiting=True),
        ):
            self._inside.add(one)
        batch.people.expect(one.contact for one in self._inside.all())
        values = {"workspace": tx.workspace, "contacts": listed(tx, contacts)}
        choosy = sorted(id_ for id_, program in starting.items() if program.entry.again in ("never", "after_days"))
        if choosy:
            for row in tx.all(_LAST, {**values, "flows": listed(tx, choosy)}):
                self._last[row.contact, row.flow] = row.at
        once = {id_: program.entry.key for id_, program in starting.items() if _minds_keys(program)}
        if once:
            keys = sorted({key_of(one.fields, path) or "" for one in arrivals for path in set(once.values())})
            for row in tx.all(_HAD, {**values, "flows": listed(tx, sorted(once)), "keys": listed(tx, keys)}):
                self._had.add((row.contact, row.flow, row.key))
        standing = {one.event for one in self._inside.all() if names & self._heard_by(one) or self._asks_of_event(one)}
        self._fields = {one.id: one.typed for one in arrivals}
        if standing := standing - self._fields.keys():
            values_of_events = {"workspace": tx.workspace, "ids": listed(tx, standing)}
            self._fields |= {row.id: row.typed for row in tx.all(FIELDS, values_of_events)}
        self._fetch_history(arrivals, starting)
        # A run and a message for each start is the common case.
        batch.ids_at_once = max(10, 2 * sum(len(self._roster.starts.get(one.name, ())) for one in arrivals))

    def _fetch_history(self, arrivals: Sequence[Arrival], starting: Mapping[int, Program]) -> None:
        batch = self._batch
        programs = list(starting.values())
        programs += [self._programs.get(batch.tx, one.version) for one in self._inside.all()]
        rules = list(dict.fromkeys(rule for program in programs for rule in program.reads))
        if rules:
            begun = [min(one.at, batch.now) for one in arrivals] + [one.entered_at for one in self._inside.all()]
            whom = {one.contact for one in arrivals} | {one.contact for one in self._inside.all()}
            batch.history.fetch(batch.tx, whom, rules, batch.now, min(begun))
        look_up(batch, programs, list(self._inside.all()), arrivals)

    def _exit_keys(self, arrival: Arrival) -> Iterator[str]:
        for paths in self._roster.exits.get(arrival.name, {}).values():
            for path in paths:
                if (key := key_of(arrival.fields, path)) is not None:
                    yield key

    def _same(self, arrival: Arrival) -> Iterator[tuple[int, str]]:
        """In which flows it counts for which cart, order or product, whoever did it."""
        for flow_id, path in self._roster.overheard.get(arrival.name, ()):
            if key := key_of(arrival.fields, path):
                yield flow_id, key

    def overhear(self, arrival: Arrival) -> None:
        """Let the event count for runs of others that are about the same: the cart that was ordered under another address."""
        self._beside = []
        if arrival.name not in self._roster.overheard:
            return
        about = [one for flow_id, key in self._same(arrival) for one in self._inside.with_key(flow_id, key)]
        self._beside = [one for one in about if one.contact != arrival.contact]
        rows = []
        for contact in sorted({one.contact for one in self._beside}):
            rows.append((self._batch.tx.workspace, contact, arrival.id))
            self._batch.history.overhear(contact, arrival.name, (arrival.id, arrival.at, arrival.typed))
        insert_tuples(self._batch.tx, overheard, ("workspace", "contact", "event"), rows)

    # ---- exits

    def leave(self, arrival: Arrival) -> None:
        """End the runs that this event ends."""
        for flow_id in self._roster.exits.get(arrival.name, ()):
            went: set[int] = set()  # contacts who go a last way for it already: one thank-you for one order
            for one, leave in self._leaving(flow_id, arrival):
                program = self._programs.get(self._batch.tx, one.version)
                last_way = one.contact not in went and self._inside.may_go_on(one)
                if depart(self._batch, program, one, leave, by_event(leave), last_way=last_way):
                    went.add(one.contact)
                    # The last way stands on what ended the run: the thank-you is for the order, not for the cart.
                    one.event = arrival.id
                    advance(self._batch, program, one, Standpoint(arrival.fields, arrival.id))

    def leave_if_met(self, arrival: Arrival) -> None:
        """End the runs for which a rule holds now that this has happened: the contact's, and those for which it counts too."""
        if self._roster.watching:
            for contact in dict.fromkeys((arrival.contact, *(one.contact for one in self._beside))):
                self._hold(contact, arrival.id)

    def leave_if_changed(self, arrival: Arrival) -> None:
        """The same for what earlier events of this batch have changed about the contact: it was so before this one."""
        batch, (changes, listings) = self._batch, self._seen
        self._changed.update(one.contact for one in batch.people.changes[changes:])
        self._changed.update(one.contact for one in batch.listings[listings:])
        self._seen = len(batch.people.changes), len(batch.listings)
        if arrival.contact in self._changed:
            self._changed.discard(arrival.contact)
            self._hold(arrival.contact, arrival.id - 1)

    def _hold(self, contact: int, up_to: int) -> None:
        for flow_id in self._roster.watching:
            went = False
            for one in self._inside.of_contact(flow_id, contact):
                program = self._programs.get(self._batch.tx, one.version)
                if program.conditions and not one.leaving:
                    at = Standpoint(orjson.loads(self._fields.get(one.event) or NOTHING), up_to)
                    last_way = not went and self._inside.may_go_on(one)
                    went = leave_if_met(self._batch, program, one, at, last_way=last_way) or went

    def _asks_of_event(self, one: Run) -> bool:
        """Whether a rule by which a run may be left, or the last way to which that leads, looks at the event it stands on."""
        return self._programs.get(self._batch.tx, one.version).conditions_of_event

    def _leaving(self, flow_id: int, arrival: Arrival) -> list[tuple[Run, Exit]]:
        """Those with the event's own key; without a match, all of the contact's runs that began before it. Open ones first.
        What is told again of a run on its last way is about that one, and takes nobody else out."""
        mine = self._inside.of_contact(flow_id, arrival.contact)
        keyed: dict[int, tuple[Run, Exit]] = {}
        for one in {other.id: other for other in mine + self._keyed(flow_id, arrival)}.values():
            for leave in self._exits_by(arrival, one):
                key = key_of(arrival.fields, leave.key) if leave.key else None
                if key is not None and one.key == key:
                    keyed.setdefault(one.id, (one, leave))
        found = keyed or {
            one.id: (one, leave)
            for one in mine
            if one.entered_at <= arrival.at
            for leave in reversed(self._exits_by(arrival, one))  # the first one stays
        }
        going = [(one, leave) for one, leave in found.values() if not one.leaving]
        return sorted(going, key=lambda each: each[0].state != "open")

    def _exits_by(self, arrival: Arrival, one: Run) -> list[Exit]:
        """The exits by which this event lets a run leave, whatever its key."""
        exits = self._programs.get(self._batch.tx, one.version).exits
        return [leave for leave in exits if leave.event == arrival.name and self._admits(leave, one, arrival)]

    def _keyed(self, flow_id: int, arrival: Arrival) -> list[Run]:
        paths = self._roster.exits[arrival.name][flow_id]
        keys = [key for path in paths if (key := key_of(arrival.fields, path)) is not None]
        return [one for key in keys for one in self._inside.with_key(flow_id, key)]

    def _admits(self, leave: Exit, one: Run, arrival: Arrival) -> bool:
        if leave.where is None:
            return True
        return leave.where.meets(self._ctx(one, arrival, self._programs.get(self._batch.tx, one.version)))

    def _ctx(self, one: Run, arrival: Arrival, program: Program) -> Ctx:
        return Ctx(self._batch, one, arrival.fields, arrival.id, program)

    # ---- going on

    def go_on(self, arrival: Arrival) -> None:
        """Take further those runs that are held until this event: the contact's, and those for which it counts too."""
        for flow_id in self._roster.hears.get(arrival.name, ()):
            others = [one for one in self._beside if one.flow == flow_id]
            for one in (*self._inside.of_contact(flow_id, arrival.contact), *others):
                if one.wake_at is not None and arrival.name in self._heard_by(one):
                    typed = orjson.loads(self._fields.get(one.event) or NOTHING)
                    program = self._programs.get(self._batch.tx, one.version)
                    advance(self._batch, program, one, Standpoint(typed, arrival.id))

    def _heard_by(self, one: Run) -> frozenset[str]:
        """The events for which the block at which a run stands holds it."""
        block = self._programs.get(self._batch.tx, one.version).blocks.get(one.block)
        return frozenset(block.listens_to()) if block is not None and one.wake_at is not None else frozenset()

    # ---- starts

    def start(self, arrival: Arrival) -> None:
        """Start, restart or refresh the runs that this event asks for: of each flow one, by the first trigger that it fits."""
        now = self._batch.now
        if arrival.at < now - TOO_OLD and not arrival.late:
            return
        asked: set[int] = set()
        for program, block_id, trigger in self._roster.starts.get(arrival.name, ()):
            if program.flow in asked:
                continue
            entry = program.entry
            key = (key_of(arrival.fields, entry.key) or "") if entry.key else ""
            fresh = Run(
                id=self._batch.new_id(),
                flow=program.flow,
                version=program.version,
                contact=arrival.contact,
                key=key,
                block=block_id,
                entry_event=arrival.id,
                event=arrival.id,
                hops=0,
                messages=0,
                entered_at=min(arrival.at, now),
                arrived_at=min(arrival.at, now) if arrival.late else now,
                fresh=True,
            )
            if not trigger.admits(self._ctx(fresh, arrival, program)):
                continue
            asked.add(program.flow)
            same = self._inside.same(program.flow, arrival.contact, key)
            if same is not None and arrival.late:
                # What became of their run is decided already, where the date was seen to change (`following`).
                continue
            if same is not None:
                self._come_again(same, fresh, arrival)
            elif self._may_enter(program, fresh):
                self._enter(program, fresh, arrival)

    def _come_again(self, one: Run, fresh: Run, arrival: Arrival) -> None:
        """A further event with the key of an open run: never a second run."""
        batch = self._batch
        batch.touch(one)
        if one.leaving:
            return
        if one.messages:
            batch.note(one, one.block, "", Reason("refreshed"))
            batch.refresh(one, arrival.id)
            return
        batch.forget(one)
        batch.note(one, one.block, "", Reason("restarted"))
        batch.counts[one.flow, one.block, "restarted"] += 1
        # It may stand on an older version; it starts again on that one, at the trigger it came in by.
        program = self._programs.get(batch.tx, one.version)
        doors = [id_ for id_, block in program.triggers if not isinstance(block, Farewell)]
        trigger = fresh.block if fresh.block in program.blocks else doors[0]
        one.block, one.event, one.entry_event = trigger, arrival.id, arrival.id
        one.entered_at, one.arrived_at, one.wake_at = fresh.entered_at, batch.now, None
        advance(batch, program, one, Standpoint(arrival.fields, arrival.id))

    def _may_enter(self, program: Program, fresh: Run) -> bool:
        entry = program.entry
        if program.flow in self._roster.finishing:
            return False
        if entry.again == "once_each":
            return (fresh.contact, fresh.flow, fresh.key) not in self._had
        last = self._last.get((fresh.contact, fresh.flow))
        if entry.again == "always" or last is None:
            return True
        return entry.again == "after_days" and last <= self._batch.now - entry.again_days * DAY

    def _enter(self, program: Program, fresh: Run, arrival: Arrival) -> None:
        batch = self._batch
        again = (fresh.contact, fresh.flow, fresh.key) in self._had
        self._last[fresh.contact, fresh.flow] = fresh.entered_at
        self._had.add((fresh.contact, fresh.flow, fresh.key))
        held = program.document.hold_out
        if held and lot(program.flow, "hold-out", fresh.contact) * 100 < held:
            # A cart that changes is one cart: others who have it are inside meanwhile.
            if not (program.entry.key and again):
                self._hold_out(fresh)
            return
        if program.entry.newest_wins:
            for older in self._inside.of_contact(program.flow, fresh.contact):
                if older.leaving:
                    continue
                reason = Reason("replaced_by_newer")
                batch.touch(older)
                batch.cancel(older)
                batch.note(older, older.block, "", reason)
                batch.counts[older.flow, older.block, "replaced"] += 1
                older.end("replaced", batch.now, reason)
        batch.started.append(fresh)
        batch.counts[fresh.flow, fresh.block, "entered"] += 1
        self._inside.add(fresh)
        advance(batch, program, fresh, Standpoint(arrival.fields, arrival.id), behind=arrival.late)

    def _hold_out(self, fresh: Run) -> None:
        """Let a run end before it begins: it is there to be measured against."""
        batch, reason = self._batch, Reason("held_out")
        batch.started.append(fresh)
        batch.counts[fresh.flow, fresh.block, "entered"] += 1
        batch.counts[fresh.flow, fresh.block, "held_out"] += 1
        batch.note(fresh, fresh.block, "", reason)
        fresh.end("ended", batch.now, reason)


def _minds_keys(program: Program) -> bool:
    """Whether it is asked which keys a contact had a run with before."""
    return program.entry.again == "once_each" or bool(program.entry.key and program.document.hold_out)
