"""Runs that are held until an hour where their contact lives, who lives in another time zone now: they wait for it there.

Whoever a batch has heard of is looked at in the same transaction. Who went over to a newer version to go on at the same time
as before does so.
"""

from functools import partial

import orjson

from blocks.contract import Block, Decision
from runtime.engine.batch import Batch
from runtime.engine.context import Ctx
from runtime.engine.holding.held import held, hold_anew
from runtime.engine.holding.kept_time import in_kept_time
from runtime.engine.programs import Programs
from runtime.engine.run import Run
from runtime.engine.wakes import EVERYTHING, FIELDS, NOTHING, look_up
from runtime.ledger.lists import listed


def wait_by_new_clocks(batch: Batch, programs: Programs) -> None:
    """Let the blocks that go by clocks where a contact lives say anew how long they hold them, before the batch is written.
    Costs nothing where nobody has moved, and a few statements where somebody has."""
    tx = batch.tx
    if not batch.people.moved or not (flows := programs.roster(tx).by_clock):
        return
    found = held(batch, programs, batch.people.moved, flows, lambda program: program.by_clock)
    if not found:
        return
    batch.people.expect(one.contact for one, _ in found)
    values = {"workspace": tx.workspace, "ids": listed(tx, {one.event for one, _ in found})}
    fields = {row.id: row.typed for row in tx.all(FIELDS, values)}
    look_up(batch, {program.version: program for _, program in found}.values(), [one for one, _ in found])
    for one, program in found:
        ctx = Ctx(batch, one, orjson.loads(fields.get(one.event) or NOTHING), EVERYTHING, program)
        hold_anew(batch, one, partial(_decided, batch, one, program.blocks[one.block], ctx))


def _decided(batch: Batch, one: Run, block: Block, ctx: Ctx) -> Decision | None:
    return in_kept_time(batch, one, block, block.in_new_zone(ctx))
