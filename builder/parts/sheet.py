"""The panel at the right of an editor, which is a sheet at the bottom of a phone."""

from collections.abc import Callable
from typing import Any

from nicegui.element import Element


class Sheet(Element, component="sheet.js"):
    """What is made inside stands in the panel. `on_away` is called when somebody drags the sheet off a phone's screen."""

    def __init__(self, *, label: str, grab: str, on_away: Callable[[], Any]) -> None:
        super().__init__()
        self._props["aria-label"] = label
        self._props["grab-words"] = grab
        self.on("away", lambda _: on_away(), [])

    def rest(self) -> None:
        """Back to its usual height."""
        self.run_method("rest")
