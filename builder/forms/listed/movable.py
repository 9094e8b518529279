"""A list whose lines are moved by hand."""

from collections.abc import Callable
from typing import Any

from nicegui.element import Element
from nicegui.events import GenericEventArguments

from builder.parts.tag import Tag, icon, tag
from runtime.words import Words


class Movable(Element, component="movable.js"):
    """Its children are `line`s. `on_move(id, place)` is to move one."""

    def __init__(self, on_move: Callable[[str, int], Any], w: Words, *, label: str) -> None:
        super().__init__()
        self._w = w
        self._props["label"] = label
        self._props["moved"] = w("{name} is now number {place}", name="{name}", place="{place}")
        self.on("move", lambda event: self._moved(event, on_move))

    def line(self, id_: str) -> Tag:
        """A new line at the end, with its grip."""
        with self:
            made = tag("li", "cw-item", data_item=id_)
        label = self._w("Move with the arrow keys, or drag")
        with made, tag("button", "cw-grip", type="button", data_grip=True, title=label, aria_label=label):
            icon("drag_indicator", "s")
        return made

    @staticmethod
    def _moved(event: GenericEventArguments, on_move: Callable[[str, int], Any]) -> Any:
        told = event.args if isinstance(event.args, dict) else {}
        to = told.get("to")
        return on_move(str(told.get("id", "")), to) if isinstance(to, int) else None
