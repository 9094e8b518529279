"""A line above the work that lasts: who else has the draft open, what could not be saved."""

from builder.frame import Editor
from builder.parts.controls import button
from builder.parts.tag import Handler, icon, tag

Action = tuple[str, Handler]


class Banner:
    """One line at a time, or none."""

    def __init__(self, frame: Editor) -> None:
        self._box = tag("div", "fe-banner", role="status")
        # Between the bar and the work area, which are children of one column.
        slot = frame.work.parent_slot
        if slot is not None:
            self._box.move(slot.parent, target_index=slot.children.index(frame.work))
        self._shown: tuple[str, ...] = ()

    def show(self, text: str, *actions: Action, symbol: str = "info", warn: bool = False) -> None:
        """Say `text`, with buttons for what can be done about it."""
        key = (text, *(word for word, _ in actions))
        if key == self._shown:
            return
        self._shown = key
        self._box.clear()
        self._box.classes(replace="fe-banner is-warn" if warn else "fe-banner")
        with self._box:
            icon(symbol)
            tag("span", "cw-grow", text)
            for word, handler in actions:
                button(word, handler, small=True)

    def hide(self) -> None:
        """Nothing to say."""
        if self._shown:
            self._shown = ()
            self._box.clear()
