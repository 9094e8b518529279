"""Ctrl+Z and its relatives."""

from collections.abc import Callable
from typing import Any

from nicegui.element import Element

from runtime.places import STATIC


class UndoKeys(Element, component=STATIC / "studio" / "undo_keys.js"):
    """Listens on the whole page."""

    def __init__(self, undo: Callable[[], Any], redo: Callable[[], Any]) -> None:
        super().__init__()
        self.on("undo", lambda _: undo(), [])
        self.on("redo", lambda _: redo(), [])
