"""Those inside while a change is published: for each block where people stand, what becomes of them."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from nicegui import background_tasks

from blocks import KINDS
from blocks.contract import Known
from blocks.flow import BlockDoc, Flow
from builder.drafting.faces import face
from builder.drafting.told_apart import told_apart
from builder.forms.box import Box, Option
from builder.parts.controls import button
from builder.parts.flow_map import FlowMap
from builder.parts.tag import Tag, icon, tag
from runtime.engine.publishing.moving import Foreseen, How, Move
from runtime.words import Words

_TO = "to:"
Ask = Callable[[Mapping[str, Move]], Awaitable[Mapping[str, Foreseen]]]


@dataclass(frozen=True, slots=True)
class Fates:
    """How many of those inside finish the version they entered, go over to the new one, and leave."""

    staying: int = 0
    going: int = 0
    leaving: int = 0


class Insiders:
    """The rows of the dialog, and what was chosen. With nobody inside nothing is drawn."""

    def __init__(self, standing: Mapping[str, int], live: Flow, draft: Flow, known: Known, ask: Ask, w: Words) -> None:
        """`ask` says what will become of those at each block by going over as it is chosen."""
        self.moves: dict[str, Move] = {}
        self._ask = ask
        self._foreseen: Mapping[str, Foreseen] = {}
        self._said: dict[str, Tag] = {}
        self._standing = standing
        self._stood = {doc.id: doc for doc in live.blocks}
        self._draft = {doc.id: doc for doc in draft.blocks}
        self._document = draft.to_json()
        self._stood_names = _names(live, list(self._stood), known, w)
        self._names = _names(draft, [doc.id for doc in draft.blocks if _family(doc) != "trigger"], known, w)
        self._maps: dict[str, FlowMap] = {}
        self._known = known
        self._w = w
        self._boxes: dict[str, Box] = {}

    @property
    def fates(self) -> Fates:
        """What becomes of how many, as it is chosen now."""
        staying = sum(
            n if block not in self.moves else self._foreseen[block].staying if block in self._foreseen else 0
            for block, n in self._standing.items()
        )
        left = [block for block, move in self.moves.items() if move.how == "leave"]
        leaving = sum(self._standing.get(block, 0) for block in left)
        return Fates(staying, sum(self._standing.values()) - staying - leaving, leaving)

    def draw(self) -> None:
        """A row for each block, those with most people first."""
        if not self._standing:
            return
        w = self._w
        with tag("section", "fe-inside", aria_label=w("Who is inside")):
            with tag("div", "cw-row"):
                tag("h3", "cw-grow", w("Who is inside"))
                if any(self._stays(block) for block in self._standing):
                    button(w("Take all along"), self._take_all, kind="quiet", symbol="group", small=True)
            for block, count in sorted(self._standing.items(), key=lambda one: -one[1]):
                self._row(block, count)

    def _row(self, block: str, count: int) -> None:
        w, doc = self._w, self._stood.get(block) or self._draft.get(block)
        said = face(doc, self._known, w) if doc is not None else {"icon": "history", "say": w("A Block of before")}
        with tag("div", "fe-insider"):
            with tag("span", f"cw-tile cw-tile-s f-{_family(doc)}"):
                icon(said["icon"])
            with tag("div", "cw-grow"):
                tag("span", "cw-block-el", self._stood_names.get(block, said["say"]))
                tag("span", "cw-cap", w("{n} person | {n} people", n=count))
                self._said[block] = tag("span", "cw-cap cw-warn-t cw-block-el hidden", role="status")
            self._boxes[block] = Box(
                "stay",
                partial(self._choose, block),
                label=w("What becomes of them: {block}", block=self._stood_names.get(block, said["say"])),
                kind="select",
                options=self._options(block),
                look="cw-input cw-select",
            )
            if not self._stays(block):
                label = w("Choose to which Block they go over")
                with tag("div", "fe-insider-map"):
                    tag("span", "cw-cap", label)
                    self._maps[block] = FlowMap(self._document, self._names, partial(self._point, block), label=label)

    def _options(self, block: str) -> list[Option]:
        w = self._w
        options: list[Option] = [{"value": "stay", "label": w("Finish the version they entered")}]
        if self._stays(block):
            options.append({"value": "keep", "label": w("Go over, at the same time as before")})
            if _family(self._draft[block]) == "timing":
                options.append({"value": "renew", "label": w("Go over, with the time counted anew")})
            return options
        for id_, name in self._names.items():
            options.append({"value": _TO + id_, "label": w("Go over to: {block}", block=name)})
        options.append({"value": "leave", "label": w("Leave the Flow")})
        return options

    def _stays(self, block: str) -> bool:
        """Whether the block is still what it was."""
        before, now = self._stood.get(block), self._draft.get(block)
        return now is not None and (before is None or before.kind == now.kind)

    def _point(self, block: str, target: str) -> None:
        """Choose on the picture where they go over to."""
        self._boxes[block].show(_TO + target)
        self._choose(block, _TO + target)

    def _choose(self, block: str, chosen: Any) -> None:
        if block in self._maps:
            self._maps[block].show(str(chosen).removeprefix(_TO) if str(chosen).startswith(_TO) else "")
        how: dict[str, How] = {"keep": "keep", "renew": "renew", "leave": "leave"}
        if chosen in how:
            self.moves[block] = Move(how[chosen])
        elif str(chosen).startswith(_TO):
            self.moves[block] = Move("to", str(chosen).removeprefix(_TO))
        else:
            self.moves.pop(block, None)
        background_tasks.create(self._look(dict(self.moves)), name="insiders", context=self._said[block])

    async def _look(self, moves: Mapping[str, Move]) -> None:
        """Say who of them goes on at once, and who stays behind all the same."""
        foreseen = await self._ask(moves)
        if moves != self.moves:
            return
        self._foreseen = foreseen
        for block, said in self._said.items():
            if not said.is_deleted:
                said.text = self._foretold(moves[block], foreseen[block]) if block in foreseen else ""
                said.classes(remove="hidden") if said.text else said.classes(add="hidden")

    def _foretold(self, move: Move, foreseen: Foreseen) -> str:
        """What is worth knowing before they go over like this."""
        w, told = self._w, list[str]()
        if foreseen.at_once is None:
            told.append(w("Whose time is over there goes on at once."))
        elif foreseen.at_once and move.how == "renew":
            told.append(
                w(
                    "{n} person has waited that long already, and goes on at once."
                    " | {n} people have waited that long already, and go on at once.",
                    n=foreseen.at_once,
                )
            )
        elif foreseen.at_once:
            told.append(
                w("{n} person goes on from there at once. | {n} people go on from there at once.", n=foreseen.at_once)
            )
        if foreseen.staying:
            told.append(
                w(
                    "{n} person finishes the version they entered: an e-mail that they have had would come again."
                    " | {n} people finish the version they entered: an e-mail that they have had would come again.",
                    n=foreseen.staying,
                )
            )
        return " ".join(told)

    def _take_all(self) -> None:
        for block, box in self._boxes.items():
            if self._stays(block):
                self._choose(block, "keep")
                box.show("keep")


def _names(flow: Flow, among: Sequence[str], known: Known, w: Words) -> dict[str, str]:
    return told_apart(flow, {doc.id: face(doc, known, w)["say"] for doc in flow.blocks}, among, w)


def _family(doc: BlockDoc | None) -> str:
    return KINDS[doc.kind].card.family if doc is not None and doc.kind in KINDS else "action"
