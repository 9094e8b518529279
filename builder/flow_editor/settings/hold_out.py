"""Who gets nothing, to see what the flow is worth."""

from builder.flow_editor.settings.number_box import number_box
from builder.flow_editor.settings.paper import Paper
from builder.parts.tag import tag


def draw_hold_out(paper: Paper) -> None:
    """Draw the section where it is called."""
    w = paper.around.w

    tag("h4", "", w("To see what it is worth"))
    with tag("div", "cw-fields"):
        with tag("div", "cw-row"):
            tag("span", "cw-13", w("Hold out"))
            number_box(
                paper.document["hold_out"],
                lambda typed: paper.put(hold_out=typed),
                w("Hold-out in per cent"),
                least=0,
                most=50,
            )
            tag("span", "cw-13", w("% of those who enter"))
        tag(
            "p",
            "cw-help",
            w("They get nothing from this Flow and are only counted. It is always the same people."),
        )
