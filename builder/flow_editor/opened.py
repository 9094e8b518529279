"""What is read before the editor is drawn, and again while it is open. In threads: it looks into the desk and the ledger."""

from dataclasses import dataclass

from pydantic import ValidationError

from blocks.checks import seen_from
from blocks.contract import Known, Problem
from blocks.flow import Flow
from builder.access import Visitor
from builder.drafting.changes import Change, changes
from runtime.desk import Draft
from runtime.engine.publishing.known import known_to
from runtime.engine.publishing.publish import check_draft
from runtime.insight.published import Live, what_is_live
from runtime.insight.versions import State, drafted
from runtime.words import Words


@dataclass(frozen=True, slots=True)
class Look:
    """How a draft stands: what is known, what is wrong, what publishing would change."""

    known: Known
    problems: list[Problem]
    live: Live | None
    changes: list[Change]


@dataclass(frozen=True, slots=True)
class Opened:
    """A draft with its first look."""

    draft: Draft
    flow: Flow
    look: Look


class Unreadable(Exception):
    """What is on the desk is no flow document: somebody wrote it by hand, or a newer Cartwheel did."""


def open_flow(user: Visitor, slug: str, w: Words) -> Opened | None:
    """None if there is no such draft. Raises Unreadable."""
    draft = user.house.desk.drafts(user.workspace).get("flow", slug)
    if draft is None:
        return None
    try:
        flow = Flow.model_validate({**draft.document, "name": draft.name})
    except ValidationError as wrong:
        raise Unreadable(str(wrong)) from wrong
    return Opened(draft, flow, look(user, slug, flow, w))


def look(user: Visitor, slug: str, flow: Flow, w: Words, known: Known | None = None) -> Look:
    """Check the flow as it is drawn now. With `known`, what the workspace knows is not read again."""
    house, workspace = user.house, user.workspace
    known = seen_from(known or known_to(house, workspace), flow)
    problems = check_draft(house, workspace, flow, known, slug)
    live = what_is_live(house, workspace, slug)
    found: list[Change] = []
    if live is not None and live.state != "archived":
        before = Flow.model_validate(live.document)
        found = changes(State(before, live.emails, live.brand), drafted(house, workspace, flow), known, w)
    return Look(known, problems, live, found)
