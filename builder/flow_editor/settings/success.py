"""What came of the flow: how many had a success, beside those who were held out."""

from collections.abc import Callable
from typing import Any

from blocks.flow import Conversion
from builder.flow_editor.settings.paper import Paper
from builder.flow_editor.success import Bar, bars, difference, notes
from builder.parts.tag import tag
from runtime.insight.success import Success

Ask = Callable[[Conversion], Any]
"""Find out what came of it, and call `show`; `wait` if that takes more than a moment."""


class SuccessSection:
    """Draws itself where it is made; there is nothing to be seen of a flow that wants nothing or never was live."""

    def __init__(self, paper: Paper, zone: str, ask: Ask) -> None:
        self._paper = paper
        self._zone = zone
        self._ask = ask
        self._place = tag("section", "cw-sect fe-success")
        self._place.set_visibility(False)
        self.find_out()

    def find_out(self) -> None:
        """What counts as a success may have changed."""
        wanted = self._wanted()
        if wanted is None:
            self._place.set_visibility(False)
        else:
            self._ask(wanted)

    def wait(self, wanted: Conversion) -> None:
        """Its shape, until it is there."""
        if wanted != self._wanted():
            return
        self._begin()
        with self._place, tag("div", "fe-outcomes", aria_hidden="true"):
            tag("span", "cw-skel")
            tag("span", "cw-skel is-bar")
            tag("span", "cw-skel")

    def show(self, wanted: Conversion, found: Success | None) -> None:
        """What came of the flow if this is a success, unless something else is one by now."""
        if wanted != self._wanted():
            return
        if found is None:
            self._place.set_visibility(False)
            return
        w = self._paper.around.w
        groups = bars(found, w)
        whole = 1.0 if len(groups) == 1 else max(bar.group.share for bar in groups) or 1.0
        self._begin()
        with self._place:
            if any(bar.group.entered for bar in groups):
                with tag("div", "fe-outcomes is-compared" if len(groups) > 1 else "fe-outcomes"):
                    for nth, bar in enumerate(groups):
                        _draw(bar, whole, held=nth > 0)
            if text := difference(found, w):
                tag("p", "cw-13", text)
            for text in notes(found, wanted.days, self._zone, w):
                tag("p", "cw-cap", text)

    def _begin(self) -> None:
        self._place.set_visibility(True)
        self._place.clear()
        with self._place:
            tag("h4", "", self._paper.around.w("What came of it"))

    def _wanted(self) -> Conversion | None:
        document = self._paper.document["conversion"]
        return Conversion.model_validate(document) if document else None


def _draw(bar: Bar, whole: float, *, held: bool) -> None:
    """One bar, of which `whole` would fill the width."""
    with tag("div", "fe-outcome"):
        with tag("div", "said"):
            tag("span", "cw-grow", bar.label)
            tag("span", "cw-cap cw-tab", bar.count)
            tag("b", "cw-tab", bar.share)
        with tag("div", "cw-bar fe-bar", aria_hidden="true"):
            tag("i", "is-held" if held else "", style=f"width: {100 * bar.group.share / whole:.1f}%")
