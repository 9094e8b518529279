"""Which flow speaks when several want to."""

from blocks.difference import PRIORITIES
from builder.flow_editor.settings.paper import Paper
from builder.forms import Box, Option
from builder.forms.widgets.choices import make_switch
from builder.parts.tag import tag


def draw_priority(paper: Paper) -> None:
    """Draw the section where it is called."""
    w = paper.around.w
    options: list[Option] = [{"value": str(place), "label": w.text(name)} for place, name in enumerate(PRIORITIES, 1)]
    tag("h4", "", w("When several Flows want to write"))
    with tag("div", "cw-field"):
        tag("span", "cw-label", w("Priority"))
        Box(
            str(paper.document["priority"]),
            lambda chosen: paper.put(priority=int(chosen)),
            label=w("Priority"),
            kind="select",
            options=options,
            look="cw-input cw-select",
        )
        tag(
            "p",
            "cw-help",
            w("Where your limits let only one Message through, the Flow with the higher priority speaks."),
        )
    with tag("div", "cw-row cw-mt4"):
        with tag("span", "cw-grow cw-13", id="speaks-alone"):
            tag("span", "", w("One Flow speaks for each order or cart"))
            tag(
                "span",
                "cw-cap cw-block-el",
                w("If a Flow of higher priority writes about the same within the hour, this one keeps quiet"),
            )
        make_switch(
            lambda: bool(paper.document["speaks_alone"]),
            lambda on: paper.put(speaks_alone=on),
            labelled_by="speaks-alone",
        )
