"""Counts what is in a scratch ledger in which the time is over."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select

from blocks.phrase import load_arg
from runtime.backtest.calendar import Calendar
from runtime.backtest.told import Ended, Sender
from runtime.delivery.channels import CHANNELS
from runtime.ledger import Tx
from runtime.ledger.tables import message, run
from runtime.scratch import FIRST_ID

TO_PEOPLE = [channel.name for channel in CHANNELS.values() if channel.addressed]
"""Channels whose messages somebody gets; a call of another app is none."""


def came_and_went(tx: Tx, flow: int) -> dict[str, Any]:
    """Of `Played`: who came in, and how they left."""
    runs = (run.c.flow == flow, run.c.id >= FIRST_ID)
    counted = select(func.count(), func.count(run.c.contact.distinct())).where(*runs)
    entered, people = tuple(tx.all(counted)[0])
    ended: Counter[tuple[str, str, str]] = Counter()
    ways = select(run.c.state, run.c.code, run.c.args, func.count()).where(*runs)
    rows: Sequence[Any] = tx.all(ways.group_by(run.c.state, run.c.code, run.c.args))
    for state, code, args, count in rows:
        of = load_arg(args["event"]) if args and "event" in args else ""
        ended[state, code or "", str(getattr(of, "text", of))] += count
    return {
        "entered": entered,
        "people": people,
        "held_out": sum(count for (_, code, _), count in ended.items() if code == "held_out"),
        "inside": sum(count for (state, _, _), count in ended.items() if state == "open"),
        "ended": tuple(
            Ended(state=state, code=code, event=name, runs=count)
            for (state, code, name), count in ended.most_common()
            if state != "open"
        ),
    }


def went_out(tx: Tx, flow: int) -> dict[str, Any]:
    """Of `Played`: what became of its messages."""
    became: Counter[tuple[str, str]] = Counter()
    unsent: Counter[str] = Counter()
    by = (message.c.block, message.c.state, message.c.code)
    sums: Sequence[Any] = tx.all(select(*by, func.count()).where(_mine(flow)).group_by(*by))
    for block, state, code, count in sums:
        became[block, "sent" if state == "sent" else "waiting" if state == "queued" else "unsent"] += count
        if state not in ("sent", "queued"):
            unsent[code or state] += count
    return {
        "sent": sum(count for (_, what), count in became.items() if what == "sent"),
        "unsent": dict(unsent.most_common()),
        "waiting": sum(count for (_, what), count in became.items() if what == "waiting"),
        "senders": tuple(
            Sender(block=block, **{what: became[block, what] for what in ("sent", "unsent", "waiting")})
            for block in dict.fromkeys(block for block, _ in became)
        ),
    }


def by_days(tx: Tx, flow: int, calendar: Calendar) -> dict[str, Any]:
    """Of `Played`: when it went out, and to whom."""
    calendar.fill(tx, _mine(flow))
    return {
        "mailed": len(calendar.got),
        "twice": len(calendar.twice),
        "days": calendar.days(tx),
        "most_mailed": calendar.most(tx),
    }


def _mine(flow: int) -> ColumnElement[bool]:
    return and_(message.c.flow == flow, message.c.id >= FIRST_ID, message.c.channel.in_(TO_PEOPLE))
