"""By whose clocks the flow's hours and days are meant."""

from builder.flow_editor.settings.paper import Paper
from builder.parts.fields import select_field, zone_choices
from builder.parts.tag import tag


def draw_zone(paper: Paper) -> None:
    """Draw the section where it is called."""
    w, now = paper.around.w, str(paper.document["zone"])
    own = {"": w("Each Contact’s own, else the shop’s")}
    tag("h4", "", w("By whose clocks"))
    select_field(
        w("Time zone"),
        own | zone_choices(now),
        now,
        help_text=w(
            "Hours, dates, schedules and pauses of this Flow go by these clocks. The shop’s quiet hours and caps keep to "
            "each Contact’s own, and so do schedules set to “Each Contact’s own”."
        ),
        search=True,
        on_change=lambda zone: paper.put(zone=str(zone or "")),
    )
