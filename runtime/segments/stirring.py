"""Contacts of whom something has changed outside the engine: their segments are looked at again as soon as it works."""

from collections.abc import Iterable
from typing import Literal

from sqlalchemy import Text, bindparam, cast, select

from runtime.ledger import Tx
from runtime.ledger.bulk import run_many
from runtime.ledger.tables import segment

Kind = Literal["field", "did", "got", "in_segment", "reachable"]

_ASKED = (
    select(segment.c.id)
    .where(
        segment.c.workspace == bindparam("workspace"),
        segment.c.state == "live",
        cast(segment.c.document, Text).contains(bindparam("kind"), autoescape=False),
    )
    .limit(1)
)
_STIR = (
    "INSERT INTO review (workspace, segment, contact, due_at) VALUES (:workspace, 0, :contact, 0)"
    " ON CONFLICT (contact, segment) DO NOTHING"
)


def stir(tx: Tx, contacts: Iterable[int], kind: Kind) -> None:
    """Have these contacts looked at again. Costs one small query where no segment asks for this kind of condition."""
    ids = set(contacts)
    if ids and tx.scalar(_ASKED, {"workspace": tx.workspace, "kind": f'"{kind}"'}) is not None:
        run_many(tx, _STIR, [{"workspace": tx.workspace, "contact": id_} for id_ in sorted(ids)])
