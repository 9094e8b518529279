"""Who gets nothing, to see what the flow is worth."""

from builder.flow_editor.settings.number_line import number_line
from builder.flow_editor.settings.paper import Paper
from builder.parts.tag import tag


def draw_hold_out(paper: Paper) -> None:
    """Draw the section where it is called."""
    w = paper.around.w

    tag("h4", "", w("To see what it is worth"))
    with tag("div", "cw-fields"):
        number_line(
            w,
            w("Hold out"),
            paper.document["hold_out"],
            lambda typed: paper.put(hold_out=typed),
            w("% of those who enter"),
            label=w("Hold-out in per cent"),
            least=0,
            most=50,
        )
        tag(
            "p",
            "cw-help",
            w("They get nothing from this Flow and are only counted. It is always the same people."),
        )
