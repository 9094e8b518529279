"""Who would get an e-mail a second time by being moved, and so is not.

A way may lead past the same block twice because it is drawn so. Whoever is put on a way that leads back to a message which
they have had, and to which their own way led no more, would get it only because somebody moved them.
"""

from collections.abc import Mapping, Sequence

from sqlalchemy import ColumnElement, bindparam, exists, select

from blocks import KINDS
from blocks.contract import Block, Farewell
from blocks.flow import Flow
from runtime.engine.run import Run
from runtime.ledger import Tx
from runtime.ledger.lists import among, listed
from runtime.ledger.prepared import Prepared
from runtime.ledger.tables import message, run

_COUNTS = ("queued", "sending", "sent", "uncertain")
_HAD = Prepared(
    select(message.c.run, message.c.block).where(
        message.c.workspace == bindparam("workspace"), among(message.c.run, "runs"), message.c.state.in_(_COUNTS)
    )
)


def led_back_to(before: Flow, block: str, after: Flow, target: str, *, anew: bool = False) -> frozenset[str]:
    """The blocks that come again for those who stand at `block` of one version and go on from `target` of another.
    `anew`: what they are put at is done once more, and is not gone on from."""
    again = _ahead(after, target) - _ahead(before, block)
    return again | {target} if anew else again


def _ahead(flow: Flow, block: str) -> frozenset[str]:
    """The blocks to which somebody may come who stands at this one: who is inside may leave at any time, and go a last way."""
    last = flow.onward(*(doc.id for doc in flow.blocks if issubclass(KINDS.get(doc.kind, Block), Farewell)))
    return flow.onward(block) if block in last else flow.onward(block) | last


def has_had(blocks: frozenset[str]) -> ColumnElement[bool]:
    """Whether a run has a message of any of these blocks, as a condition on its row."""
    return exists().where(message.c.run == run.c.id, message.c.block.in_(sorted(blocks)), message.c.state.in_(_COUNTS))


def had_by(tx: Tx, runs: Sequence[Run]) -> Mapping[int, set[str]]:
    """The blocks whose messages these runs have, by run."""
    found: dict[int, set[str]] = {one.id: set() for one in runs}
    for row in tx.all(_HAD, {"workspace": tx.workspace, "runs": listed(tx, found)}):
        found[row.run].add(row.block)
    return found
