"""The list of sections, in which they are chosen and moved."""

from collections.abc import Callable, Sequence
from typing import Any, TypedDict

from nicegui.element import Element
from nicegui.events import GenericEventArguments

from runtime.places import STATIC
from runtime.words import Words


class Item(TypedDict):
    """A line of the list. `level` is "bad", "warn" or "" for what is wrong with the section."""

    id: str
    icon: str
    title: str
    line: str
    level: str


class SectionList(Element, component=STATIC / "studio" / "section_list.js"):
    """Draws the items; what is done to them is told, and shown when `show` is called with what came of it."""

    def __init__(
        self,
        w: Words,
        *,
        on_choose: Callable[[str], Any],
        on_move: Callable[[str, int], Any],
        on_remove: Callable[[str], Any],
    ) -> None:
        super().__init__()
        self._props["items"] = []
        self._props["chosen"] = ""
        self._props["words"] = {
            "list": w("Sections"),
            "grip": w("Move with the arrow keys, or drag"),
            "moved": w("{section} is now number {place}", section="{section}", place="{place}"),
            "bad": w("Something is wrong here"),
            "warn": w("Worth a look"),
        }
        self.on("choose", lambda event: on_choose(str(event.args)))
        self.on("remove", lambda event: on_remove(str(event.args)))
        self.on("move", lambda event: self._moved(event, on_move))

    def show(self, items: Sequence[Item], chosen: str) -> None:
        """The sections as they are now."""
        if self._props["items"] != list(items):
            self._props["items"] = list(items)
        if self._props["chosen"] != chosen:
            self._props["chosen"] = chosen

    def make_readonly(self, *, readonly: bool) -> None:
        """Whether sections can be moved and removed."""
        self._props.set_bool("readonly", readonly)

    @staticmethod
    def _moved(event: GenericEventArguments, on_move: Callable[[str, int], Any]) -> Any:
        told = event.args if isinstance(event.args, dict) else {}
        to = told.get("to")
        return on_move(str(told.get("id", "")), to) if isinstance(to, int) else None
