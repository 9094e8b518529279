"""One of few, yes or no, some of seven."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from blocks.phrase import Weekdays, say
from blocks.values import micros
from builder.forms.box import Box, Option
from builder.forms.field import Field, Show
from builder.forms.widgets.text import draw_label
from builder.parts.tag import Tag, tag
from runtime.words import Words

_A_MONDAY = datetime(2026, 1, 5, tzinfo=UTC)


def draw_select(field: Field) -> Show:
    """One of the choices of a Literal."""
    draw_label(field)
    options: list[Option] = [{"value": value, "label": words} for value, words in field.choices()]
    box = Box(str(field.value or ""), field.put, kind="select", options=options, look="cw-input cw-select")
    field.entered_by(box)
    return lambda: box.show(str(field.value or ""))


def draw_send_block(field: Field) -> Show:
    """One of the flow's blocks that send; one that is not there any more is shown by nothing."""
    draw_label(field)

    def options() -> list[Option]:
        sends: list[Option] = [{"value": id_, "label": said} for id_, said in field.around.sends()]
        return [{"value": "", "label": field.w("Choose a Block that sends")}, *sends]

    def chosen() -> str:
        value = str(field.value or "")
        return value if any(value == one["value"] for one in options()) else ""

    box = Box(chosen(), field.put, kind="select", options=options(), look="cw-input cw-select")
    field.entered_by(box)

    def show() -> None:
        box.offer(options())
        box.show(chosen())

    return show


def draw_switch(field: Field) -> Show:
    """Yes or no, at once."""
    with tag("div", "cw-row"):
        tag("span", "cw-grow cw-13", field.title, id=f"{field.id}-title")
        return make_switch(lambda: bool(field.value), field.put, labelled_by=f"{field.id}-title")


def make_switch(value: Callable[[], bool], put: Callable[[bool], Any], *, labelled_by: str) -> Show:
    """The switch itself; `labelled_by` is the id of its words."""
    made = tag("button", "cw-switch", type="button", role="switch", aria_labelledby=labelled_by)

    def show() -> None:
        made.set(aria_checked="true" if value() else "false")

    def flip() -> None:
        put(not value())
        show()

    made.on_click(flip)
    show()
    return show


def draw_weekdays(field: Field) -> Show:
    """A chip a day, Monday first; none chosen means any day, unless one is `needed`."""
    tag("span", "cw-label", field.title, id=f"{field.id}-title")
    none = "" if field.about.get("needed") else field.w("Any day")
    return make_weekdays(lambda: field.value or (), field.put, field.w, none=none, labelled_by=f"{field.id}-title")


def make_weekdays(
    value: Callable[[], Iterable[Any]], put: Callable[[list[int]], Any], w: Words, *, none: str, labelled_by: str
) -> Show:
    """The chips themselves; `none` is what it means to choose no day, `labelled_by` the id of their words."""
    chips: dict[int, Tag] = {}

    def chosen() -> set[int]:
        return {day for day in value() if isinstance(day, int)}

    def flip(day: int) -> None:
        put(sorted(chosen() ^ {day}))
        show()

    def show() -> None:
        days = chosen()
        for day, made in chips.items():
            made.set(aria_pressed="true" if day in days else "false")
        hint.text = "" if days else none

    with tag("div", "cw-days", role="group", aria_labelledby=labelled_by):
        for day in range(1, 8):
            short, long = day_names(day, w)
            made = tag("button", "cw-day-chip", short, type="button", aria_label=long)
            made.on_click(lambda day=day: flip(day))
            chips[day] = made
    hint = tag("span", "cw-help")
    show()
    return show


def day_names(day: int, w: Words) -> tuple[str, str]:
    """The short and the long name of an ISO weekday."""
    at = micros(_A_MONDAY + timedelta(days=day - 1))
    return w.text(say("{days}", days=Weekdays((day,)))), w.date(at, "UTC", "full").split()[0].rstrip(",")
