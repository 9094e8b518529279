"""What publishing would change: the draft held against what is live."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from blocks.contract import Known
from blocks.flow import BlockDoc, Flow
from blocks.phrase import Quoted, say
from blocks.registry import KINDS
from builder.drafting.faces import face
from runtime.words import Words

What = Literal["added", "removed", "changed", "email", "links", "flow"]


@dataclass(frozen=True, slots=True)
class Change:
    """One difference. `block` is the block's id, "" for the flow itself."""

    what: What
    block: str
    family: str
    icon: str
    said: str


def changes(
    live: Flow,
    draft: Flow,
    live_emails: Mapping[str, Any],
    draft_emails: Mapping[str, Any],
    known: Known,
    w: Words,
) -> list[Change]:
    """Every difference that somebody in the flow would notice. Where cards stand and what notes say is none.

    `live_emails` and `draft_emails` are the e-mails' documents by the id of the block that sends them.
    """
    before = {doc.id: doc for doc in live.blocks}
    after = {doc.id: doc for doc in draft.blocks}

    def about(what: What, doc: BlockDoc) -> Change:
        shown = face(doc, known, w)
        family = KINDS[doc.kind].card.family if doc.kind in KINDS else "action"
        return Change(what, doc.id, family, shown["icon"], shown["say"])

    found = [about("added", doc) for id_, doc in after.items() if id_ not in before]
    found += [about("removed", doc) for id_, doc in before.items() if id_ not in after]
    for id_, doc in after.items():
        was = before.get(id_)
        if was is None:
            continue
        if (was.kind, was.settings) != (doc.kind, doc.settings):
            found.append(about("changed", doc))
        elif id_ in live_emails and live_emails[id_] != draft_emails.get(id_):
            found.append(about("email", doc))
        if _leads_elsewhere(live, draft, id_, before, after):
            found.append(about("links", doc))
    return found + [Change("flow", "", "", "tune", said) for said in _of_the_flow(live, draft, w)]


def _leads_elsewhere(
    live: Flow, draft: Flow, block: str, before: Mapping[str, BlockDoc], after: Mapping[str, BlockDoc]
) -> bool:
    """Whether a way between two blocks that stay goes elsewhere; what comes or goes in between is said for itself."""
    outlets = {outlet for source, outlet in (*live.ways, *draft.ways) if source == block}
    for outlet in outlets:
        was, now = live.ways.get((block, outlet)), draft.ways.get((block, outlet))
        if was != now and (was is None or was in after) and (now is None or now in before):
            return True
    return False


def _of_the_flow(live: Flow, draft: Flow, w: Words) -> Iterator[str]:
    if live.name != draft.name:
        yield w.text(say("It is called {name}", name=Quoted(draft.name)))
    if live.entry != draft.entry:
        yield w("Who may be in it, and how often")
    if live.exits != draft.exits:
        yield w("The exit rules")
    if live.conversion != draft.conversion:
        yield w("What counts as a success")
    if live.priority != draft.priority:
        yield w("Its priority between Flows")
    if live.speaks_alone != draft.speaks_alone:
        yield w("Whether it keeps quiet for a Flow of higher priority")
    if live.hold_out != draft.hold_out:
        yield w("Whom it holds out")
