"""The runs that a block holds until some moment, and holding them until another one."""

from collections.abc import Callable, Collection

from blocks.contract import Decision, Go, Sleep
from blocks.values import micros
from runtime.engine.batch import Batch
from runtime.engine.leaving.inside import runs_of
from runtime.engine.program import Program
from runtime.engine.programs import Programs
from runtime.engine.run import Run


def held(
    batch: Batch,
    programs: Programs,
    contacts: Collection[int],
    flows: Collection[int],
    blocks: Callable[[Program], Collection[str]],
) -> list[tuple[Run, Program]]:
    """The runs of these contacts in these flows that are held by one of `blocks`, as they are by now in this batch."""
    tx = batch.tx
    found = [batch.changed.get(one.id) or one for one in runs_of(tx, contacts, flows)]
    found += [one for one in batch.started if one.contact in contacts]
    return [
        (one, program)
        for one in found
        if one.state == "open"
        and one.wake_at is not None
        and one.block in blocks(program := programs.get(tx, one.version))
    ]


def hold_anew(batch: Batch, one: Run, decide: Callable[[], Decision | None]) -> None:
    """Hold a run until the moment that its block names now; with None, as before. Nobody goes on by it: whose time has come
    wakes at once, by the same way as any other."""
    try:
        decision = decide()
    except Exception:  # noqa: BLE001 - what a block does wrong is said of its run when that wakes
        decision = Go()
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
