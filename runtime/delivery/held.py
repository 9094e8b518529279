"""Whether mail goes out, as the worker last said it, for the banner on every page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, and_, not_, or_, select

from runtime import pulse
from runtime.delivery.channels import BY_MAIL
from runtime.delivery.decision.readiness import UNREADY
from runtime.delivery.outbox import Entry
from runtime.delivery.sending.refusals import TAKES_NONE
from runtime.house import House
from runtime.ledger.tables import flow, message


@dataclass(frozen=True, slots=True)
class Held:
    """Mail does not go out: since when (UTC microseconds), why (`runtime.reasons`), and how many messages wait for it.

    They are safe: they stay in the ledger and go out by themselves once the server takes mail again.
    """

    since: int
    code: str
    args: Mapping[str, Any]
    waiting: int


OF_PAUSED = and_(message.c.flow.is_not(None), message.c.flow.in_(select(flow.c.id).where(flow.c.state == "paused")))
"""Of the table of messages: which are of a flow that is paused. They wait for its going on, whatever else there is."""


def waits(now: int) -> ColumnElement[bool]:
    """Of the table of messages: which are due and have not gone out, be it that they are tried again later."""
    later = message.c.code.in_((*UNREADY, "smtp_retry"))
    return and_(message.c.state == "queued", or_(message.c.due_at <= now, later), not_(OF_PAUSED))


def told(entries: Sequence[Entry], on_hold: Held | None, now: int) -> list[Entry]:
    """Messages as screens tell of them: what keeps all mail back is why those stand still that wait for nothing else."""
    if on_hold is None or on_hold.code in (*UNREADY, TAKES_NONE):
        return list(entries)  # each that it concerns says so itself
    return [
        replace(one, code=on_hold.code, args=dict(on_hold.args))
        if one.state == "queued" and one.code is None and one.due_at <= now and one.channel in BY_MAIL
        else one
        for one in entries
    ]


def held(house: House, workspace: int) -> Held | None:
    """What keeps this workspace's mail from going out; None while it goes."""
    said = pulse.heard(house, "mail")
    entry = said.state.get("workspaces", {}).get(str(workspace)) if said is not None else None
    return Held(entry["since"], entry["code"], entry["args"], entry["waiting"]) if entry else None
