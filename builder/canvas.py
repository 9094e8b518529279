"""The canvas as an element: the browser holds the open flow, Python is told of every change and pushes small things."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import orjson
from nicegui.element import Element
from nicegui.events import GenericEventArguments
from pydantic import ValidationError

from blocks.flow import Flow
from runtime.places import STATIC

MOST_BYTES = 900_000
"""Of one flow from a browser. NiceGUI takes messages of 1 MB; 1,000 blocks are 200 KB."""

PATIENCE = 10.0
"""Seconds to wait for a browser's answer."""

Document = dict[str, Any]
"""A flow as JSON."""


class FlowCanvas(
    Element, component=STATIC / "canvas" / "flow_canvas.js", esm={"flowcanvas": str(STATIC / "canvas" / "dist")}
):
    """The Vue component of `static/canvas`. `flow` is the last document that the browser told and that is a flow.

    `on_change(rev, reason, flow, depth)` gets every change as a whole, checked against the schema, and how many steps can
    be undone; what is no flow goes to `on_refused` instead. `trail` is what can be undone and done again from the start.
    `on_open(block, keyboard)` follows a click, or Enter on a card. `draft_key` names the draft that the browser keeps until
    `ack`. All listeners are made here: one that came later would mount the component anew, and its undo history would be
    lost.
    """

    def __init__(
        self,
        flow: Document,
        *,
        catalog: Mapping[str, Any],
        words: Mapping[str, str],
        faces: Mapping[str, Any],
        exits: Sequence[Mapping[str, str]],
        draft_key: str,
        version: int,
        readonly: bool,
        on_change: Callable[[int, str, Flow, int], Any],
        on_refused: Callable[[], Any],
        on_select: Callable[[list[str]], Any],
        on_open: Callable[[str, bool], Any],
        on_exits: Callable[[], Any],
        on_conflict: Callable[[], Any],
        on_history: Callable[[bool, bool], Any],
        trail: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__()
        self.flow = flow
        self._on_change = on_change
        self._on_refused = on_refused
        self._props.update(
            {
                "flow": flow,
                "trail": trail,
                "catalog": dict(catalog),
                "words": dict(words),
                "faces": dict(faces),
                "exits": list(exits),
                "counts": {},
                "draft-key": draft_key,
                "version": version,
                "readonly": readonly,
            }
        )
        self.on("graph-change", self._changed)
        self.on("block-select", lambda event: on_select(_ids(event)))
        self.on("block-open", lambda event: on_open(_text(event, "id"), _flag(event, "keyboard")))
        self.on("exit-select", lambda _: on_exits())
        self.on("draft-conflict", lambda _: on_conflict())
        self.on("history", lambda event: on_history(_flag(event, "canUndo"), _flag(event, "canRedo")))

    # ---- what the browser says

    def _changed(self, event: GenericEventArguments) -> Any:
        told = event.args if isinstance(event.args, dict) else {}
        flow = read_flow(told.get("flow"))
        if flow is None:
            return self._on_refused()
        self._remember(flow.to_json())
        reason = str(told.get("reason", ""))[:40]
        return self._on_change(_number(told, "rev"), reason, flow, _number(told, "depth"))

    def _remember(self, document: Document) -> None:
        """Keep the property current without sending it: should the component be mounted anew, it starts from here."""
        self.flow = document
        with self._props.suspend_updates():
            self._props["flow"] = document
            self._props["trail"] = None

    # ---- what Python asks for

    def load(self, document: Document, version: int) -> None:
        """Show another document; what could be undone is forgotten."""
        self._remember(document)
        self._set("version", version)
        self.run_method("loadFlow", document, version)

    def replace(self, document: Document, version: int) -> None:
        """Show another document that is stored already; it can be undone as a change of this page."""
        self._remember(document)
        self._set("version", version)
        self.run_method("replaceFlow", document, version)

    def follow(self, document: Document) -> None:
        """Show what another page has stored. This browser's own draft, which that page may be keeping, is left alone."""
        self._remember(document)
        self.run_method("loadFlow", document)

    def ack(self, rev: int, version: int) -> None:
        """Say that everything up to `rev` is stored as `version`, so that the browser may forget its draft of it."""
        self._set("version", version)
        self.run_method("ack", rev, version)

    async def patch(self, block: str, settings: Mapping[str, Any], key: str) -> None:
        """Change a block's settings; returns when the document has them. Quick changes of one `key` are one undo."""
        await self._ask("patchSettings", block, dict(settings), f"{block}:{key}")

    async def patch_flow(self, parts: Mapping[str, Any]) -> None:
        """Change other parts of the document: name, entry, exits, conversion. Returns when it has them."""
        await self._ask("patchFlow", dict(parts))

    async def other_draft(self) -> Flow | None:
        """The draft that the browser kept and that rests on another version; None if there is none any more."""
        return read_flow(await self._ask("otherDraft"))

    async def _ask(self, method: str, *args: Any) -> Any:
        # The browser answers after it has told the change, on the same socket; one that is cut off answers never.
        try:
            return await self.run_method(method, *args, timeout=PATIENCE)
        except TimeoutError:
            return None

    def show_faces(self, faces: Mapping[str, Any]) -> None:
        """Put new sentences and problems on these cards; None takes one away."""
        kept = {id_: face for id_, face in {**self._props["faces"], **faces}.items() if face is not None}
        self._set("faces", kept)
        self.run_method("setFaces", dict(faces))

    def show_exits(self, exits: Sequence[Mapping[str, str]]) -> None:
        """Say the exit rules beside the trigger."""
        self._set("exits", list(exits))
        self.run_method("setExits", list(exits))

    def show_counts(self, counts: Mapping[str, Any]) -> None:
        """Put numbers on these cards; None takes them away."""
        self.run_method("setCounts", dict(counts))

    def make_readonly(self, *, readonly: bool) -> None:
        """Look only, or draw again."""
        if self._props["readonly"] != readonly:
            self._props["readonly"] = readonly

    def do(self, method: str, *args: Any) -> None:
        """undo, redo, tidy, fit, select(id or ""), removeSelected, duplicateSelected, dropDraft, setPath."""
        self.run_method(method, *args)

    def _set(self, name: str, value: Any) -> None:
        with self._props.suspend_updates():
            self._props[name] = value


def read_flow(told: Any) -> Flow | None:
    """What a browser or a file calls a flow; None if it is none or too large."""
    if not isinstance(told, dict):
        return None
    try:
        return Flow.model_validate(told) if len(orjson.dumps(told)) <= MOST_BYTES else None
    except (ValidationError, TypeError, orjson.JSONEncodeError, RecursionError):
        return None


def _ids(event: GenericEventArguments) -> list[str]:
    found = event.args.get("ids") if isinstance(event.args, dict) else None
    return [one for one in found if isinstance(one, str)] if isinstance(found, list) else []


def _text(event: GenericEventArguments, name: str) -> str:
    found = event.args.get(name) if isinstance(event.args, dict) else None
    return found if isinstance(found, str) else ""


def _number(told: Mapping[str, Any], name: str) -> int:
    found = told.get(name)
    return found if isinstance(found, int) else 0


def _flag(event: GenericEventArguments, name: str) -> bool:
    return isinstance(event.args, dict) and event.args.get(name) is True
