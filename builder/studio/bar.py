"""The bar above the studio: name, what is saved, undo, a test, done."""

from collections.abc import Callable
from typing import Any, Protocol

from builder.drafting.saved import Saved
from builder.forms import Box
from builder.frame import Editor
from builder.parts.controls import button, icon_button
from builder.parts.menu import Menu, menu_item, menu_line
from builder.parts.tag import Tag, tag
from runtime.words import Words


class Deeds(Protocol):
    """What the bar asks of the studio."""

    def rename(self, name: str) -> Any: ...
    def undo(self) -> Any: ...
    def redo(self) -> Any: ...
    async def send_test(self) -> None: ...
    async def done(self) -> None: ...


class Bar:
    """Draws itself into the editor's bar."""

    def __init__(self, frame: Editor, name: str, deeds: Deeds, w: Words) -> None:
        frame.left.classes("fe-named")
        with frame.left:
            self._name = Box(name, self._renamed(deeds), look="", label=w("Name of the e-mail"), length=200)
            self._name.classes("fe-name")
            self.saved = Saved(w("Offline. What you type is sent when the connection is back."))
        with frame.right:
            self._undo = self._tool("undo", w("Undo"), deeds.undo)
            self._redo = self._tool("redo", w("Redo"), deeds.redo)
            self._test = button(w("Send me a test"), deeds.send_test, symbol="outgoing_mail", classes="cw-h34 hide-s")
            more = icon_button("more_horiz", w("More"))
            more.classes("show-s")
            menu = Menu().props("auto-close anchor='bottom right' self='top right'")
            with menu, tag("div", "cw-menu-head"):
                self.saved.say_again()
            with menu, tag("div", "", role="menu", aria_label=w("More")):
                menu_item(w("Undo"), "undo", deeds.undo)
                menu_item(w("Redo"), "redo", deeds.redo)
                menu_line()
                menu_item(w("Send me a test"), "outgoing_mail", deeds.send_test)
            menu.move(more)
            button(w("Done"), deeds.done, kind="primary", classes="cw-h34")
        self._more = more
        self.show_history(can_undo=False, can_redo=False)

    def show_name(self, name: str) -> None:
        """The name as it is by now."""
        self._name.show(name)

    def show_history(self, *, can_undo: bool, can_redo: bool) -> None:
        """Whether there is something to undo and to do again."""
        self._undo.set(disabled=None if can_undo else True)
        self._redo.set(disabled=None if can_redo else True)

    def make_readonly(self, *, readonly: bool) -> None:
        """Nothing can be changed here."""
        self._name.enable(not readonly)
        for made in (self._undo, self._redo, self._more):
            made.set_visibility(not readonly)

    @staticmethod
    def _renamed(deeds: Deeds) -> Callable[[str], Any]:
        def renamed(text: str) -> None:
            if text.strip():
                deeds.rename(text.strip())

        return renamed

    @staticmethod
    def _tool(symbol: str, label: str, on_click: Callable[[], Any]) -> Tag:
        made = icon_button(symbol, label, on_click, each=True)
        made.classes("hide-s")
        return made
