"""Those inside when a change is published: they finish the version they entered, or go over to the new one.

What was chosen for each block is written down with the new version, in one transaction; the engine then does it, some
hundred people at a time, so that whatever is killed meanwhile, everybody stands on a version that exists. Who would get an
e-mail a second time by it finishes the version they entered.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import ColumnElement, bindparam, exists, func, not_, select

from blocks import read_block
from blocks.contract import Reason
from blocks.flow import Flow
from runtime.clock import SECOND
from runtime.engine.again import has_had, led_back_to
from runtime.engine.batch import Batch
from runtime.engine.holding.kept_time import ANEW, KEPT
from runtime.engine.leaving.departures import come_back
from runtime.engine.programs import Programs
from runtime.engine.run import AS_RUN, Run
from runtime.engine.wakes import take_further
from runtime.house import House
from runtime.ledger import Tx
from runtime.ledger.tables import flow, move, run, version

How = Literal["stay", "keep", "renew", "to", "leave"]

_PROMISED = move.select().where(move.c.workspace == bindparam("workspace")).order_by(move.c.id).limit(1)
_OLDER = (
    select(version.c.id)
    .where(
        version.c.workspace == bindparam("workspace"),
        version.c.flow == bindparam("flow"),
        version.c.id != bindparam("version"),
        exists().where(run.c.version == version.c.id, run.c.block == bindparam("block"), run.c.state == "open"),
    )
    .order_by(version.c.id)
)
_STANDING = select(*AS_RUN).where(
    run.c.version == bindparam("older"), run.c.block == bindparam("block"), run.c.state == "open"
)
_INSIDE = (
    select(run.c.block, func.count().label("people"))
    .join(flow, flow.c.id == run.c.flow)
    .where(run.c.workspace == bindparam("workspace"), flow.c.slug == bindparam("slug"), run.c.state == "open")
    .group_by(run.c.block)
)


class CannotMove(ValueError):
    """Nobody can go over like this: the block, or the one they should go to, is not in the new version as it was."""


@dataclass(frozen=True, slots=True)
class Move:
    """What becomes of those who stand at a block: "stay" on their version; go over and "keep" the time at which they go
    on, or "renew" it, counted again from when they arrived there; go over "to" another block; or "leave" the flow."""

    how: How
    target: str = ""


@dataclass(frozen=True, slots=True)
class Foreseen:
    """Of those who stand at a block and are to go over."""

    staying: int
    """So many would get an e-mail a second time, and finish the version they entered."""
    at_once: int | None
    """So many go on at once; None where that cannot be said before."""


def inside(house: House, workspace: int, slug: str) -> dict[str, int]:
    """How many stand at each block of a flow, whichever version they are on."""
    with house.ledger.read(workspace) as tx:
        return {row.block: row.people for row in tx.all(_INSIDE, {"workspace": workspace, "slug": slug})}


def promise(tx: Tx, flow_id: int, version_id: int, before: Flow | None, after: Flow, moves: Mapping[str, Move]) -> None:
    """Write down what is to become of those inside; an older promise that is not kept yet falls. Raises CannotMove."""
    tx.execute(move.delete().where(tx.mine(move), move.c.flow == flow_id))
    chosen = {block: one for block, one in moves.items() if one.how != "stay"}
    kinds = {doc.id: doc.kind for doc in after.blocks}
    stood = {doc.id: doc.kind for doc in before.blocks} if before is not None else {}
    for block, one in chosen.items():
        if one.how in ("keep", "renew") and (block not in kinds or stood.get(block, kinds[block]) != kinds[block]):
            raise CannotMove(f"The block {block!r} is not in the new version.")
        if one.how == "to" and one.target not in kinds:
            raise CannotMove(f"The block {one.target!r} is not in the new version.")
    ids = tx.reserve(len(chosen))
    rows = [
        {"id": id_, "flow": flow_id, "version": version_id, "block": block, "how": one.how, "target": one.target}
        for id_, (block, one) in zip(ids, chosen.items(), strict=True)
    ]
    tx.insert(move, rows)


def keep_promises(batch: Batch, programs: Programs, limit: int) -> int:
    """Let up to `limit` people go over as it was promised. Returns how many."""
    tx = batch.tx
    promised = tx.first(_PROMISED, {"workspace": tx.workspace})
    if promised is None:
        return 0
    runs: list[Run] = []
    for older, standing in _going(tx, programs, promised):
        query = _STANDING.where(standing).limit(limit - len(runs))
        runs += [Run.of(row) for row in tx.all(query, {"older": older, "block": promised.block})]
        if len(runs) == limit:
            break
    on: list[Run] = []
    for one in runs:
        batch.touch(one)
        if promised.how == "leave":
            _leave(batch, one)
            continue
        batch.note(one, one.block, "", Reason(KEPT if promised.how == "keep" else ANEW))
        batch.counts[one.flow, one.block, "moved"] += 1
        one.version = promised.version
        if promised.how == "to":
            one.block, one.arrived_at = promised.target, batch.now
        program = programs.get(tx, one.version)
        come_back(program, one)
        if promised.how != "keep":
            # Whoever waits decides anew, and how long is noted again.
            one.wake_at = None
            on.append(one)
        elif program.blocks[one.block].listens_to():
            # What it awaits now may have happened already.
            one.keeps_time = True
            on.append(one)
    if on:
        take_further(batch, programs, on)
    if len(runs) < limit:
        tx.execute(move.delete().where(tx.mine(move), move.c.id == promised.id))
    return len(runs)


def _going(tx: Tx, programs: Programs, promised: Any) -> Iterator[tuple[int, ColumnElement[bool]]]:
    """The older versions on which somebody stands there, and who of them goes."""
    new = programs.get(tx, promised.version).document
    values = {"workspace": tx.workspace, "flow": promised.flow, "version": promised.version, "block": promised.block}
    for row in tx.all(_OLDER, values):
        move_ = Move(promised.how, promised.target)
        yield row.id, not_(has_had(_again(programs.get(tx, row.id).document, promised.block, new, move_)))


def _again(before: Flow, block: str, after: Flow, move_: Move) -> frozenset[str]:
    """The blocks that come again for those who stand at one and go over like this."""
    if move_.how == "leave":
        return frozenset()
    to = move_.how == "to"
    return led_back_to(before, block, after, move_.target if to else block, anew=to)


def foresee(house: House, workspace: int, slug: str, after: Flow, moves: Mapping[str, Move]) -> dict[str, Foreseen]:
    """What will become of those who stand at each of these blocks by going over like this."""
    found: dict[str, Foreseen] = {}
    programs = Programs()
    with house.ledger.read(workspace) as tx:
        flow_id = tx.scalar(select(flow.c.id).where(tx.mine(flow), flow.c.slug == slug))
        for block, move_ in moves.items():
            since = _goes_on_since(after, block, move_, house.clock.now())
            values = {"workspace": workspace, "flow": flow_id, "version": 0, "block": block}
            staying = going = 0
            for row in tx.all(_OLDER, values):
                again = has_had(_again(programs.get(tx, row.id).document, block, after, move_))
                here = (run.c.version == row.id, run.c.block == block, run.c.state == "open")
                staying += _count(tx, *here, again)
                if since is not None:
                    going += _count(tx, *here, not_(again), run.c.arrived_at <= since)
            found[block] = Foreseen(staying, None if since is None else going)
    return found


def _goes_on_since(after: Flow, block: str, move_: Move, now: int) -> int | None:
    """Who came to the block by then goes on at once, in UTC microseconds; None where that depends on more."""
    if move_.how in ("keep", "leave"):
        return 0
    doc = next((doc for doc in after.blocks if doc.id == (move_.target or block)), None)
    if doc is None:
        return None
    there = read_block(doc.kind, doc.settings, after.zone)
    if move_.how == "to":
        return now if there.card.family != "timing" else 0 if there.holds_exactly() else None
    return now - there.holds_exactly() * SECOND if there.holds_exactly() else None


def _count(tx: Tx, *which: ColumnElement[bool]) -> int:
    return int(tx.scalar(select(func.count()).select_from(run).where(*which)) or 0)


def _leave(batch: Batch, one: Run) -> None:
    reason = Reason("moved_out")
    batch.cancel(one)
    batch.note(one, one.block, "", reason)
    batch.counts[one.flow, one.block, "left"] += 1
    one.end("left", batch.now, reason)
