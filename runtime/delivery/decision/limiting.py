"""Changing how often a shop or a flow writes, and when: what the old limits made wait is asked again under the new ones."""

from collections.abc import Sequence

from sqlalchemy import select, true

from blocks.limits import Limits
from runtime.accounts import preferences
from runtime.house import House
from runtime.ledger.tables import message

WAITS = (
    "cap_waits",
    "quiet_waits",
    "priority_waits",
    "place_waits",
    "flow_cap_waits",
    "flow_quiet_waits",
    "hours_wait",
    "pause_waits",
)
"""Codes of messages that wait for a moment which the shop's limits have a say in."""
_AT_ONCE = 500


def set_limits(house: House, workspace: int, wanted: Limits) -> None:
    """Keep the limits of a shop. They hold within a second, for what waits already too."""
    with house.ledger.write(workspace) as tx:
        preferences.save_limits(tx, wanted, house.clock.now())
    ask_again(house, workspace)


def ask_again(house: House, workspace: int, flow: int | None = None, codes: Sequence[str] = WAITS) -> None:
    """Ask anew about what limits made wait, of one flow or of all: they may be other ones by now. `codes`: about what
    else."""
    now = house.clock.now()
    free = (
        message.c.state == "queued",
        message.c.lease_until.is_(None),
        message.c.code.in_(codes),
        true() if flow is None else message.c.flow == flow,
    )
    ids = [0]
    while ids:
        # Onwards by id: the worker may make some wait again meanwhile.
        with house.ledger.write(workspace) as tx:
            some = select(message.c.id).where(tx.mine(message), *free, message.c.id > ids[-1])
            ids = [row.id for row in tx.all(some.order_by(message.c.id).limit(_AT_ONCE))]
            asked = message.update().where(message.c.id.in_(ids), *free)
            tx.execute(asked.values(due_at=now, code=None, args=None))
    house.ring()
