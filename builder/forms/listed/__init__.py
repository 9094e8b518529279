"""Settings that are lists of named ways: the ways of a split, the variants of an experiment."""

from builder.forms.field import Draw
from builder.forms.listed.arms import draw_arms
from builder.forms.listed.ways import draw_ways
from builder.forms.widgets import OWN_SECTION, WIDGETS

LISTS: dict[str, Draw] = {"ways": draw_ways, "arms": draw_arms}
WIDGETS.update(LISTS)
OWN_SECTION.update(LISTS)
