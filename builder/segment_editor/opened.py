"""What is read before a segment's page is drawn, and again while it is open. In threads: it looks into desk and ledger."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from blocks.contract import Known, Problem
from blocks.rules import All, InSegment, Not, Rule
from builder.access import Visitor
from builder.drafting.half_done import read_rule
from runtime.desk import Draft
from runtime.engine.publishing.known import known_to
from runtime.ledger import Tx
from runtime.ledger.halt import Halt
from runtime.people import contacts
from runtime.people.contacts import Contact
from runtime.segments import counting
from runtime.segments.document import NotForSegments, SegmentDocument
from runtime.segments.publish import Standing, check_segment, members_of, standings, users_of

PAGE = 25
"""So many people are shown at once."""


@dataclass(frozen=True, slots=True)
class Look:
    """How a draft stands. `rule` is None for a list, and while it is half done; `count` where it cannot be counted."""

    known: Known
    rule: Rule | None
    problems: list[Problem]
    live: Standing | None
    count: int | None
    total: int
    people: list[Contact]


@dataclass(frozen=True, slots=True)
class Opened:
    """A draft with its first look."""

    draft: Draft
    look: Look


@dataclass(frozen=True, slots=True)
class Change:
    """What publishing would do: how many come in and how many leave, and who asks for the segment."""

    coming: int
    leaving: int
    users: list[str]


def open_segment(user: Visitor, slug: str) -> Opened | None:
    """None if there is no such draft."""
    draft = user.house.desk.drafts(user.workspace).get("segment", slug)
    return None if draft is None else Opened(draft, look(user, slug, draft.document))


def look(user: Visitor, slug: str, document: Mapping[str, Any], halt: Halt | None = None) -> Look:
    """Count and check the segment as it is drawn now. Raises Halted once `halt` says so."""
    house, workspace = user.house, user.workspace
    known, rule = known_to(house, workspace), read_rule(document.get("rule"))
    with house.ledger.read(workspace, halt) as tx:
        live = next((one for one in standings(tx) if one.slug == slug and one.state == "live"), None)
        total = contacts.count(tx)
        count, people = _first(tx, slug, document, house.clock.now())
    return Look(known, rule, _problems(user, slug, document), live, count, total, people)


def more(user: Visitor, slug: str, document: Mapping[str, Any], after: int) -> list[Contact]:
    """The next page of people, those after the contact with this id."""
    with user.house.ledger.read(user.workspace) as tx:
        return page_of(tx, slug, document, user.house.clock.now(), after)


def page_of(tx: Tx, slug: str, document: Mapping[str, Any], now: int, after: int = 0) -> list[Contact]:
    """Who meets the rule as it is drawn; of a list, its members."""
    if document.get("rule") is None:
        ids = [id_ for id_, _ in members_of(tx, slug, PAGE, after)]
        found = contacts.many(tx, ids)
        return [found[id_] for id_ in ids if id_ in found]
    rule = read_rule(document["rule"])
    try:
        return [] if rule is None else counting.members(tx, rule, now, PAGE, after)
    except NotForSegments:
        return []


def change(user: Visitor, slug: str, rule: Rule) -> Change:
    """What publishing this rule would do. Raises NotForSegments."""
    inside, outside = InSegment(segment=slug), InSegment(segment=slug, negate=True)
    now = user.house.clock.now()
    with user.house.ledger.read(user.workspace) as tx:
        coming = counting.count(tx, All(rules=(rule, outside)), now)
        leaving = counting.count(tx, All(rules=(inside, Not(rule=rule))), now)
        return Change(coming, leaving, users_of(tx, slug))


def _first(tx: Tx, slug: str, document: Mapping[str, Any], now: int) -> tuple[int | None, list[Contact]]:
    """How many meet the rule, where it can be counted, and the first page of people."""
    rule = read_rule(document.get("rule"))
    try:
        return counting.first(tx, rule, now, PAGE) if rule is not None else (None, page_of(tx, slug, document, now))
    except NotForSegments:
        return None, []


def _problems(user: Visitor, slug: str, document: Mapping[str, Any]) -> list[Problem]:
    """What is wrong with it; nothing while it is half done, because the lines themselves say what is missing."""
    try:
        whole = SegmentDocument.model_validate(document)
    except ValidationError:
        return []
    return check_segment(user.house, user.workspace, slug, whole)
