"""Runs that are held until a date of their contact, when that date is changed: they wait until the new one from then on.

Whoever a batch has heard of is looked at in the same transaction.
"""

from functools import partial

from blocks.values import empty
from runtime.engine.batch import Batch
from runtime.engine.context import Ctx
from runtime.engine.holding.held import held, hold_anew
from runtime.engine.programs import Programs
from runtime.engine.wakes import EVERYTHING


def wait_as_it_is_now(batch: Batch, programs: Programs) -> None:
    """Let the blocks that go by what a contact says look again at whom they hold, before the batch is written. Costs nothing
    where no flow has such a block, and one query where one has."""
    ids = batch.people.news
    if not ids or not (flows := programs.roster(batch.tx).looking):
        return
    found = held(batch, programs, ids, flows, lambda program: program.looks_again)
    batch.people.expect(one.contact for one, _ in found)
    for one, program in found:
        hold_anew(batch, one, partial(program.blocks[one.block].run, Ctx(batch, one, empty(), EVERYTHING, program)))
