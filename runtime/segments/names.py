"""What segments are called now, for saying what a rule asks: a rule only knows their slugs."""

from sqlalchemy import bindparam, select

from blocks.contract import Known
from runtime.ledger import Tx
from runtime.ledger.tables import segment

_NAMED = select(segment.c.slug, segment.c.name).where(segment.c.workspace == bindparam("workspace"))


def segments_named(tx: Tx) -> Known:
    """Those that were ever published, put away or not."""
    return Known(segments={row.slug: row.name for row in tx.all(_NAMED, {"workspace": tx.workspace})})
