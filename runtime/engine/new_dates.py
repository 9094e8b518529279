"""Runs that are held until a date of their contact, when that date is changed: they wait until the new one from then on.

Whoever a batch has heard of is looked at in the same transaction. Nobody goes on by it: a run whose time has come by the new
date wakes at once, by the same way as any other.
"""

from contextlib import suppress

from blocks.contract import Sleep
from blocks.values import empty, micros
from runtime.engine.batch import Batch, Run
from runtime.engine.context import Ctx
from runtime.engine.leaving.inside import runs_of
from runtime.engine.program import Programs
from runtime.engine.wakes import EVERYTHING


def wait_as_it_is_now(batch: Batch, programs: Programs) -> None:
    """Let the blocks that go by what a contact says look again at whom they hold, before the batch is written. Costs nothing
    where no flow has such a block, and one query where one has."""
    ids = batch.heard_of | {change.contact for change in batch.contact_changes}
    if not ids or not (flows := programs.roster(batch.tx).looking):
        return
    found = [batch.changed.get(one.id) or one for one in runs_of(batch.tx, ids, flows)]
    found += [one for one in batch.started if one.contact in ids]
    held = [one for one in found if one.state == "open" and one.wake_at is not None]
    batch.expect(one.contact for one in held)
    for one in held:
        _look(batch, programs, one)


def _look(batch: Batch, programs: Programs, one: Run) -> None:
    program = programs.get(batch.tx, one.version)
    if one.block not in program.looks_again:
        return
    decision = None
    with suppress(Exception):  # what a block does wrong is said of its run when that wakes
        decision = program.blocks[one.block].run(Ctx(batch, one, empty(), EVERYTHING, program))
    match decision:
        case Sleep(until, _) if micros(until) == one.wake_at:
            return
        case Sleep(until, reason):
            batch.note(one, one.block, "", reason)
            one.wake_at = micros(until)
        case _:
            one.wake_at = batch.now
    batch.touch(one)
