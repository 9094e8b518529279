"""Ways out are counted under words that no state of a message or a run has: one may be called "sent" or "left".

What was counted is renamed where its word or the kind of its block says what it was. What stays unsaid, as a "failed" of a
block that calls another app, stays as it is.
"""

from collections import defaultdict

import sqlalchemy as sa
from alembic import op

from runtime.ledger.tables import Int, Json

revision = "0026"
down_revision = "0025"
_RUNS = frozenset({"left", "moved", "replaced", "restarted", "failed"})
"""What may become of a run at any block."""
_WORDS = _RUNS | {"queued", "sent", "skipped", "uncertain", "cancelled", "entered", "stopped", "held_out"}
_NO_OUTLETS = {
    "by_message": _RUNS - {"failed"},
    "experiment": _RUNS,
    "many_ways": _RUNS,
}
"""Kinds of blocks that send nothing and let nobody in, and the words that are no way out of theirs for certain."""


def upgrade() -> None:
    here = op.get_bind()
    tally = sa.table("tally", sa.column("flow", Int), sa.column("block", sa.Text), sa.column("what", sa.Text))
    plain = tally.c.what.not_in(sorted(_WORDS))
    here.execute(tally.update().where(plain).values(what=sa.literal(">") + tally.c.what))
    rest = sa.select(tally.c.flow, tally.c.block, tally.c.what).distinct()
    version = sa.table("version", sa.column("flow", Int), sa.column("document", Json))
    kinds: dict[tuple[int, str], set[str]] = defaultdict(set)
    for flow, document in here.execute(sa.select(version.c.flow, version.c.document)):
        for block in document.get("blocks", ()):
            kinds[flow, block["id"]].add(block["kind"])
    for flow, block, what in here.execute(rest.where(tally.c.what.in_(sorted(_WORDS)))).all():
        of = kinds.get((flow, block))
        if of and all(kind in _NO_OUTLETS and what not in _NO_OUTLETS[kind] for kind in of):
            mine = (tally.c.flow == flow, tally.c.block == block, tally.c.what == what)
            here.execute(tally.update().where(*mine).values(what=f">{what}"))
