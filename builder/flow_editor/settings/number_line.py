"""A whole number among the settings of a flow, in the line that it is part of."""

from collections.abc import Callable
from typing import Any

from builder.forms import Box
from builder.forms.complaint import Complaint
from builder.forms.widgets.times import whole
from builder.parts.tag import Tag, tag
from runtime.words import Words


def number_line(
    w: Words, before: str, value: int, put: Callable[[int], Any], after: str, *, label: str, least: int, most: int
) -> Tag:
    """`before`, the field and `after`. What is no whole number between `least` and `most` is not put: the flow keeps the last
    one that was, and that is said below, because it is not what stands in the field."""
    kept = value

    def typed(text: str) -> None:
        nonlocal kept
        number = whole(text)
        if isinstance(number, int) and least <= number <= most:
            kept, said = number, ""
            put(number)
        else:
            said = w(
                "Type a whole number from {least} to {most}. Until then it stays {kept}.",
                least=least,
                most=most,
                kept=kept,
            )
        complaint.say((box, said))

    with tag("div", "cw-number") as line:
        with tag("div", "cw-row"):
            tag("span", "cw-13", before)
            box = Box(str(value), typed, label=label, kind="number", look="cw-input cw-num-box", least=least, most=most)
            tag("span", "cw-13", after)
        complaint = Complaint()
    return line
