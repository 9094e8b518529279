"""Runs that are held until an hour where their contact lives, who lives in another time zone now: they wait for it there.

Whoever a batch has heard of is looked at in the same transaction. Who went over to a newer version to go on at the same time
as before does so.
"""

from contextlib import suppress

import orjson

from blocks.contract import Sleep
from blocks.values import micros
from runtime.engine.batch import Batch, Run
from runtime.engine.context import Ctx
from runtime.engine.kept_time import in_kept_time
from runtime.engine.leaving.inside import runs_of
from runtime.engine.program import Programs
from runtime.engine.wakes import EVERYTHING, FIELDS, NOTHING, look_up
from runtime.ledger.lists import listed


def wait_by_new_clocks(batch: Batch, programs: Programs) -> None:
    """Let the blocks that go by clocks where a contact lives say anew how long they hold them, before the batch is written.
    Costs nothing where nobody has moved, and a few statements where somebody has."""
    tx = batch.tx
    if not batch.moved or not (flows := programs.roster(tx).by_clock):
        return
    found = [batch.changed.get(one.id) or one for one in runs_of(tx, batch.moved, flows)]
    found += [one for one in batch.started if one.contact in batch.moved]
    held = [one for one in found if one.state == "open" and one.wake_at is not None]
    held = [one for one in held if one.block in programs.get(tx, one.version).by_clock]
    if not held:
        return
    batch.expect(one.contact for one in held)
    values = {"workspace": tx.workspace, "ids": listed(tx, {one.event for one in held})}
    fields = {row.id: row.typed for row in tx.all(FIELDS, values)}
    look_up(batch, [programs.get(tx, id_) for id_ in {one.version for one in held}], held)
    for one in held:
        _look(batch, programs, one, fields.get(one.event) or NOTHING)


def _look(batch: Batch, programs: Programs, one: Run, typed: str) -> None:
    program = programs.get(batch.tx, one.version)
    block, ctx = program.blocks[one.block], Ctx(batch, one, orjson.loads(typed), EVERYTHING, program)
    decision = None
    with suppress(Exception):  # what a block does wrong is said of its run when that wakes
        decision = in_kept_time(batch, one, block, block.in_new_zone(ctx))
    match decision:
        case None:
            return
        case Sleep(until, _) if micros(until) == one.wake_at:
            return
        case Sleep(until, reason):
            batch.note(one, one.block, "", reason)
            one.wake_at = micros(until)
        case _:
            one.wake_at = batch.now
    batch.touch(one)
