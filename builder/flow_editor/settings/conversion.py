"""What counts as a success."""

from collections.abc import Mapping
from typing import Any

from builder.flow_editor.settings.number_line import number_line
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
        days = number_line(
            w,
            w("within"),
            state["days"],
            put_days,
            w("days of entering"),
            label=w("Days"),
            least=1,
            most=90,
        )
        days.set_visibility(bool(state["event"]))
