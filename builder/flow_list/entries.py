"""What the list of flows shows: each draft with the state and the numbers of what was published from it."""

from dataclasses import dataclass, replace
from typing import Any, Literal

from pydantic import ValidationError

from blocks import KINDS, read_block
from blocks.contract import Known, Trigger
from blocks.phrase import Phrase, say
from runtime.desk import Draft
from runtime.desk.draft import State
from runtime.house import House
from runtime.insight.numbers import FlowNumbers, flow_numbers
from runtime.segments.publish import names

Look = Literal["live", "finishing", "paused", "draft", "archived", "bin"]
ORDER: tuple[Look, ...] = ("live", "finishing", "paused", "draft", "archived", "bin")
ACTIVE: tuple[Look, ...] = ("live", "finishing", "paused", "draft")


@dataclass(frozen=True, slots=True)
class Entry:
    """One flow of the list. `numbers` is None until it is published for the first time."""

    slug: str
    name: str
    look: Look
    document: dict[str, Any]
    starts: Phrase
    changed: bool
    """Whether the draft is no longer what runs."""
    changed_at: int
    numbers: FlowNumbers | None
    kept: State
    """Where the draft is. One that has finished is shown as archived, and its draft can be edited as before."""


def entries(house: House, workspace: int) -> list[Entry]:
    """All flows, the live ones first, in each group the one touched last first. Raises DeskDamaged."""
    drafts = house.desk.drafts(workspace)
    with house.ledger.read(workspace) as tx:
        numbers = flow_numbers(tx, house.clock.now())
        segments = names(tx)
    known = Known(segments=segments, emails={draft.slug: draft.name for draft in drafts.list("email")})
    kept = [draft for state in ("active", "archived", "bin") for draft in drafts.list("flow", state)]
    return sorted((_entry(draft, numbers.get(draft.slug), known) for draft in kept), key=_place)


def _place(entry: Entry) -> tuple[int, int]:
    return ORDER.index(entry.look), -entry.changed_at


def _entry(draft: Draft, numbers: FlowNumbers | None, known: Known) -> Entry:
    return Entry(
        slug=draft.slug,
        name=draft.name,
        look=_look(draft, numbers),
        document=draft.document,
        starts=starts_when(draft.document, known),
        changed=numbers is not None and numbers.state != "archived" and draft.published_rev != draft.rev,
        changed_at=draft.changed_at,
        numbers=numbers,
        kept=draft.state,
    )


def _look(draft: Draft, numbers: FlowNumbers | None) -> Look:
    if draft.state == "bin":
        return "bin"
    if draft.state == "archived":
        return "archived"
    if numbers is None:
        return "draft"
    match numbers.state:
        case "archived":
            return "archived" if numbers.finished else "draft"
        case "paused" | "finishing" as state:
            return state
    return "live"


def starts_when(document: dict[str, Any], known: Known) -> Phrase:
    """How the flow starts, in its first trigger's own words; `known` has the names of what it asks for."""
    known = replace(known, zone=document.get("zone") or "")
    for block in document.get("blocks", ()):
        kind = KINDS.get(block.get("kind", ""))
        if kind is None or not issubclass(kind, Trigger):
            continue
        try:
            return read_block(block["kind"], block.get("settings", {})).say(known)
        except ValidationError:
            return say("Its trigger is not set up yet")
    return say("It has no trigger yet")
