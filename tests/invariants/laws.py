"""What must be true of the ledger at any time, whatever happened, and of the paper on which letters went out."""

from collections import Counter, defaultdict
from typing import Any

from sqlalchemy import func, select

from blocks.flow import Flow
from runtime.ledger import Tx
from runtime.ledger.tables import (
    appointment,
    event,
    flow,
    message,
    occasion,
    run,
    step,
    tally,
    version,
)
from tests.invariants.town import Town

_ENDS = {
    "exit_event": "left",
    "flow_archived": "left",
    "replaced_by_newer": "replaced",
    "restarted": "restarted",
    "block_failed": "failed",
}
"""Steps that are no decision of a block, by reason code, and what is counted for them."""
_COUNTED = ("sent", "skipped", "uncertain", "failed")
_TRIGGERS = frozenset({"event_trigger", "date_trigger", "quiet_trigger"})
_CLOSED = {"ended", "left", "replaced", "failed"}


def check(town: Town) -> None:
    """All of them, but that nothing due is left: `nothing_left` asks that of workers that are idle."""
    with town.look() as tx:
        _events_once(town, tx)
        _one_run_a_key(tx)
        _walks(tx)
        _tallies(tx)
        _letters(town, tx)


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
    """I1 and I6 of each run: its steps follow the links of its version, it stands where the last one led or is closed,
    and each of its send steps queued one message."""
    flows = _versions(tx)
    steps: dict[int, list[Any]] = defaultdict(list)
    for row in tx.all(step.select().order_by(step.c.run, step.c.hop)):
        steps[row.run].append(row)
    queued = Counter(
        (row.run, row.hop, row.block) for row in tx.all(select(message.c.run, message.c.hop, message.c.block))
    )
    assert all(times == 1 for times in queued.values()), f"I1: a step with two messages: {queued}"
    sends: set[tuple[int, int, str]] = set()
    for one in tx.all(run.select()):
        document, walked = flows[one.version], steps.pop(one.id, [])
        kinds = {doc.id: doc.kind for doc in document.blocks}
        assert [each.hop for each in walked] == list(range(one.hops)), f"I6: steps of run {one.id} are missing"
        at: str | None = ""  # "" at a door, None where the way has ended
        for each in walked:
            where = f"run {one.id}, step {each.hop}"
            assert at is not None, f"I6: {where} comes after the end"
            if at == "":
                assert kinds[each.block] in _TRIGGERS or _ENDS.get(each.code), f"I6: {where} begins at {each.block}"
            else:
                assert each.block == at, f"I6: {where} is at {each.block}, the one before led to {at}"
            if kinds[each.block] == "send_email" and each.outlet:
                sends.add((one.id, each.hop, each.block))
            at = _next(document, each, kinds, at)
        assert one.messages == sum(run_ == one.id for run_, *_ in sends), f"I1: run {one.id} counts {one.messages}"
        if one.state == "open":
            assert at == one.block, f"I6: run {one.id} stands at {one.block}, its steps led to {at}"
            assert one.wake_at is not None, f"I6: run {one.id} waits at {one.block} for nothing"
        else:
            assert one.state in _CLOSED
            assert at is None, f"I6: run {one.id} is {one.state}, its steps led to {at}"
            assert one.wake_at is None
            assert one.ended_at is not None
    assert not steps, f"I6: steps of no run: {sorted(steps)}"
    assert sends == set(queued), f"I1: send steps {sends}, messages {set(queued)}"


def _next(document: Flow, each: Any, kinds: dict[str, str], at: str | None) -> str | None:
    """Where a step leads."""
    if each.outlet:
        return document.ways.get((each.block, each.outlet))
    match _ENDS.get(each.code):
        case "left" if each.code == "exit_event":
            return next((id_ for id_, kind in kinds.items() if kind == "on_leaving"), None)
        case "left" | "replaced" | "failed":
            return None
        case "restarted":
            return ""
    return None if kinds[each.block] == "stop" else each.block


def _tallies(tx: Tx) -> None:
    """I6 by tallies: what is counted is what happened, and who entered has left, waits, failed or is through."""
    flows = _versions(tx)
    runs = {row.id: row for row in tx.all(run.select())}
    happened: Counter[tuple[int, str, str]] = Counter()
    for row in tx.all(step.select()):
        one = runs[row.run]
        kinds = {doc.id: doc.kind for doc in flows[one.version].blocks}
        if row.hop == 0:
            happened[one.flow, row.block, "entered"] += 1
        if row.outlet:
            happened[one.flow, row.block, row.outlet] += 1
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
        assert one["flow_state"] == "live", f"I4: of a flow that does not send: {one}"
    copies = Counter(one["id"] for one in carried)
    for row in tx.all(select(message.c.id, message.c.marketing, message.c.state, message.c.tries)):
        out = copies.pop(row.id, 0)
        if row.state == "sent":
            assert out, f"I8: message {row.id} is sent and never went out"
        if row.marketing:
            assert out <= 1 + town.resent[row.id], f"I8: message {row.id} went out {out} times"
            if not town.resent[row.id]:
                assert not out or row.state in ("sending", "sent", "uncertain"), f"I8: {row.id} went out: {row.state}"
    assert not copies, f"I8: letters of no message: {copies}"


def nothing_left(town: Town) -> None:
    """I5: nothing that is due is left, and nobody is told to look again at once."""
    now = town.clock.now()
    with town.look() as tx:
        paused = select(flow.c.id).where(flow.c.state == "paused")
        left = {
            "new events": select(event.c.id).where(event.c.state == "new"),
            "runs that are due": select(run.c.id).where(run.c.state == "open", run.c.wake_at <= now),
            "occasions that are due": select(appointment.c.contact).where(appointment.c.due_at <= now),
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


def _versions(tx: Tx) -> dict[int, Flow]:
    return {row.id: _read(row.document) for row in tx.all(select(version.c.id, version.c.document))}


_kept: dict[str, Flow] = {}


def _read(document: dict[str, Any]) -> Flow:
    text = repr(document)
    if text not in _kept:
        _kept[text] = Flow.model_validate(document)
    return _kept[text]
