"""Contacts whom a flow or a person has changed: does a rule hold for them now by which they leave?

What happens to a contact is looked at event by event (`reception`), and each run before each of its blocks (`advance`).
This is for the other runs of those who were changed: a tag that one flow gives, or a list that it puts them on, takes them out
of another at once.
"""

import orjson
from sqlalchemy import bindparam, select

from runtime.engine.advance import Standpoint, leave_if_met
from runtime.engine.batch import AS_RUN, Batch, Run
from runtime.engine.program import Programs
from runtime.engine.wakes import EVERYTHING, FIELDS, NOTHING, look_up
from runtime.ledger.lists import among, listed
from runtime.ledger.tables import run

_OPEN = select(*AS_RUN).where(
    run.c.workspace == bindparam("workspace"),
    run.c.state == "open",
    among(run.c.contact, "contacts"),
    among(run.c.flow, "flows"),
)


def look_again(batch: Batch, programs: Programs) -> None:
    """Let those leave for whom a rule holds by now; before the batch is written. Costs nothing where no flow has such rules,
    and a few statements where one has, however many were changed."""
    seen = 0, 0
    while (now := (len(batch.contact_changes), len(batch.listings))) != seen and programs.roster(batch.tx).watching:
        changed = {one.contact for one in batch.contact_changes[seen[0] :]}
        changed |= {one.contact for one in batch.listings[seen[1] :]}
        seen = now
        runs = [one for one in _inside(batch, programs, changed) if programs.get(batch.tx, one.version).conditions]
        if runs:
            _hold(batch, programs, runs)


def _inside(batch: Batch, programs: Programs, contacts: set[int]) -> list[Run]:
    """The open runs of these contacts, as they are by now in this batch."""
    tx, flows = batch.tx, programs.roster(batch.tx).watching
    values = {"workspace": tx.workspace, "contacts": listed(tx, contacts), "flows": listed(tx, flows)}
    found = [batch.changed.get(row.id) or Run.of(row) for row in tx.all(_OPEN, values)]
    found += [one for one in batch.started if one.contact in contacts]
    return [one for one in found if one.state == "open" and not one.leaving]


def _hold(batch: Batch, programs: Programs, runs: list[Run]) -> None:
    tx = batch.tx
    batch.expect(one.contact for one in runs)
    values = {"workspace": tx.workspace, "ids": listed(tx, {one.event for one in runs})}
    fields = {row.id: row.typed for row in tx.all(FIELDS, values)}
    rules = tuple(dict.fromkeys(rule for one in runs for rule in programs.get(tx, one.version).reads))
    look_up(batch, [programs.get(tx, id_) for id_ in {one.version for one in runs}], runs)
    batch.look_back((one.contact for one in runs), rules, min(one.entered_at for one in runs))
    for one in runs:
        if one.state == "open" and not one.leaving:
            typed = orjson.loads(fields.get(one.event) or NOTHING)
            leave_if_met(batch, programs.get(tx, one.version), one, Standpoint(typed, EVERYTHING))
