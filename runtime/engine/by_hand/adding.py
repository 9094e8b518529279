"""Adding contacts to a flow: who cannot come in and why, before; being added, which is an event like any other; what came
of it, after. The engine decides by its own rules; what is said beforehand is what it would decide now.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, exists, func, not_, select

from blocks.phrase import Phrase, Quoted, say
from blocks.triggers.added_trigger import ADDED, AddedTrigger, told
from blocks.values import type_document
from runtime.clock import DAY
from runtime.delivery.channels import RECALLABLE
from runtime.engine.batch import Batch
from runtime.engine.context import Ctx
from runtime.engine.entries.reception import COUNTS
from runtime.engine.program import Program
from runtime.engine.programs import Programs
from runtime.engine.run import Run
from runtime.house import House
from runtime.ledger import Tx
from runtime.ledger.bulk import insert_tuples
from runtime.ledger.documents import in_both_forms
from runtime.ledger.lists import among, listed
from runtime.ledger.tables import EVENT_ROW, event, flow, message, run, version
from runtime.reasons import REASONS

SOURCE = "hand"
AT_ONCE = 500
"""Contacts that are added in one transaction."""

_FLOWS = (
    select(flow.c.id, flow.c.slug, flow.c.name, flow.c.state, flow.c.version, version.c.document)
    .join(version, version.c.id == flow.c.version)
    .where(flow.c.workspace == bindparam("workspace"))
    .order_by(flow.c.name)
)
_RUNS = (
    select(run.c.contact, run.c.key, run.c.state, func.max(run.c.entered_at).label("at"))
    .where(
        run.c.workspace == bindparam("workspace"),
        among(run.c.contact, "contacts"),
        run.c.flow == bindparam("flow"),
        COUNTS,
    )
    .group_by(run.c.contact, run.c.key, run.c.state)
)
_STATES = select(event.c.id, event.c.state).where(event.c.workspace == bindparam("workspace"), among(event.c.id, "ids"))
_BEGUN = select(run.c.id, run.c.hops, run.c.messages, run.c.state).where(
    run.c.workspace == bindparam("workspace"),
    among(run.c.contact, "contacts"),
    among(run.c.entry_event, "events"),
    run.c.flow.in_(
        select(flow.c.id).where(flow.c.workspace == bindparam("workspace"), flow.c.slug == bindparam("slug"))
    ),
)


class CannotAdd(Exception):
    """Nobody can be added to this flow; `phrase` says why and what to do."""

    def __init__(self, phrase: Phrase, *, there: bool = True) -> None:
        super().__init__(phrase.msgid)
        self.phrase = phrase
        self.there = there
        """Whether there is such a flow at all."""


@dataclass(frozen=True, slots=True)
class Door:
    """A live flow to which contacts can be added."""

    flow: int
    slug: str
    name: str
    version: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of adding somebody."""

    entered: Mapping[int, int]
    """Runs that began, and how many steps each has taken."""
    looked_at: bool
    """Whether the engine has looked at all of them by now."""


def doors(tx: Tx) -> list[Door]:
    """The live flows to which somebody can be added, by name."""
    rows = tx.all(_FLOWS, {"workspace": tx.workspace})
    return [_door(row) for row in rows if row.state in ("live", "paused") and takes(row.document)]


def door(tx: Tx, slug: str) -> Door:
    """The flow with this slug. Raises CannotAdd."""
    row = next((row for row in tx.all(_FLOWS, {"workspace": tx.workspace}) if row.slug == slug), None)
    if row is None:
        raise CannotAdd(say("There is no live Flow {flow}. Publish it first.", flow=Quoted(slug)), there=False)
    if row.state not in ("live", "paused"):
        raise CannotAdd(say("The Flow {flow} is archived, so nobody enters it.", flow=Quoted(row.name)))
    if not takes(row.document):
        text = say("Nobody can be added to the Flow {flow}: it has no trigger “Added by hand”.", flow=Quoted(row.name))
        raise CannotAdd(text)
    return _door(row)


def kept_out(tx: Tx, into: Door, ids: Collection[int], now: int) -> dict[int, Phrase]:
    """Why, for those of these contacts who could not come in now. A constant number of statements."""
    program = Programs().get(tx, into.version)
    values = {"workspace": tx.workspace, "contacts": listed(tx, ids), "flow": into.flow}
    before: dict[int, list[Any]] = {}
    for row in tx.all(_RUNS, values):
        before.setdefault(row.contact, []).append(row)
    found = {id_: why for id_ in ids if (why := _at_the_door(program, before.get(id_, ()), now)) is not None}
    return found | _filtered(tx, program, [id_ for id_ in ids if id_ not in found], now)


def add(house: House, workspace: int, slug: str, ids: Sequence[int], by: str) -> list[int]:
    """Add contacts by hand: `by` is whoever does it. The ids of the events, in their order. Raises CannotAdd."""
    made: list[int] = []
    properties = told(slug, "hand", by)
    written, typed = in_both_forms(properties)
    for start in range(0, len(ids), AT_ONCE):
        now = house.clock.now()
        with house.ledger.write(workspace) as tx:
            door(tx, slug)
            some = ids[start : start + AT_ONCE]
            numbers = tx.reserve(len(some))
            rows = [
                (number, workspace, ADDED, SOURCE, id_, now, now, "{}", written, typed, "new")
                for number, id_ in zip(numbers, some, strict=True)
            ]
            insert_tuples(tx, event, EVENT_ROW, rows)
            made += numbers
        house.ring()
    return made


def outcome(tx: Tx, slug: str, events: Sequence[int], ids: Collection[int]) -> Outcome:
    """What has come of adding these contacts to this flow by these events. What their entering let happen elsewhere is
    no part of it."""
    values = {"workspace": tx.workspace, "ids": listed(tx, events)}
    looked_at = all(row.state == "done" for row in tx.all(_STATES, values))
    values = {"workspace": tx.workspace, "contacts": listed(tx, ids), "events": listed(tx, events), "slug": slug}
    return Outcome({row.id: row.hops for row in tx.all(_BEGUN, values)}, looked_at)


def still_unsent(tx: Tx, runs: Collection[int]) -> dict[int, int]:
    """Those of these runs that go on and of which nothing has left the house, with their steps: taking them out undoes it
    all, since what is queued for them is cancelled."""
    gone = exists().where(message.c.run == run.c.id, message.c.state.not_in(("skipped", "cancelled")), not_(RECALLABLE))
    query = select(run.c.id, run.c.hops).where(tx.mine(run), among(run.c.id, "ids"), run.c.state == "open", not_(gone))
    return {row.id: row.hops for row in tx.all(query, {"ids": listed(tx, runs)})}


def takes(document: Mapping[str, Any]) -> bool:
    """Whether somebody can be added to a flow that is drawn like this."""
    kind = AddedTrigger.model_fields["kind"].default
    return any(block["kind"] == kind for block in document.get("blocks", ()))


def _door(row: Any) -> Door:
    return Door(row.id, row.slug, row.name, row.version)


def _at_the_door(program: Program, before: Sequence[Any], now: int) -> Phrase | None:
    """What the rule for coming back says to who has these runs behind them."""
    entry = program.entry
    if any(one.state == "open" and one.key == "" for one in before):
        return say("Inside already")
    if entry.again == "never" and before:
        return Phrase(REASONS["never_again"])
    if entry.again == "once_each" and any(one.key == "" for one in before):
        return Phrase(REASONS["never_again"])
    if entry.again == "after_days" and any(one.at > now - entry.again_days * DAY for one in before):
        return Phrase(REASONS["not_again"], {"days": entry.again_days})
    return None


def _filtered(tx: Tx, program: Program, ids: Sequence[int], now: int) -> dict[int, Phrase]:
    """Those whom no trigger's filter lets in."""
    triggers = [trigger for _, trigger in program.triggers if isinstance(trigger, AddedTrigger)]
    if any(trigger.filter() is None for trigger in triggers) or not ids:
        return {}
    batch, typed = Batch(tx, now), type_document(told(program.slug, "hand", ""))
    batch.people.expect(ids)
    batch.history.fetch(tx, ids, [rule for trigger in triggers for rule in trigger.reads()], now, now)
    found = {}
    for id_ in ids:
        as_if = Run.as_if(id_, 0, now, flow=program.flow, version=program.version)
        ctx = Ctx(batch, as_if, typed, 2**62, program)
        if not any(trigger.admits(ctx) for trigger in triggers):
            found[id_] = Phrase(REASONS["filtered_out"])
    return found
