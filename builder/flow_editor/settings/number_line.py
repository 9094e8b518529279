"""A whole number among the settings of a flow."""

from collections.abc import Callable
from typing import Any

from builder.forms import Box
from builder.forms.widgets.times import whole


def number_box(value: int, put: Callable[[int], Any], label: str, *, least: int, most: int) -> Box:
    """The field. What is no whole number between `least` and `most` is not put: the flow keeps the last one that was."""

    def typed(text: str) -> None:
        number = whole(text)
        if isinstance(number, int) and least <= number <= most:
            put(number)

    return Box(str(value), typed, label=label, kind="number", look="cw-input cw-num-box", least=least, most=most)
