"""Names of events that only Cartwheel tells of: whoever could send them from outside could start flows that are not theirs
to start. Flows may let them happen, because who draws a flow may start it anyway."""

from collections.abc import Mapping

from blocks.beginning import INCLUDED
from blocks.contract import Brought
from blocks.registry import KINDS
from blocks.triggers.added_trigger import ADDED
from runtime.engagement import CLICKED, OPENED
from runtime.engine.coupons import USED
from runtime.segments.roster import ENTERED, LEFT

_OURS = "is a name of our own, which nobody else can tell: call yours something else"
_BROUGHT = {block.happening for block in KINDS.values() if issubclass(block, Brought)}

OWN_EVENTS: Mapping[str, str] = {
    **dict.fromkeys(sorted({*_BROUGHT, ENTERED, LEFT, OPENED, CLICKED, USED}), _OURS),
    ADDED: "is a name of our own: add contacts with POST /api/v1/flows/<slug>/contacts",
    INCLUDED: "is a name of our own: it happens to those with whom a flow begins",
}
"""Each with what is answered to whoever sends it."""
