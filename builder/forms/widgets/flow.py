"""Another flow, out of those to which somebody can be added."""

from builder.forms.box import Box, Option
from builder.forms.field import Field, Show
from builder.forms.widgets.text import draw_label
from builder.parts.tag import tag


def draw_flow(field: Field) -> Show:
    """The flows with the trigger for those who are added; those that are not live say so."""
    draw_label(field)

    def options() -> list[Option]:
        found: list[Option] = []
        known = field.around.known().flows
        for slug, flow in sorted(known.items(), key=lambda one: one[1].name.casefold()):
            if flow.takes or slug == field.value:
                option: Option = {"value": slug, "label": flow.name, "icon": "account_tree"}
                if not flow.live:
                    option["hint"] = field.w("Not live")
                found.append(option)
        return found

    box = Box(str(field.value or ""), field.put, options=options(), placeholder=field.w("Choose a Flow"))
    field.entered_by(box)
    tag("span", "cw-help", field.w("Flows with the trigger “Added by hand” can be chosen."))

    def show() -> None:
        box.offer(options())
        box.show(str(field.value or ""))

    return show
