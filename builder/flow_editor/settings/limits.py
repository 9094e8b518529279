"""The section of the flow's own limits."""

from builder.flow_editor.limits_section import LimitsSection
from builder.flow_editor.settings.paper import Paper
from builder.parts.tag import tag


def draw_limits(paper: Paper) -> None:
    """Draw the section where it is called."""
    w = paper.around.w
    tag("h4", "", w("How often, and when"))
    LimitsSection(paper.document["limits"], w, lambda limits: paper.put(limits=limits))
