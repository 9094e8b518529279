"""Somebody who was out of a flow is inside again because a person wants it, perhaps on a version on which nobody else is.

Else people only come in on the version that runs, so the versions on which somebody is become fewer until something is
published: who keeps in mind which ones there are looks again when this number is another one.
"""

from collections.abc import Iterable

from runtime.ledger.database import Tx
from runtime.ledger.tables import flow


def revive(tx: Tx, flows: Iterable[int]) -> None:
    """Let every process see that somebody is inside these flows again."""
    one_more = {"revived": flow.c.revived + 1}
    tx.execute(flow.update().where(tx.mine(flow), flow.c.id.in_(sorted(set(flows)))).values(one_more))
