"""A difference between two states of a flow as screens show it: a line with its block's picture."""

from collections.abc import Iterable
from dataclasses import dataclass

from blocks.contract import Family, Known
from blocks.difference import Difference, What
from blocks.flow import Flow
from blocks.registry import KINDS
from builder.drafting.faces import face
from builder.parts.tag import icon, tag
from runtime.insight.versions import State, compare
from runtime.words import Words


@dataclass(frozen=True, slots=True)
class Change:
    """One difference. `block` is the block's id, "" for the flow itself, whose `family` is ""."""

    what: What
    block: str
    family: Family | str
    icon: str
    said: str


def changes(before: State, after: State, known: Known, w: Words) -> list[Change]:
    """Every difference that somebody in the flow would notice, in the reader's language."""
    return shown(compare(before, after, known), before.flow, after.flow, known, w)


def shown(found: Iterable[Difference], before: Flow, after: Flow, known: Known, w: Words) -> list[Change]:
    """Differences between two drawings, each with the picture of its block."""
    docs = {doc.id: doc for doc in (*before.blocks, *after.blocks)}
    lines = []
    for one in found:
        doc = docs.get(one.block)
        if doc is None:
            lines.append(Change(one.what, "", "", "tune", w.text(one.said)))
            continue
        family = KINDS[doc.kind].card.family if doc.kind in KINDS else "action"
        lines.append(Change(one.what, one.block, family, face(doc, known, w)["icon"], w.text(one.said)))
    return lines


def draw_change(change: Change) -> None:
    """One line."""
    with tag("div", "cw-change"):
        with tag("span", f"cw-tile cw-tile-s f-{change.family}" if change.family else "cw-tile cw-tile-s"):
            icon(change.icon)
        tag("span", "cw-grow", change.said)
