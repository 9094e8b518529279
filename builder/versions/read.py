"""What the pages of versions read. In threads: it looks into the ledger and the desk."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from pydantic import ValidationError

from blocks.contract import Known
from blocks.flow import Flow
from builder.access import Visitor
from builder.drafting.changes import Change, changes
from runtime.accounts import users
from runtime.desk import Draft
from runtime.engine.publishing.known import known_to
from runtime.insight.versions import AT_ONCE, State, Version, drafted, knowing, numbers, one_version, versions
from runtime.words import Words

DRAFT = "draft"
"""In the place of a version's number."""


@dataclass(frozen=True, slots=True)
class Told:
    """A version with what it changed; None for the first, which has none before it."""

    version: Version
    changes: Sequence[Change] | None


@dataclass(frozen=True, slots=True)
class Page:
    """Some of a flow's versions. `unpublished` is None where there is no draft to be published, or it cannot be read."""

    name: str
    draft: Draft | None
    unpublished: Sequence[Change] | None
    told: Sequence[Told]
    older: int | None
    """Where the next page begins; None if this is the last."""
    people: Mapping[str, str]
    """What users are called, by their address."""


@dataclass(frozen=True, slots=True)
class Side:
    """One of two that are compared: a version, or the draft."""

    id: str
    version: Version | None
    document: Mapping[str, Any]
    state: State


@dataclass(frozen=True, slots=True)
class Pair:
    """Two states of a flow and their differences."""

    name: str
    numbers: Sequence[int]
    has_draft: bool
    before: Side
    after: Side
    changes: Sequence[Change]
    people: Mapping[str, str]
    """What users are called, by their address."""


def page(user: Visitor, slug: str, w: Words, before: int | None = None) -> Page | None:
    """None if the flow was never published."""
    found = versions(user.house, user.workspace, slug, before)
    if not found:
        return None
    known = knowing(known_to(user.house, user.workspace), found)
    told = [Told(new, changes(old.state, new.state, known, w)) for new, old in pairwise(found)]
    more = len(found) > AT_ONCE
    if not more:
        told.append(Told(found[-1], None))
    draft = user.house.desk.drafts(user.workspace).get("flow", slug)
    unpublished = None
    if before is None and (state := _state(user, draft)) is not None:
        unpublished = changes(found[0].state, state, known, w)
    name = draft.name if draft is not None else found[0].state.flow.name
    return Page(name, draft, unpublished, told, told[-1].version.number if more else None, _people(user))


def pair(user: Visitor, slug: str, before: str, after: str, w: Words) -> Pair | None:
    """Two to compare, by their numbers or `DRAFT`; where one is missing, the newest two there are. None if there are
    not two."""
    every = numbers(user.house, user.workspace, slug)
    draft = user.house.desk.drafts(user.workspace).get("flow", slug)
    state = _state(user, draft)
    there = [*([DRAFT] if state is not None else []), *map(str, every)]
    new = after if after in there else next(iter(there), "")
    older = [one for one in there if one != new]
    old = before if before in older else next(iter(there[there.index(new) + 1 :] if new else older), "")
    if not old:
        return None
    sides = [_side(user, slug, one, state) for one in (old, new)]
    if sides[0] is None or sides[1] is None:
        return None
    known = _knowing(known_to(user.house, user.workspace), sides[0], sides[1])
    found = changes(sides[0].state, sides[1].state, known, w)
    name = draft.name if draft is not None else sides[1].state.flow.name
    return Pair(name, every, state is not None, sides[0], sides[1], found, _people(user))


def _people(user: Visitor) -> dict[str, str]:
    return {one.email: one.name for one in users.everybody(user.house) if one.name}


def _side(user: Visitor, slug: str, id_: str, draft: State | None) -> Side | None:
    if id_ == DRAFT:
        return Side(id_, None, draft.flow.to_json(), draft) if draft is not None else None
    version = one_version(user.house, user.workspace, slug, int(id_))
    return Side(id_, version, version.document, version.state) if version is not None else None


def _knowing(known: Known, *sides: Side) -> Known:
    return knowing(known, [side.version for side in sides if side.version is not None])


def _state(user: Visitor, draft: Draft | None) -> State | None:
    if draft is None or draft.state != "active":
        return None
    try:
        flow = Flow.model_validate({**draft.document, "name": draft.name})
    except ValidationError:
        return None
    return drafted(user.house, user.workspace, flow)
