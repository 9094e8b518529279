"""Which flows pause just now, over dates that their live versions name."""

from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Text, literal_column, select, type_coerce

from blocks.pauses import Pause, pausing
from runtime.ledger import Tx
from runtime.ledger.tables import flow, version, workspace
from runtime.ledger.tables.columns import Json
from runtime.zones import zone_of

_PAUSES = TypeAdapter(tuple[Pause, ...])
_NAMED = type_coerce(version.c.document.op("->")(literal_column("'pauses'")), Json())
_CLOCKS = type_coerce(version.c.document.op("->>")(literal_column("'zone'")), Text())
"""Only these parts of a document, which both databases take out alike."""


def pauses_until(document: Mapping[str, Any], now: int, zone: str) -> int | None:
    """When (UTC microseconds) the dates are over over which the flow of this document pauses at `now`, by its
    own clocks, else by the shop's in `zone`; None if it does not."""
    held = pausing(_PAUSES.validate_python(document.get("pauses") or ()), now, zone_of(document.get("zone"), zone))
    return held.over_at if held is not None else None


def pausing_now(tx: Tx, now: int) -> dict[int, int]:
    """Each live flow that pauses at `now`, with when that is over."""
    live = (
        select(flow.c.id, workspace.c.zone, _NAMED.label("pauses"), _CLOCKS.label("of_flow"))
        .join(version, version.c.id == flow.c.version)
        .join(workspace, workspace.c.id == flow.c.workspace)
        .where(tx.mine(flow), flow.c.state == "live")
    )
    found = {row.id: pauses_until({"pauses": row.pauses, "zone": row.of_flow}, now, row.zone) for row in tx.all(live)}
    return {flow_id: until for flow_id, until in found.items() if until is not None}
