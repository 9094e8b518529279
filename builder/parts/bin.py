"""What becomes of what lies in the bin."""

from builder.parts.tag import Tag, tag
from runtime.clock import DAY
from runtime.desk import KEPT_IN_BIN
from runtime.words import Words


def bin_note(w: Words) -> Tag:
    """Stands above a list, for as long as the list shows the bin."""
    return tag(
        "p", "cw-13 cw-2 cw-mb3", w("What lies in the bin is removed for good after {n} days.", n=KEPT_IN_BIN // DAY)
    )
