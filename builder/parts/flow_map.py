"""The picture of a flow on which a block is chosen: beside a list of sentences it shows which of them is where."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from builder.parts.picture import Way, flow_picture, places
from builder.parts.tag import Tag, tag

WIDTH = 380


class FlowMap:
    """Draws itself where it is made. `names` has what is said of each block that can be chosen, `on_choose` gets its id."""

    def __init__(
        self, document: Mapping[str, Any], names: Mapping[str, str], on_choose: Callable[[str], Any], *, label: str
    ) -> None:
        self._buttons: dict[str, Tag] = {}
        with tag("div", "fm", role="group", aria_label=label):
            flow_picture(document, width=WIDTH, classes="fm-picture", way=Way((), ()))
            for id_, at in places(document).items():
                if id_ not in names:
                    continue
                made = tag("button", "fm-block", type="button", title=names[id_], aria_label=names[id_])
                made.style(f"left: {at.left:.2f}%; top: {at.top:.2f}%; width: {at.wide:.2f}%; height: {at.high:.2f}%")
                made.style(f"--fm-colour: var(--cw-{at.family})")
                made.on_click(partial(on_choose, id_))
                self._buttons[id_] = made
        self.show("")

    def show(self, chosen: str) -> None:
        """Light this block; "" lights none."""
        for id_, made in self._buttons.items():
            made.set(aria_pressed="true" if id_ == chosen else "false")
