"""The sentences and problems on the cards, and the browser told of those that differ."""

from collections.abc import Mapping, Sequence

from blocks.contract import Known, Problem
from blocks.flow import BlockDoc, Flow
from builder.canvas import FlowCanvas
from builder.drafting.faces import Face, face, faces, said_exits
from runtime.words import Words


class Cards:
    """What each card says now. `canvas` is set as soon as there is one; `known` and `problems` follow every check."""

    def __init__(self, flow: Flow, known: Known, problems: Sequence[Problem], w: Words) -> None:
        self.canvas: FlowCanvas | None = None
        self.known = known
        self.faces: dict[str, Face] = faces(flow, known, w, problems)
        self._w = w

    def follow(self, before: Flow, now: Flow) -> None:
        """Say anew the cards that differ, and the exit rules."""
        old = {doc.id: doc for doc in before.blocks}
        kept = {doc.id for doc in now.blocks}
        fresh: dict[str, Face | None] = {id_: None for id_ in old if id_ not in kept}
        for doc in now.blocks:
            was = old.get(doc.id)
            if was is None or (was.kind, was.settings) != (doc.kind, doc.settings):
                fresh[doc.id] = self._said(doc)
        self._put(fresh)
        if before.exits != now.exits and self.canvas is not None:
            self.canvas.show_exits(said_exits(now.exits, self.known, self._w))

    def say(self, doc: BlockDoc) -> Face:
        """Say one block as it is being typed. Returns its card."""
        said = self._said(doc)
        self._put({doc.id: said})
        return said

    def check(self, flow: Flow, known: Known, problems: Sequence[Problem]) -> None:
        """Say all of them after a check."""
        self.known = known
        self._put(faces(flow, known, self._w, problems))

    def _said(self, doc: BlockDoc) -> Face:
        """A card before it is checked: with the problems it had."""
        said = face(doc, self.known, self._w)
        return said | {"problems": self.faces.get(doc.id, said)["problems"]}

    def _put(self, fresh: Mapping[str, Face | None]) -> None:
        changed = {id_: said for id_, said in fresh.items() if self.faces.get(id_) != said}
        for id_, said in changed.items():
            if said is None:
                self.faces.pop(id_, None)
            else:
                self.faces[id_] = said
        if changed and self.canvas is not None:
            self.canvas.show_faces(changed)
