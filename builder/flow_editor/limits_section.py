"""Settings of the flow: whose limits its marketing keeps to, and its own."""

from collections.abc import Callable, Mapping
from typing import Any

from pydantic import ValidationError

from blocks.limits import FlowLimits
from builder.forms import Box, Option
from builder.forms.limit_lines import LimitLines, what_is_wrong
from builder.parts.tag import icon, tag
from runtime.words import Words


class LimitsSection:
    """Draws itself where it is made. `put` gets the limits whenever they are whole."""

    def __init__(self, limits: Mapping[str, Any], w: Words, put: Callable[[dict[str, Any]], Any]) -> None:
        self._w = w
        self._put = put
        self._now = FlowLimits.model_validate(limits).model_dump(mode="json")
        self._lines = LimitLines(self._now, w, on_change=self._tell, redraw=self._draw)
        options: list[Option] = [
            {"value": "follow", "label": w("The shop’s limits")},
            {"value": "own", "label": w("Limits of its own")},
            {"value": "anyway", "label": w("None: at any hour, however often")},
        ]
        with tag("div", "cw-field"):
            Box(
                self._now["keep"],
                self._choose,
                label=w("How often, and when"),
                kind="select",
                options=options,
                look="cw-input cw-select",
            )
            with tag("p", "cw-help"):
                tag("a", "cw-link", w("See the shop’s limits"), href="/settings#limits")
        self._body = tag("div")
        self._wrong = tag("div", "cw-messages", role="status")
        self._draw()

    def _choose(self, keep: str) -> None:
        self._now["keep"] = keep
        self._draw()
        self._tell()

    def _choose_quiet(self, whose: str) -> None:
        self._now["quiet"] = [] if whose == "own" else None
        self._draw()
        self._tell()

    def _draw(self) -> None:
        with self._lines.kept.redrawing(self._body):
            if self._now["keep"] == "own":
                self._draw_own()

    def _draw_own(self) -> None:
        w, now = self._w, self._now
        as_set = w("as in the shop")
        tag("span", "cw-label cw-limit-title", w("E-mails of this Flow to one Contact, at most"))
        self._lines.draw_caps()
        tag("p", "cw-help cw-mt4", w("They hold besides the shop’s caps."))
        self._lines.draw_fate("over", w("What is over"), as_set=as_set)
        tag("span", "cw-label cw-limit-title", w("Quiet hours"))
        self._lines.kept.put("quiet", self._draw_whose_quiet)
        if now["quiet"] is not None:
            self._lines.draw_quiet()
        self._lines.draw_fate("in_quiet", w("What is due then"), as_set=as_set)

    def _draw_whose_quiet(self) -> Box:
        w = self._w
        options: list[Option] = [
            {"value": "shop", "label": w("Those of the shop")},
            {"value": "own", "label": w("Its own, or none")},
        ]
        return Box(
            "shop" if self._now["quiet"] is None else "own",
            self._choose_quiet,
            label=w("Quiet hours"),
            kind="select",
            options=options,
            look="cw-input cw-select",
        )

    def _tell(self) -> None:
        """Store what is whole; say what is wrong with what is not."""
        self._wrong.clear()
        try:
            found = FlowLimits.model_validate(self._now)
        except ValidationError as wrong:
            with self._wrong, tag("p", "cw-help is-bad"):
                icon("error", "xs")
                tag("span", "", what_is_wrong(wrong.errors(), self._w))
        else:
            self._put(found.model_dump(mode="json"))
