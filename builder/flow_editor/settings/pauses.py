"""The section of the flow's own pauses."""

from builder.flow_editor.pauses_section import PausesSection
from builder.flow_editor.settings.paper import Paper
from builder.parts.tag import tag


def draw_pauses(paper: Paper) -> None:
    """Draw the section where it is called."""
    w = paper.around.w
    tag("h4", "", w("Pauses over dates"))
    PausesSection(paper.document["pauses"], w, lambda pauses: paper.put(pauses=pauses))
