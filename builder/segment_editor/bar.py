"""The bar above a segment: name, state, what is saved, publishing."""

from collections.abc import Callable
from typing import Any

from builder.drafting.saved import Saved
from builder.forms import Box
from builder.frame import Editor
from builder.parts.controls import button
from builder.parts.tag import tag
from runtime.segments.publish import Standing
from runtime.words import Words


class Bar:
    """Draws itself into the editor's bar."""

    def __init__(
        self, frame: Editor, name: str, rename: Callable[[str], Any], publish: Callable[[], Any], w: Words
    ) -> None:
        self._w = w
        frame.left.classes("fe-named")
        with frame.left:
            self._name = Box(
                name, lambda text: rename(text.strip()), look="", label=w("Name of the Segment"), length=120
            )
            self._name.classes("fe-name")
            self._state = tag("span", "cw-state is-draft hide-s")
            self.saved = Saved(w("Offline. What you type is sent when the connection is back."))
        with frame.right:
            self._publish = button(w("Publish"), publish, kind="primary", classes="cw-h34")

    def show_name(self, name: str) -> None:
        """The name as it is by now."""
        self._name.show(name)

    def show_state(self, live: Standing | None) -> None:
        """Draft, or live with how many are in it."""
        w = self._w
        if live is None:
            self._state.text = w("Draft")
        elif live.counting:
            self._state.text = w("Counting…")
        else:
            n, number = live.members, w.number(live.members)
            self._state.text = w("Live, {number} person in it | Live, {number} people in it", n=n, number=number)
        self._state.classes(replace=f"cw-state {'is-draft' if live is None else 'is-live'} hide-s")

    def show_publish(self, *, offered: bool) -> None:
        """Whether there is something to publish here."""
        self._publish.set_visibility(offered)

    def make_readonly(self, *, readonly: bool) -> None:
        """Nothing can be changed here."""
        self._name.enable(not readonly)
