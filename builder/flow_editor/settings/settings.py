"""Settings of the whole flow: who may be in it and how often, what makes people leave, what counts as a success, by
whose clocks it goes."""

from collections.abc import Callable, Sequence
from typing import Any

from blocks.contract import Problem
from blocks.flow import Flow
from builder.flow_editor.settings.conversion import draw_conversion
from builder.flow_editor.settings.entry import draw_entry
from builder.flow_editor.settings.exits import Exits
from builder.flow_editor.settings.hold_out import draw_hold_out
from builder.flow_editor.settings.limits import draw_limits
from builder.flow_editor.settings.paper import Paper, Part
from builder.flow_editor.settings.pauses import draw_pauses
from builder.flow_editor.settings.priority import draw_priority
from builder.flow_editor.settings.success import Ask, SuccessSection
from builder.flow_editor.settings.zone import draw_zone
from builder.forms import Around
from builder.parts.tag import icon, tag

_SHOWN = ("entry", "exits", "conversion", "zone", "priority", "speaks_alone", "limits", "pauses", "hold_out")


class FlowSettings:
    """Draws itself where it is made. `on_change` gets the parts of the document that changed, as JSON; `ask_success` is
    to find out what came of it, and tell `success`. `zone` is the shop's."""

    success: SuccessSection

    def __init__(
        self, flow: Flow, around: Around, on_change: Callable[[Part], Any], ask_success: Ask, zone: str
    ) -> None:
        self._around = around
        self._on_change = on_change
        self._ask_success = ask_success
        self._zone = zone
        self._paper = Paper(flow.to_json(), around, self._changed)
        self._told: Sequence[Problem] = ()
        self._body = tag("div")
        self._draw()

    def load(self, flow: Flow) -> None:
        """Show the flow as it is by now, unless that is what is shown."""
        document = flow.to_json()
        same = all(document[part] == self._paper.document[part] for part in _SHOWN)
        self._paper.document = document
        if not same:
            self._body.clear()
            self._draw()
            self.tell(self._told)

    def _draw(self) -> None:
        with self._body:
            with tag("section", "cw-sect"):
                self._problems = tag("div", "cw-messages")
                draw_entry(self._paper)
            with tag("section", "cw-sect"):
                self._exits = Exits(self._paper)
            for draw in (draw_conversion, draw_hold_out):
                with tag("section", "cw-sect"):
                    draw(self._paper)
            self.success = SuccessSection(self._paper, self._zone, self._ask_success)
            for draw in (draw_zone, draw_priority, draw_limits, draw_pauses):
                with tag("section", "cw-sect"):
                    draw(self._paper)

    def _changed(self, parts: Part) -> None:
        self._on_change(parts)
        if "conversion" in parts:
            self.success.find_out()

    def add_exit(self) -> None:
        """Begin an exit rule if there is none yet."""
        self._exits.begin()

    def tell(self, problems: Sequence[Problem]) -> None:
        """Say what is wrong with the flow itself, which no block can show."""
        self._told = [problem for problem in problems if not problem.block]
        self._problems.clear()
        with self._problems:
            for problem in self._told:
                with tag("p", "cw-help is-bad" if problem.level == "bad" else "cw-help is-warn"):
                    icon("error" if problem.level == "bad" else "warning", "xs")
                    tag("span", "", self._around.w.text(problem.phrase))
