"""The frame in which an e-mail is looked at: no origin, no way out, and no scripts but the one that tells of a press."""

from collections.abc import Callable
from typing import Any, Literal

from nicegui.element import Element

from runtime.places import STATIC

Look = Literal["wide", "phone"]


class MailFrame(Element, component=STATIC / "studio" / "mail_frame.js"):
    """Shows a page of HTML. `label` is what a screen reader calls the frame; `on_narrow` is called on a phone.

    With `on_pick`, which gets the anchor of a section that was pressed, pages have to be made with `pick` (`marks.shown`):
    what holds their scripts off is then their own policy.
    """

    def __init__(
        self,
        *,
        label: str,
        on_narrow: Callable[[], Any] | None = None,
        on_pick: Callable[[str], Any] | None = None,
    ) -> None:
        super().__init__()
        self._props.update({"page": "", "anchor": "", "look": "wide", "ground": "", "label": label})
        if on_narrow is not None:
            self.on("narrow", lambda _: on_narrow(), [])
        if on_pick is not None:
            self._props["picks"] = True
            self.on("pick", lambda event: on_pick(str(event.args)))

    def show(self, page: str, *, ground: str = "") -> None:
        """Another page; the place in it stays at the anchor. `ground` is the colour behind it."""
        self._set("ground", ground)
        self._set("page", page)

    def go(self, anchor: str) -> None:
        """Scroll to an anchor, which is marked if it is a section."""
        self._set("anchor", anchor)

    def resize(self, look: Look) -> None:
        """As wide as there is room, or as a phone."""
        self._set("look", look)

    def _set(self, name: str, value: str) -> None:
        if self._props[name] != value:
            self._props[name] = value
