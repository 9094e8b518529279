"""A length of time, a time of day, a day."""

from blocks.values import number
from builder.forms.box import Box, Option
from builder.forms.field import Field, Show
from builder.forms.widgets.text import as_text, draw_label, number_box
from builder.parts.tag import tag


def draw_duration(field: Field) -> Show:
    """An amount and, beside it, the setting that is its unit (widget "part_of")."""
    unit = field.partner("part_of")
    draw_label(field)
    with tag("div", "cw-row"):
        amount = number_box(field, field.name)
        options: list[Option] = [{"value": value, "label": words} for value, words in unit.choices()]
        choose = Box(
            str(unit.value), unit.put, label=unit.title, kind="select", options=options, look="cw-input cw-select"
        )

    def show() -> None:
        amount.show(as_text(field.value))
        choose.show(str(unit.value))

    return show


def draw_time(field: Field) -> Show:
    """A time of day, "HH:MM"."""
    draw_label(field)
    box = Box(str(field.value or ""), field.put, kind="time", look="cw-input cw-time-box")
    field.entered_by(box)
    return lambda: box.show(str(field.value or ""))


def draw_date(field: Field) -> Show:
    """A day of the calendar, "YYYY-MM-DD"."""
    draw_label(field)
    box = Box(str(field.value or ""), field.put, kind="date", look="cw-input cw-date-box")
    field.entered_by(box)
    return lambda: box.show(str(field.value or ""))


def whole(text: str) -> int | str:
    """What was typed, as a whole number if it is one."""
    typed = number(text.strip())
    return int(typed) if typed is not None and typed == int(typed) else text
