"""Messages that are not there yet: runs stand at a block, go on within the hour, and a message may come next."""

from dataclasses import dataclass

from sqlalchemy import bindparam, select

from runtime.delivery.decision.permission import Rival
from runtime.ledger.lists import among
from runtime.ledger.prepared import Prepared
from runtime.ledger.tables import flow, run

WAKING = Prepared(
    select(
        *(run.c[name] for name in ("id", "contact", "flow", "version", "block", "key", "event", "wake_at")),
        flow.c.name.label("flow_name"),
        flow.c.version.label("live"),
    )
    .select_from(run.join(flow, flow.c.id == run.c.flow))
    .where(
        # By the index on contact alone: in a large shop any number of runs go on within the hour.
        run.c.workspace + 0 == bindparam("workspace"),
        among(run.c.contact, "contacts"),
        run.c.state == "open",
        run.c.wake_at + 0 < bindparam("soon"),
        flow.c.state.in_(("live", "finishing")),
    )
)
"""The runs of some contacts that go on before `soon`, of flows that send."""


@dataclass(frozen=True, slots=True)
class Coming:
    """A message that a run may queue when it goes on, and what it would be about."""

    contact: int
    event: int | None
    key: str
    rival: Rival
