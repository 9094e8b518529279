"""What the sections of the settings share: the document as it stands on the screen, and the way to change it."""

from collections.abc import Callable, Mapping
from typing import Any

from builder.forms import Around

Part = Mapping[str, Any]


class Paper:
    """A flow's document while its settings are open. `on_change` gets the parts that changed, as JSON."""

    def __init__(self, document: dict[str, Any], around: Around, on_change: Callable[[Part], Any]) -> None:
        self.document = document
        self.around = around
        self._on_change = on_change

    def put(self, **parts: Any) -> None:
        """Change parts of the document."""
        self.document = {**self.document, **parts}
        self._on_change(parts)
