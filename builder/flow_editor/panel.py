"""The panel beside the canvas: the form of the chosen block, else the settings of the flow."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from blocks import KINDS
from blocks.contract import Problem
from blocks.flow import BlockDoc, Conversion, Flow
from builder.drafting.faces import Face
from builder.flow_editor.kept import FLOW, part_of
from builder.flow_editor.preview import Preview
from builder.flow_editor.reach import Reach
from builder.flow_editor.settings import FlowSettings
from builder.flow_editor.words import BLOCK_WIDGETS
from builder.forms import Around, Form
from builder.parts.controls import button, icon_button
from builder.parts.sheet import Sheet
from builder.parts.tag import Tag, icon, tag
from runtime.insight.success import Success


@dataclass(frozen=True, slots=True)
class Asks:
    """What the panel asks of the editor."""

    patch: Callable[[str, dict[str, Any], str], Any]
    """(block, settings, key)"""
    patch_flow: Callable[[Mapping[str, Any]], Any]
    duplicate: Callable[[], Any]
    delete: Callable[[], Any]
    close: Callable[[], Any]
    choose: Callable[[str], Any]
    """Lead to a block."""
    reach: Callable[[str], Any]
    """Find out how many a block's rule would match, and call `show_reach`."""
    success: Callable[[Conversion], Any]
    """Find out what came of the flow, and call `show_success`; `await_success` if that takes more than a moment."""


class Panel:
    """Draws itself where it is made. `zone` is the shop's."""

    def __init__(self, around: Around, asks: Asks, zone: str) -> None:
        self._around = around
        self._asks = asks
        self._zone = zone
        self._readonly = False
        self._block = ""
        self._form: Form | None = None
        self._settings: FlowSettings | None = None
        self._title: Tag | None = None
        self._tile: Tag | None = None
        self._kind: Tag | None = None
        self._match: Tag | None = None
        self._reach: Reach | None = None
        self._preview: Preview | None = None
        w = around.w
        self.sheet = Sheet(label=w("Settings of the Block"), grab=w("Higher or lower"), on_away=asks.close)

    @property
    def block(self) -> str:
        """The block whose form is open, or ""."""
        return self._block

    def close(self) -> None:
        """Nothing is shown, and the canvas has the room."""
        self._forget()
        self.sheet.classes(replace="hidden")

    def focus(self) -> None:
        """Put the cursor into the first field."""
        if self._form is not None:
            self._form.focus()

    def make_readonly(self, *, readonly: bool) -> None:
        """Whether anything can be changed; takes effect with what is shown next."""
        self._readonly = readonly

    # ---- a block

    def show_block(self, doc: BlockDoc, face: Face, problems: Sequence[Problem], *, typing: bool) -> None:
        """Open the form of a block; if it is open already, bring it up to date, unless somebody is `typing` in it."""
        if self._block == doc.id and self._form is not None:
            if not typing:
                self._form.load(doc.settings)
            self.show_face(face, problems)
            return
        self._forget()
        self._block = doc.id
        model = KINDS.get(doc.kind)
        family = model.card.family if model is not None else "action"
        with self._begin(f"f-{family}"):
            self._header(face)
            with tag("div", "body", data_keep=part_of(doc.id)), self._fieldset():
                if model is not None:
                    self._form = Form(model, doc.settings, self._around, self._changed, widgets=BLOCK_WIDGETS)
                self._match = tag("section", "cw-sect fe-matches")
                self._match.set_visibility(False)
            if not self._readonly:
                self._footer()
        self.show_face(face, problems)
        self._asks.reach(doc.id)

    def show_face(self, face: Face, problems: Sequence[Problem]) -> None:
        """The sentence at the top and what is wrong, without touching the fields."""
        if self._title is not None:
            self._title.text = face["say"]
        if self._kind is not None:
            self._kind.text = face["kind"]
        if self._tile is not None:
            self._tile.text = face["icon"]
        if self._form is not None:
            self._form.tell(problems)

    def _changed(self, settings: dict[str, Any], key: str) -> None:
        self._asks.patch(self._block, settings, key)
        self._asks.reach(self._block)

    def show_reach(self, block: str, found: Reach | None) -> None:
        """How many the rule of `block` would match; nothing where there is no honest answer."""
        place = self._match
        if place is None or block != self._block or found == self._reach:
            return
        self._reach = found
        place.clear()
        place.set_visibility(found is not None)
        if found is None:
            return
        w = self._around.w
        total = max(1, sum(share.count for share in found.shares))
        with place:
            tag("h4", "", w("Would match now"))
            with tag("div", "fe-match"):
                for share in found.shares:
                    with tag("span"):
                        tag("b", "cw-tab", w.number(share.count))
                        tag("span", "", " " + share.label)
            with tag("div", "cw-bar fe-bar"):
                for nth, share in enumerate(found.shares[:-1]):
                    tag("i", f"arm-{nth}", style=f"width: {100 * share.count / total:.1f}%")
                tag("i", style="flex: 1; background: var(--cw-line-2)")
            tag("p", "cw-cap", found.said)

    def _header(self, face: Face) -> None:
        w = self._around.w
        with tag("header"):
            with tag("span", "cw-tile"):
                self._tile = icon(face["icon"])
            with tag("div", "cw-grow"):
                self._kind = tag("span", "cw-micro", face["kind"])
                self._title = tag("h3", "", face["say"])
            icon_button("close", w("Close"), self._asks.close)

    def _footer(self) -> None:
        w = self._around.w
        with tag("footer"):
            button(w("Duplicate"), self._asks.duplicate, kind="quiet", small=True, symbol="content_copy")
            tag("span", "cw-grow")
            button(w("Delete Block"), self._asks.delete, kind="bad", small=True, symbol="delete")

    # ---- several blocks, the flow

    def show_several(self, count: int) -> None:
        """What can be done with several blocks together."""
        self._forget()
        w = self._around.w
        with self._begin(""):
            with tag("header"):
                with tag("div", "cw-grow"):
                    tag("h3", "", w("{n} Block chosen | {n} Blocks chosen", n=count))
                icon_button("close", w("Close"), self._asks.close)
            with tag("div", "body"):
                tag(
                    "p",
                    "cw-13",
                    w("Drag one and all move. Copy them with Ctrl+C, and put them into any Flow with Ctrl+V."),
                )
            if not self._readonly:
                self._footer()

    def show_flow(self, flow: Flow, problems: Sequence[Problem], *, asked: bool, typing: bool) -> None:
        """The settings of the flow, as `show_block`. On a phone only when they were `asked` for."""
        if self._settings is not None:
            if not typing:
                self._settings.load(flow)
            if asked:
                self.sheet.classes(remove="is-rest")
            return
        self._forget()
        w = self._around.w
        with self._begin("", rest=not asked):
            with tag("header"):
                with tag("span", "cw-tile"):
                    icon("tune")
                with tag("div", "cw-grow"):
                    tag("span", "cw-micro", w("The whole Flow"))
                    tag("h3", "", w("Settings of the Flow"))
                icon_button("close", w("Close"), self._asks.close)
            with tag("div", "body", data_keep=FLOW), self._fieldset():
                asks = self._asks
                self._settings = FlowSettings(flow, self._around, asks.patch_flow, asks.success, self._zone)
        self._settings.tell(problems)

    def await_success(self, wanted: Conversion) -> None:
        """What came of the flow takes a moment longer."""
        if self._settings is not None:
            self._settings.success.wait(wanted)

    def show_success(self, wanted: Conversion, found: Success | None) -> None:
        """What came of the flow, if its settings are open and this is what they call a success."""
        if self._settings is not None:
            self._settings.success.show(wanted, found)

    def show_exits(self) -> None:
        """Begin an exit rule if there is none yet."""
        if self._settings is not None and not self._readonly:
            self._settings.add_exit()

    def tell_flow(self, problems: Sequence[Problem]) -> None:
        """What is wrong with the flow itself, if its settings are open."""
        if self._settings is not None:
            self._settings.tell(problems)

    # ---- the way of a contact

    def show_preview(self, flow: Flow, faces: dict[str, Face], on_way: Callable[[list[str], list[str]], Any]) -> None:
        """What somebody goes through; drawn anew whenever the flow changes."""
        if self._preview is None:
            self._forget()
            self._preview = Preview(
                self._begin(""),
                self._around.emails,
                self._around.w,
                on_way=on_way,
                on_choose=self._asks.choose,
                on_close=self._asks.close,
            )
        self._preview.show(flow, faces)

    # ---- pieces

    def _begin(self, classes: str, *, rest: bool = False) -> Sheet:
        self.sheet.clear()
        self.sheet.classes(replace=f"{classes} {'is-rest' if rest else ''}".strip())
        return self.sheet

    def _fieldset(self) -> Tag:
        made = tag("fieldset", "cw-plain-set")
        if self._readonly:
            made.set(disabled=True)
        return made

    def _forget(self) -> None:
        self._block = ""
        self._reach = None
        self._preview = None
        self._form = self._settings = self._title = self._tile = self._kind = self._match = None
