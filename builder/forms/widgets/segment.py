"""A segment, chosen from those that are published."""

from builder.forms.box import Box, Option
from builder.forms.field import Field, Show
from builder.forms.widgets.text import draw_label


def draw_segment(field: Field) -> Show:
    """The published segments by name; with `lists`, only those without a rule."""
    draw_label(field)

    def options() -> list[Option]:
        known = field.around.known()
        found = sorted(known.segments.items(), key=lambda one: one[1].casefold())
        only_lists = bool(field.about.get("lists"))
        return [{"value": slug, "label": name} for slug, name in found if not only_lists or slug in known.lists]

    box = Box(
        str(field.value or ""),
        field.put,
        options=options(),
        placeholder=field.w("Choose a list") if field.about.get("lists") else field.w("Choose a Segment"),
    )
    field.entered_by(box)

    def show() -> None:
        box.offer(options())
        box.show(str(field.value or ""))

    return show
