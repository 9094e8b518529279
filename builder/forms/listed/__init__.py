"""Settings that are lists: the ways of a split, the variants of an experiment, what another app is sent."""

from builder.forms.field import Draw
from builder.forms.listed.arms import draw_arms
from builder.forms.listed.pairs import draw_given, draw_headers
from builder.forms.listed.ways import draw_ways
from builder.forms.widgets import OWN_SECTION, WIDGETS

LISTS: dict[str, Draw] = {"ways": draw_ways, "arms": draw_arms, "given": draw_given, "headers": draw_headers}
WIDGETS.update(LISTS)
OWN_SECTION.update(LISTS)
