"""What a field is held against: one value, or any of several."""

from collections.abc import Callable
from functools import partial
from typing import Any

from blocks.rules import WITHOUT_VALUE
from blocks.values import number
from builder.forms.box import Box
from builder.forms.rule.tree import Node
from builder.parts.controls import icon_button
from builder.parts.kept import Kept
from builder.parts.tag import tag
from runtime.words import Words

NUMBERS = frozenset({"over", "at_least", "under", "at_most", "in_last_days"})
SEVERAL = frozenset({"is", "is_not", "contains", "contains_not", "starts_with"})
"""Operators that hold a field against any of several values."""


class Values:
    """Draws the values of a comparison into the open slot. `on_change` gets one value, or a list of several."""

    def __init__(self, node: Node, on_change: Callable[[Any], Any], w: Words) -> None:
        self._op: str = node.get("op", "is")
        self._w = w
        self._on_change = on_change
        self._values = _as_list(node.get("value"))
        self._boxes: list[Box] = []
        self._kept = Kept()
        self._place = tag("span", "cw-row cw-values")
        self._draw()

    def become(self, op: str, value: Any, before: str) -> Any:
        """Fit another operator. Returns the value as that operator takes it."""
        single = isinstance(value, list) and op not in SEVERAL
        kept = value[0] if single and value else value
        self._op, self._values = op, _as_list(kept)
        if single or op in WITHOUT_VALUE or before in WITHOUT_VALUE:
            self._boxes = []
            self._draw()
        else:
            # The boxes stay: somebody who types on at once must not lose a letter.
            self._fit()
        return kept

    def _draw(self) -> None:
        with self._kept.redrawing(self._place):
            if self._op not in WITHOUT_VALUE:
                self._draw_values()
                self._fit()

    def _draw_values(self) -> None:
        w = self._w
        del self._boxes[len(self._values) :]
        for index, one in enumerate(self._values):
            if index:
                tag("span", "cw-cap", w("or"))
            if index == len(self._boxes):
                self._boxes.append(self._box("" if one is None else str(one), index))
            self._kept.stay(self._boxes[index])
        self._days = tag("span", "", w("days"))
        with tag("span", "cw-row cw-more-values") as self._more:
            if len(self._values) > 1:
                less = icon_button("remove", w("One value less"), lambda: self._resize(self._values[:-1]), each=True)
                less.classes("cw-mini-btn")
            more = icon_button("add", w("Or another value"), lambda: self._resize([*self._values, ""]), each=True)
            more.classes("cw-mini-btn")

    def _box(self, value: str, index: int) -> Box:
        w = self._w
        put = partial(self._put, index)
        return Box(value, put, label=w("Value"), placeholder=w("Value"), look="cw-pick cw-pick-text", length=200)

    def _fit(self) -> None:
        for box in self._boxes:
            box.become("date" if self._op in ("before", "after") else "number" if self._op in NUMBERS else "text")
        self._days.set_visibility(self._op == "in_last_days")
        self._more.set_visibility(self._op in SEVERAL)

    def _put(self, index: int, text: str) -> None:
        self._values[index] = as_number(text) if self._op in NUMBERS else text
        self._tell()

    def _resize(self, values: list[Any]) -> None:
        self._values = values
        self._draw()
        self._tell()
        self._boxes[-1].focus()

    def _tell(self) -> None:
        self._on_change(list(self._values) if len(self._values) > 1 else self._values[0])


def _as_list(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [value]


def as_number(text: str) -> Any:
    """What was typed, as a number if it is one."""
    typed = number(text.strip().replace(",", "."))
    return text.strip() if typed is None else typed
