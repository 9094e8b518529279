"""How the installation stands: whether e-mails go out, and when somebody last entered a flow."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, select, true

from runtime.delivery import has_mail_server
from runtime.delivery.channels import BY_MAIL
from runtime.delivery.held import waits
from runtime.house import House
from runtime.ledger import Tx
from runtime.ledger.tables import flow, message, run
from runtime.pulse import heard, worker_lives


@dataclass(frozen=True, slots=True)
class Standing:
    """What the corner of every page says. Instants are UTC microseconds."""

    working: bool
    """Whether the worker has said so lately."""
    held_since: int | None = None
    """Since when mail does not go out; None while it does."""
    held_code: str = ""
    """Why, as a reason code."""
    held_args: Mapping[str, Any] = field(default_factory=dict)
    waiting: int = 0
    """Messages that are due and wait for that; counted only while something is wrong."""
    leaves: bool = True
    """Whether mail leaves this machine; otherwise it stays in the local outbox."""
    last_run_at: int | None = None
    """When somebody last entered a flow."""


def standing(house: House, workspace: int) -> Standing:
    """How it stands now: a handful of index look-ups while all is well."""
    mail = heard(house, "mail")
    held = mail.state.get("workspaces", {}).get(str(workspace), {}) if mail is not None else {}
    working = worker_lives(house)
    held_since = held.get("since")
    leaves = has_mail_server(house, workspace)
    with house.ledger.read(workspace) as tx:
        return Standing(
            working=working,
            held_since=held_since,
            held_code=held.get("code") or "",
            held_args=held.get("args") or {},
            waiting=_due(tx, house.clock.now(), all_=not working) if held_since is not None or not working else 0,
            leaves=leaves,
            last_run_at=_last_run(tx),
        )


def _due(tx: Tx, now: int, *, all_: bool) -> int:
    """How many wait: without a worker all of them, else those that the mail server carries."""
    these = true() if all_ else message.c.channel.in_(BY_MAIL)
    return int(tx.scalar(select(func.count()).where(tx.mine(message), these, waits(now))) or 0)


def _last_run(tx: Tx) -> int | None:
    latest = select(func.max(run.c.entered_at)).where(run.c.flow == flow.c.id).scalar_subquery()
    at: int | None = tx.scalar(select(func.max(latest)).where(tx.mine(flow)))
    return at
