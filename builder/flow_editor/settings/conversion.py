"""What counts as a success."""

from collections.abc import Mapping
from typing import Any

from builder.flow_editor.settings.number_box import number_box
from builder.flow_editor.settings.paper import Paper
from builder.forms import Box
from builder.forms.naming import event_options
from builder.parts.tag import tag


def draw_conversion(paper: Paper) -> None:
    """Draw the section where it is called."""
    w = paper.around.w
    now: Mapping[str, Any] = paper.document["conversion"] or {"event": "", "days": 5}
    state = {"event": now["event"], "days": now["days"]}

    def put_event(event: str) -> None:
        state["event"] = event
        paper.put(conversion=dict(state) if event.strip() else None)
        days.set_visibility(bool(event.strip()))

    def put_days(typed: int) -> None:
        state["days"] = typed
        paper.put(conversion=dict(state))

    tag("h4", "", w("What counts as a success"))
    with tag("div", "cw-fields"):
        Box(
            state["event"],
            put_event,
            label=w("What counts as a success"),
            options=event_options(paper.around),
            own_words=w("Use “{text}”", text="{text}"),
            placeholder=w("Nothing in particular"),
            length=200,
        )
        with tag("div", "cw-row") as days:
            tag("span", "cw-13", w("within"))
            number_box(state["days"], put_days, w("Days"), least=1, most=90)
            tag("span", "cw-13", w("days of entering"))
        days.set_visibility(bool(state["event"]))
