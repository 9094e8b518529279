"""What must be true of the ledger at any time, whatever happened, and of the paper on which letters went out."""

from collections import Counter, defaultdict
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from blocks.flow import Flow
from blocks.phrase import Quoted, dump_arg
from blocks.rule_words import say_rule
from blocks.rules import Compare, InSegment
from blocks.triggers.schedule_trigger import ScheduleTrigger
from blocks.values import micros, moment
from runtime.engine.holding.kept_time import KEPT, WENT_OVER
from runtime.ledger import Tx
from runtime.ledger.tables import (
    appointment,
    contact,
    event,
    flow,
    member,
    message,
    move,
    occasion,
    resumption,
    review,
    run,
    schedule,
    segment,
    step,
    tally,
    version,
)
from runtime.ledger.tallies import by_outlet
from runtime.reasons import BY_EXIT
from runtime.segments.counting import meeting
from runtime.segments.document import SegmentDocument
from tests.invariants.flows import OFFERS, TRIGGERS
from tests.invariants.town import Town

_ENDS = {
    "exit_event": "left",
    "exit_rule": "left",
    "flow_archived": "left",
    "replaced_by_newer": "replaced",
    "restarted": "restarted",
    "block_failed": "failed",
    "taken_out": "left",
    "moved_by": "moved",
    "moved_out": "left",
    **dict.fromkeys(("date_gone", "date_follows", "date_refused"), "left"),
    **dict.fromkeys(WENT_OVER, "moved"),
}
"""Steps that are no decision of a block, by reason code, and what is counted for them."""
_WHILE_IT_WAITS = frozenset({*BY_EXIT, "replaced_by_newer", "refreshed"})
"""Steps of a run that had come to its end, but for a message that still waited."""
_ANYWHERE = "*"
_COUNTED = ("sent", "skipped", "uncertain", "failed")
_CLOSED = {"ended", "left", "departed", "replaced", "failed"}


def check(town: Town) -> None:
    """All of them, but that nothing due is left: `nothing_left` asks that of workers that are idle."""
    with town.look() as tx:
        _events_once(town, tx)
        _one_run_a_key(tx)
        _walks(tx)
        _tallies(tx)
        _letters(town, tx)
        _taken_in(town, tx)
        _nights(town, tx)


def _events_once(town: Town, tx: Tx) -> None:
    """I2: every event id is stored once, and what was acknowledged is there."""
    stored = Counter(row.properties["n"] for row in tx.all(select(event.c.properties).where(event.c.source == "api")))
    assert not (twice := [id_ for id_, times in stored.items() if times > 1]), f"I2: stored twice: {twice}"
    assert not (lost := town.acknowledged - stored.keys()), f"I2: acknowledged and lost: {sorted(lost)}"


def _one_run_a_key(tx: Tx) -> None:
    """I3: a contact is in one open run at most for each flow and key."""
    open_ = select(run.c.flow, run.c.contact, run.c.key).where(run.c.state == "open")
    runs = Counter(tuple(row) for row in tx.all(open_))
    assert not (twice := [each for each, times in runs.items() if times > 1]), f"I3: open twice: {twice}"


def _walks(tx: Tx) -> None:
    """I1 and I6 of each run: its steps follow the links of its version, or before it went over to that of an older one; it
    stands where the last one led or is closed, and each of its send steps queued one message."""
    flows, older = _versions(tx), _versions_of_flows(tx)
    steps: dict[int, list[Any]] = defaultdict(list)
    for row in tx.all(step.select().order_by(step.c.run, step.c.hop)):
        steps[row.run].append(row)
    queued = Counter(
        (row.run, row.hop, row.block) for row in tx.all(select(message.c.run, message.c.hop, message.c.block))
    )
    assert all(times == 1 for times in queued.values()), f"I1: a step with two messages: {queued}"
    going = select(message.c.run, message.c.block).where(
        message.c.state.in_(("queued", "sending", "sent", "uncertain"))
    )
    mailed = Counter(tuple(row) for row in tx.all(going))
    assert not (twice := [each for each, times in mailed.items() if times > 1]), (
        f"I1: (run, block) mailed twice: {twice}"
    )
    sends: set[tuple[int, int, str]] = set()
    runs = tx.all(run.select())
    # Whoever goes a last way takes a step after the one by which they leave.
    last_ways = {
        (one.flow, one.contact)
        for one in runs
        if any(each.code in BY_EXIT and each.hop < one.hops - 1 for each in steps[one.id])
    }
    for one in runs:
        walked, kinds = steps.pop(one.id, []), _kinds(older[one.flow])
        over = max((each.hop for each in walked if each.code in WENT_OVER), default=-1)
        assert [each.hop for each in walked] == list(range(one.hops)), f"I6: steps of run {one.id} are missing"
        # "" at a door, _ANYWHERE where a person put them, None where the way has ended: one or several, as it may have led.
        at: set[str | None] = {""}
        for each in walked:
            where = f"run {one.id}, step {each.hop}"
            if at == {None}:
                assert each.code in _WHILE_IT_WAITS, f"I6: {where} comes after the end"
                assert any(id_ == one.id for id_, *_ in sends), f"I6: {where} comes after the end, and nothing waited"
            elif "" in at:
                assert kinds[each.block] in TRIGGERS or _ENDS.get(each.code), f"I6: {where} begins at {each.block}"
            elif _ANYWHERE not in at:
                assert each.block in at, f"I6: {where} is at {each.block}, the one before led to {at}"
            if kinds[each.block] == "send_email" and each.outlet:
                sends.add((one.id, each.hop, each.block))
            documents = older[one.flow] if each.hop <= over else [flows[one.version]]
            at = {_next(document, each, kinds, was) for document in documents for was in at}
        if one.state == "left" and (one.flow, one.contact) in last_ways:
            at = {None}  # another run of theirs went the last way for both
        assert one.messages == sum(run_ == one.id for run_, *_ in sends), f"I1: run {one.id} counts {one.messages}"
        if one.state == "open":
            assert at & {one.block, _ANYWHERE}, f"I6: run {one.id} stands at {one.block}, its steps led to {at}"
            assert one.wake_at is not None, f"I6: run {one.id} waits at {one.block} for nothing"
        else:
            assert one.state in _CLOSED
            assert None in at, f"I6: run {one.id} is {one.state}, its steps led to {at}"
            assert one.wake_at is None
            assert one.ended_at is not None
    assert not steps, f"I6: steps of no run: {sorted(steps)}"
    assert sends == set(queued), f"I1: send steps {sends}, messages {set(queued)}"


def _next(document: Flow, each: Any, kinds: dict[str, str], at: str | None) -> str | None:
    """Where a step leads."""
    if each.outlet:
        return document.ways.get((each.block, each.outlet))
    match _ENDS.get(each.code):
        case "left" if each.code in BY_EXIT:
            return None if each.hop == 0 else _farewell(document, each)
        case "left" | "replaced" | "failed":
            return None
        case "restarted":
            return ""
        case "moved":
            return each.block if each.code == KEPT else _ANYWHERE
    if each.code == "put_back":
        return _ANYWHERE
    return None if at is None or kinds[each.block] == "stop" else each.block


def _farewell(document: Flow, each: Any) -> str | None:
    """The block at which those go on who leave as this step says: that of their exit, else that of any exit."""
    doors = {doc.settings.get("event", ""): doc.id for doc in document.blocks if doc.kind == "on_leaving"}
    if each.code == "exit_event":
        called = [one.called for one in document.exits if dump_arg(Quoted(one.event)) == each.args["event"]]
    else:
        said = [(one, dump_arg(say_rule(one.rule))) for one in document.exits if one.rule is not None]
        called = [one.called for one, rule in said if rule == each.args["rule"]]
    return doors.get(called[0]) or doors.get("")


def _tallies(tx: Tx) -> None:
    """I6 by tallies: what is counted is what happened, and who entered has left, waits, failed or is through."""
    older = _versions_of_flows(tx)
    runs = {row.id: row for row in tx.all(run.select())}
    happened: Counter[tuple[int, str, str]] = Counter()
    for row in tx.all(step.select()):
        one = runs[row.run]
        kinds = _kinds(older[one.flow])
        if row.hop == 0:
            happened[one.flow, row.block, "entered"] += 1
        if row.outlet:
            happened[one.flow, row.block, by_outlet(row.outlet)] += 1
        elif what := _ENDS.get(row.code):
            happened[one.flow, row.block, what] += 1
        elif kinds[row.block] == "stop":
            happened[one.flow, row.block, "stopped"] += 1
    for row in tx.all(select(message.c.flow, message.c.block, message.c.state)):
        happened[row.flow, row.block, "queued"] += 1
        if row.state in _COUNTED:
            happened[row.flow, row.block, row.state] += 1
    total = func.sum(tally.c.count).label("total")
    rows = tx.all(select(tally.c.flow, tally.c.block, tally.c.what, total).group_by(*tally.primary_key.columns))
    counted: Counter[tuple[int, str, str]] = Counter()
    for row in rows:
        if row.what != "cancelled":
            counted[row.flow, row.block, row.what] += int(row.total)
    wrong = {key: (counted[key], happened[key]) for key in counted | happened if counted[key] != happened[key]}
    assert not wrong, f"I6: counted and happened: {wrong}"
    for id_ in {one.flow for one in runs.values()}:
        entered = sum(count for (flow_, _, what), count in counted.items() if flow_ == id_ and what == "entered")
        states = Counter(one.state for one in runs.values() if one.flow == id_)
        assert entered == sum(states.values()), f"I6: flow {id_}: {entered} entered, {dict(states)}"


def _letters(town: Town, tx: Tx) -> None:
    """I4: nothing went out without consent, after leaving, or of a flow that does not send; and marketing went out once."""
    carried = town.carried()
    for one in carried:
        assert one["yes"] or not one["marketing"], f"I4: without consent: {one}"
        assert one["run_state"] not in ("left", "replaced"), f"I4: after leaving: {one}"
        assert not one["has_left"], f"I4: after leaving by an exit: {one}"
        assert one["flow_state"] in ("live", "finishing"), f"I4: of a flow that does not send: {one}"
        assert one["at"] > town.spread.get(one["id"], 0), f"I5: sooner than it was spread: {one}"
    copies = Counter(one["id"] for one in carried)
    for row in tx.all(select(message.c.id, message.c.marketing, message.c.state, message.c.tries)):
        out = copies.pop(row.id, 0)
        if row.id in town.forgone:
            assert row.state in ("skipped", "cancelled"), f"I4: {row.id} was not to go out any more, and is {row.state}"
        if row.state == "sent":
            assert out, f"I8: message {row.id} is sent and never went out"
        if row.marketing:
            assert out <= 1 + town.resent[row.id], f"I8: message {row.id} went out {out} times"
            if not town.resent[row.id]:
                assert not out or row.state in ("sending", "sent", "uncertain"), f"I8: {row.id} went out: {row.state}"
    assert not copies, f"I8: letters of no message: {copies}"


def _taken_in(town: Town, tx: Tx) -> None:
    """An event lets somebody into a flow once, and into one that finishes or is archived nobody comes."""
    entries = Counter(tuple(row) for row in tx.all(select(run.c.flow, run.c.contact, run.c.entry_event)))
    assert not (twice := [each for each, times in entries.items() if times > 1]), f"I3: let in twice: {twice}"
    for row in tx.all(select(flow.c.id, flow.c.slug).where(flow.c.state.in_(("finishing", "archived")))):
        if row.slug in town.closed:
            late = select(run.c.id).where(run.c.flow == row.id, run.c.id > town.closed[row.slug])
            assert not (ids := [each.id for each in tx.all(late)]), f"I3: {row.slug} took in {ids}"


def _nights(town: Town, tx: Tx) -> None:
    """I5 of schedules: a contact is told of each night once, at the hour or in the 24 after it."""
    told: Counter[tuple[int, str, int]] = Counter()
    hours = {
        ScheduleTrigger.model_validate({"repeat": "daily", "at": at, **whom}).occasion(): at for at, whom in OFFERS
    }
    since = town.begun.get("offer", 0)
    rows = select(event.c.contact, event.c.at, event.c.properties).where(event.c.name == "Schedule reached")
    for row in tx.all(rows.where(event.c.id > since)):
        night = last_night(town.zone, hours[row.properties["occasion"]], row.at)
        told[row.contact, row.properties["occasion"], night] += 1
    assert not (twice := [each for each, times in told.items() if times > 1]), f"I5: told twice of a night: {twice}"


def last_night(zone: ZoneInfo, hour: str, at: int) -> int:
    """When clocks there last came to this hour of a day, or to the first one after it that there was that day."""
    day = moment(at).astimezone(zone).date()
    return max(first for back in (0, 1) if (first := _first(zone, hour, day - timedelta(days=back))) <= at)


@cache
def _first(zone: ZoneInfo, hour: str, day: date) -> int:
    """Reckoned by looking at the clock every minute, as the code under test does not."""
    at = datetime.combine(day, time(), UTC) - timedelta(hours=15)
    while (there := at.astimezone(zone)).date() != day or f"{there:%H:%M}" < hour:
        at += timedelta(minutes=1)
    return micros(at)


def _segments(town: Town, tx: Tx) -> None:
    """Who is in a segment is who meets its rule, as SQL says over all; unless time was further already."""
    if town.clock.now() < town.clock.latest:
        return
    for row in tx.all(select(segment.c.id, segment.c.slug, segment.c.document)):
        rule = SegmentDocument.model_validate(row.document).rule
        if rule is not None:
            meets = tx.all(select(contact.c.id).where(meeting(tx, rule, town.clock.now())))
            inside = tx.all(select(member.c.contact).where(member.c.segment == row.id))
            assert {each[0] for each in inside} == {each[0] for each in meets}, (
                f"{row.slug}: {inside} inside, not {meets}"
            )


def _who_ought_to_have_left(tx: Tx) -> None:
    """Nobody is inside by whose tags, or by whose being on the list, they leave; but those who went over at the time they
    had: the rules of the new version are held against them when that has come."""
    flows = _versions(tx)
    held: dict[str, set[int]] = {}
    kept = select(step.c.run).where(step.c.code == KEPT)
    inside = select(run.c.id, run.c.version, run.c.contact).where(run.c.state == "open", run.c.code.is_(None))
    for one in tx.all(inside.where(run.c.id.not_in(kept))):
        for leave in flows[one.version].exits:
            if isinstance(leave.rule, Compare) or (isinstance(leave.rule, InSegment) and leave.rule.segment == "club"):
                name = leave.rule.model_dump_json()
                if name not in held:
                    held[name] = {row.id for row in tx.all(select(contact.c.id).where(meeting(tx, leave.rule, 0)))}
                assert one.contact not in held[name], f"run {one.id} goes on though {name} holds"


def nothing_left(town: Town) -> None:
    """Nothing of what idle workers should have done is left, and segments hold whom they should."""
    _nothing_due(town)
    with town.look() as tx:
        _segments(town, tx)
        _who_ought_to_have_left(tx)


def _nothing_due(town: Town) -> None:
    """I5: nothing that is due is left, and nobody is told to look again at once."""
    now = town.clock.now()
    with town.look() as tx:
        paused = select(flow.c.id).where(flow.c.state == "paused")
        left = {
            "new events": select(event.c.id).where(event.c.state == "new"),
            "runs that are due": select(run.c.id).where(run.c.state == "open", run.c.wake_at <= now),
            "occasions that are due": select(appointment.c.contact).where(appointment.c.due_at <= now),
            "schedules that are due": select(schedule.c.id).where(schedule.c.due_at <= now),
            "contacts to be looked at again": select(review.c.contact).where(review.c.due_at <= now),
            "segments not counted yet": select(segment.c.id).where(segment.c.planned.is_not(None)),
            "overdue messages of which something was decided": select(resumption.c.id),
            "finishing flows with nobody inside": select(flow.c.id).where(
                flow.c.state == "finishing",
                ~select(run.c.id).where(run.c.flow == flow.c.id, run.c.state == "open").exists(),
                ~select(message.c.id)
                .where(message.c.flow == flow.c.id, message.c.state.in_(("queued", "sending")))
                .exists(),
            ),
            "people who were to go over": select(move.c.id),
            "occasions not looked at": select(occasion.c.id).where(occasion.c.planned.is_not(None)),
            "messages that are due": select(message.c.id).where(
                message.c.state == "queued", message.c.due_at <= now, message.c.flow.not_in(paused)
            ),
            "messages in the hands of nobody": select(message.c.id).where(
                (message.c.state == "sending") | message.c.lease_by.is_not(None)
            ),
            "open runs of archived flows": select(run.c.id)
            .join(flow, flow.c.id == run.c.flow)
            .where(run.c.state == "open", flow.c.state == "archived"),
        }
        for what, query in left.items():
            ids = [row[0] for row in tx.all(query)]
            assert not ids, f"I5: {what}: {ids}"
    due = town.next_due()
    assert due is None or due > now, "I5: idle workers are told that something is due"


def _versions_of_flows(tx: Tx) -> dict[int, list[Flow]]:
    """Every document that a flow had, once."""
    found: defaultdict[int, list[Flow]] = defaultdict(list)
    for row in tx.all(select(version.c.flow, version.c.document)):
        if (document := _read(row.document)) not in found[row.flow]:
            found[row.flow].append(document)
    return found


def _kinds(documents: list[Flow]) -> dict[str, str]:
    return {doc.id: doc.kind for document in documents for doc in document.blocks}


def _versions(tx: Tx) -> dict[int, Flow]:
    return {row.id: _read(row.document) for row in tx.all(select(version.c.id, version.c.document))}


_kept: dict[str, Flow] = {}


def _read(document: dict[str, Any]) -> Flow:
    text = repr(document)
    if text not in _kept:
        _kept[text] = Flow.model_validate(document)
    return _kept[text]
