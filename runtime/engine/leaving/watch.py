"""Contacts whom a flow or a person has changed: does a rule hold for them now by which they leave?

What happens to a contact is looked at event by event (`reception`), and each run before each of its blocks (`advance`).
This is for the other runs of those who were changed: a tag that one flow gives, or a list that it puts them on, takes them out
of another at once.
"""

import orjson

from runtime.engine.advance import Standpoint, leave_if_met
from runtime.engine.batch import Batch
from runtime.engine.leaving.inside import Inside, runs_of
from runtime.engine.programs import Programs
from runtime.engine.run import Run
from runtime.engine.wakes import EVERYTHING, FIELDS, NOTHING, look_up
from runtime.ledger.lists import listed


def look_again(batch: Batch, programs: Programs) -> None:
    """Let those leave for whom a rule holds by now; before the batch is written. Costs nothing where no flow has such rules,
    and a few statements where one has, however many were changed."""
    seen = 0, 0
    while (now := (len(batch.people.changes), len(batch.listings))) != seen and programs.roster(batch.tx).watching:
        changed = {one.contact for one in batch.people.changes[seen[0] :]}
        changed |= {one.contact for one in batch.listings[seen[1] :]}
        seen = now
        _hold(batch, programs, _inside(batch, programs, changed))


def _inside(batch: Batch, programs: Programs, contacts: set[int]) -> list[Run]:
    """The runs of these contacts that can be left, as they are by now in this batch; open ones first."""
    tx, flows = batch.tx, programs.roster(batch.tx).watching
    known = [*runs_of(tx, contacts, flows), *runs_of(tx, contacts, flows, waiting=True)]
    found = [batch.changed.get(one.id) or one for one in known]
    found += [one for one in batch.started if one.contact in contacts]
    return sorted((one for one in found if one.inside), key=lambda one: one.state != "open")


def _hold(batch: Batch, programs: Programs, found: list[Run]) -> None:
    tx, inside, went = batch.tx, Inside(found), set[tuple[int, int]]()
    runs = [one for one in found if programs.get(tx, one.version).conditions and not one.leaving]
    if not runs:
        return
    batch.people.expect(one.contact for one in runs)
    values = {"workspace": tx.workspace, "ids": listed(tx, {one.event for one in runs})}
    fields = {row.id: row.typed for row in tx.all(FIELDS, values)}
    rules = tuple(dict.fromkeys(rule for one in runs for rule in programs.get(tx, one.version).reads))
    look_up(batch, [programs.get(tx, id_) for id_ in {one.version for one in runs}], runs)
    batch.look_back((one.contact for one in runs), rules, min(one.entered_at for one in runs))
    for one in runs:
        if one.inside and not one.leaving:
            at = Standpoint(orjson.loads(fields.get(one.event) or NOTHING), EVERYTHING)
            last_way = (one.flow, one.contact) not in went and inside.may_go_on(one)
            if leave_if_met(batch, programs.get(tx, one.version), one, at, last_way=last_way):
                went.add((one.flow, one.contact))
