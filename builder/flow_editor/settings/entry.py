"""Who can be in the flow, and how often."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from blocks.difference import AGAIN
from builder.flow_editor.settings.key_box import key_box
from builder.flow_editor.settings.number_line import number_line
from builder.flow_editor.settings.paper import Paper
from builder.forms import Box, Option
from builder.forms.widgets.choices import make_switch
from builder.parts.tag import tag


def draw_entry(paper: Paper) -> None:
    """Draw the section where it is called."""
    w, entry, put = paper.around.w, paper.document["entry"], partial(_put, paper)
    tag("h4", "", w("Who can be in it"))
    with tag("div", "cw-fields"):
        with tag("div", "cw-field"):
            tag("span", "cw-label", w("One Run for each"))
            key_box(paper.around, entry["key"], w("Contact"), partial(put, "key"))
            tag(
                "p",
                "cw-help",
                w("Choose what tells two carts or two orders apart, and one Contact may have a Run for each."),
            )
        with tag("div", "cw-field"):
            tag("span", "cw-label", w("Coming back"))
            _draw_again(paper, entry)
        with tag("div", "cw-row"):
            with tag("span", "cw-grow cw-13", id="entry-newest"):
                tag("span", "", w("A newer one replaces the older Run"))
                tag("span", "cw-cap cw-block-el", w("Never two series at once for one Contact"))
            make_switch(
                lambda: bool(paper.document["entry"]["newest_wins"]),
                partial(put, "newest_wins"),
                labelled_by="entry-newest",
            )


def _put(paper: Paper, name: str, value: Any) -> None:
    paper.put(entry={**paper.document["entry"], name: value})


def _draw_again(paper: Paper, entry: Mapping[str, Any]) -> None:
    w = paper.around.w
    options: list[Option] = [{"value": again, "label": w.text(said)} for again, said in AGAIN.items()]

    def choose(again: str) -> None:
        _put(paper, "again", again)
        days.set_visibility(again == "after_days")

    Box(entry["again"], choose, label=w("Coming back"), kind="select", options=options, look="cw-input cw-select")
    days = number_line(
        w,
        w("after"),
        entry["again_days"],
        partial(_put, paper, "again_days"),
        w("days"),
        label=w("Days"),
        least=1,
        most=3650,
    )
    days.set_visibility(entry["again"] == "after_days")
