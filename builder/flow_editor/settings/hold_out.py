"""Who gets nothing, to see what the flow is worth."""

from blocks.values import number
from builder.flow_editor.settings.paper import Paper
from builder.forms import Box
from builder.parts.tag import tag


def draw_hold_out(paper: Paper) -> None:
    """Draw the section where it is called."""
    w = paper.around.w

    def put(text: str) -> None:
        typed = number(text.strip())
        if typed is not None and typed == int(typed) and 0 <= typed <= 50:
            paper.put(hold_out=int(typed))

    tag("h4", "", w("To see what it is worth"))
    with tag("div", "cw-field"):
        with tag("div", "cw-row"):
            tag("span", "cw-13", w("Hold out"))
            Box(
                str(paper.document["hold_out"]),
                put,
                label=w("Hold-out in per cent"),
                kind="number",
                look="cw-input cw-num-box",
                least=0,
                most=50,
            )
            tag("span", "cw-13", w("% of those who enter"))
        tag(
            "p",
            "cw-help",
            w("They get nothing from this Flow and are only counted. It is always the same people."),
        )
