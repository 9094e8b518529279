"""One way through a flow: what somebody goes through who takes these outlets."""

from collections.abc import Mapping
from dataclasses import dataclass

from blocks import KINDS
from blocks.contract import Outlet, Trigger
from blocks.flow import BlockDoc, Flow


@dataclass(frozen=True, slots=True)
class Stop:
    """A block on the way. `taken` is the outlet it is left by; "" where the way ends."""

    doc: BlockDoc
    outlets: tuple[Outlet, ...]
    taken: str


def walk(flow: Flow, choices: Mapping[str, str], start: str = "") -> list[Stop]:
    """The blocks from a trigger (the first, or `start`) to the end, or until the way comes back to where it was.

    `choices` says by which outlet a block is left, where there are several; without it, the first that leads on.
    """
    docs = {doc.id: doc for doc in flow.blocks}
    here = start if start in docs else next((doc.id for doc in flow.blocks if _is_trigger(doc)), "")
    way: list[Stop] = []
    been: set[str] = set()
    while here in docs and here not in been:
        been.add(here)
        outlets = _outlets(docs[here])
        onward = [outlet.id for outlet in outlets if (here, outlet.id) in flow.ways]
        ids = [outlet.id for outlet in outlets]
        chosen = choices.get(here, "")
        taken = chosen if chosen in ids else (onward or ids or [""])[0]
        way.append(Stop(docs[here], outlets, taken))
        here = flow.ways.get((here, taken), "")
    return way


def triggers(flow: Flow) -> list[BlockDoc]:
    """The blocks at which somebody enters."""
    return [doc for doc in flow.blocks if _is_trigger(doc)]


def _is_trigger(doc: BlockDoc) -> bool:
    return doc.kind in KINDS and issubclass(KINDS[doc.kind], Trigger)


def _outlets(doc: BlockDoc) -> tuple[Outlet, ...]:
    return KINDS[doc.kind].ways_out(doc.settings) if doc.kind in KINDS else ()
