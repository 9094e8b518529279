"""Weekdays and hours in which alone something happens, and what becomes of the rest."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from blocks.clocks import where
from blocks.hours import Hours
from builder.forms.box import Box, Option
from builder.forms.field import Field, Show
from builder.forms.widgets.choices import make_switch, make_weekdays
from builder.parts.tag import Tag, tag
from runtime.words import Words

_AT_FIRST = Hours(days=(1, 2, 3, 4, 5)).model_dump(mode="json")


def draw_hours(field: Field) -> Show:
    """A switch, and below it days, times and a choice while it is on. Off means at any hour."""
    title = f"{field.id}-title"
    with tag("div", "cw-row"):
        tag("span", "cw-grow cw-13", field.title, id=title)
        show_switch = make_switch(
            lambda: field.value is not None, lambda on: choose(dict(_AT_FIRST) if on else None), labelled_by=title
        )
    body = tag("div", "cw-hours")
    drawn: list[Any] = [None]
    """What stands on the screen: what is typed there must not be drawn again."""

    def choose(value: Mapping[str, Any] | None) -> None:
        field.put(value)
        show()

    def put(name: str, value: Any) -> None:
        drawn[0] = {**_parts(field), name: value}
        field.put(drawn[0])

    def show() -> None:
        show_switch()
        body.set_visibility(field.value is not None)
        if field.value != drawn[0]:
            drawn[0] = field.value
            body.clear()
            if field.value is not None:
                with body:
                    draw()

    def draw() -> None:
        w, days = field.w, f"{field.id}-days"
        with tag("div", "cw-limit-parts"):
            for name, words in (("start", w("From")), ("end", w("to"))):
                with tag("span", "cw-limit-pair"):
                    tag("span", "cw-13", words)
                    Box(
                        str(_parts(field)[name]),
                        partial(put, name),
                        label=words,
                        kind="time",
                        look="cw-input cw-time-box",
                    )
        tag("span", "cw-cap", w("On these days, {where}", where=where(field.around.known().zone)), id=days)
        make_weekdays(lambda: _parts(field)["days"], partial(put, "days"), w, none=w("Every day"), labelled_by=days)
        draw_fate(w, w("What is due at other times"), _parts(field)["then"], partial(put, "then"))

    show()
    return show


def _parts(field: Field) -> Mapping[str, Any]:
    return {**_AT_FIRST, **(field.value if isinstance(field.value, Mapping) else {})}


def draw_fate(w: Words, label: str, value: str, put: Any, *, as_set: str = "") -> Tag:
    """A choice of what becomes of what is kept back; `as_set` is what it means to choose nothing (\"\")."""
    options: list[Option] = [
        {"value": "wait", "label": w("waits until it may go out")},
        {"value": "skip", "label": w("is not sent")},
    ]
    if as_set:
        options.insert(0, {"value": "", "label": as_set})
    with tag("div", "cw-limit-fate") as line:
        tag("span", "cw-13", label)
        Box(value, put, label=label, kind="select", options=options, look="cw-input cw-select")
    return line
