"""What the list of segments shows: each draft with what was published from it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from blocks.contract import Known
from blocks.phrase import Phrase, say
from blocks.rule_words import say_rule
from builder.drafting.half_done import read_rule
from runtime.desk import Draft
from runtime.desk.draft import State
from runtime.engine.publishing.known import known_to
from runtime.house import House
from runtime.segments.publish import Standing, asks_for, standings, users

Look = Literal["live", "draft", "archived", "bin"]
STATES: tuple[State, ...] = ("active", "archived", "bin")
ORDER: tuple[Look, ...] = ("live", "draft", "archived", "bin")


@dataclass(frozen=True, slots=True)
class Entry:
    """One segment of the list. `members` is None while it is not live; `changed_at` is UTC microseconds."""

    slug: str
    name: str
    look: Look
    kept: State
    is_list: bool
    says: Phrase
    members: int | None
    counting: bool
    changed: bool
    """Whether its rule is no longer the one that is live."""
    used_in: tuple[str, ...]
    """Names of what runs and asks for it."""
    drawn_in: tuple[str, ...]
    """Names of the flows that ask for it in their drafts only."""
    changed_at: int


def entries(house: House, workspace: int) -> list[Entry]:
    """All segments, the live ones first, in each group the one touched last first. Raises DeskDamaged."""
    drafts = house.desk.drafts(workspace)
    known = known_to(house, workspace)
    kept = [draft for state in STATES for draft in drafts.list("segment", state)]
    flows = drafts.list("flow")
    with house.ledger.read(workspace) as tx:
        live = {one.slug: one for one in standings(tx) if one.state == "live"}
        used = users(tx, [draft.slug for draft in kept])
    found = [_entry(draft, live.get(draft.slug), used[draft.slug], flows, known) for draft in kept]
    return sorted(found, key=lambda entry: (ORDER.index(entry.look), -entry.changed_at))


def says(document: Mapping[str, Any], known: Known) -> Phrase:
    """Who is in it, in one sentence."""
    if document.get("rule") is None:
        return say("A list: people are put on it and taken off")
    rule = read_rule(document["rule"])
    return say("Its rule is not complete yet") if rule is None else say_rule(rule, known)


def differs(document: Mapping[str, Any], live: Standing | None) -> bool:
    """Whether a draft's rule is no longer the one that is live."""
    if live is None:
        return False
    drawn, published = document.get("rule"), live.document.get("rule")
    return drawn != published and (drawn is None or read_rule(drawn) != read_rule(published))


def _entry(draft: Draft, live: Standing | None, used_in: Sequence[str], flows: Sequence[Draft], known: Known) -> Entry:
    look: Look = "live" if live is not None else "draft"
    return Entry(
        slug=draft.slug,
        name=draft.name,
        look=look if draft.state == "active" else draft.state,
        kept=draft.state,
        is_list=draft.document.get("rule") is None,
        says=says(draft.document, known),
        members=None if live is None else live.members,
        counting=live is not None and live.counting,
        changed=differs(draft.document, live),
        used_in=tuple(used_in),
        drawn_in=tuple(one.name for one in flows if one.name not in used_in and asks_for(one.document, draft.slug)),
        changed_at=draft.changed_at,
    )
