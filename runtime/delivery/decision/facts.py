"""What permission and the letter need to know, fetched for a whole batch in a constant number of statements."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Text, and_, bindparam, cast, exists, select

from blocks.phrase import load_arg
from blocks.values import micros
from runtime.delivery.channels import EMAIL, Channel
from runtime.delivery.decision.permission import ALONE_WAITS, PLACE_WAITS, Facts
from runtime.delivery.sending.claims import Claimed
from runtime.ledger import Tx
from runtime.ledger.lists import among, listed
from runtime.ledger.prepared import Prepared
from runtime.ledger.tables import contact, event, flow, message, run, step, workspace
from runtime.people import consent
from runtime.reasons import BY_EXIT


@dataclass(frozen=True, slots=True)
class Shop:
    """What letters need to know of a workspace."""

    id: int
    name: str
    zone: str
    language: str
    currency: str


@dataclass(frozen=True, slots=True)
class Person:
    """A contact as merge tags and headers need it. `fields` is JSON as stored, parsed only if a letter is made."""

    id: int
    email: str | None
    phone: str | None
    name: str | None
    zone: str | None
    fields: str
    tags: str


@dataclass(slots=True)
class Case:
    """One claimed message with all that bears on it. `properties` is the event's JSON as stored, `live` the version of its
    flow that runs by now."""

    message: Claimed
    facts: Facts
    person: Person | None
    properties: str | None
    live: int | None = None
    kept: str | None = None
    """What the run has kept, as stored."""
    event_name: str | None = None
    key: str | None = None
    """Of the run: the cart or order it is about."""


_SHOP = Prepared(select(*(workspace.c[name] for name in Shop.__slots__)).where(workspace.c.id == bindparam("shop")))
_PERSON = (
    contact.c.id.label("contact"),
    contact.c.email,
    contact.c.phone,
    contact.c.name,
    contact.c.zone,
    cast(contact.c.fields, Text).label("fields"),
    cast(contact.c.tags, Text).label("tags"),
)
_WENT = exists().where(step.c.run == message.c.run, step.c.hop >= message.c.hop, step.c.code.in_(BY_EXIT))
_WITH_ALL = Prepared(
    select(
        message.c.id,
        run.c.state.label("run_state"),
        # A server was being handed it when its contact left, and put it off. What the last way says comes after that step.
        and_(run.c.code.in_(BY_EXIT), _WENT).label("went"),
        flow.c.state.label("flow_state"),
        flow.c.version.label("live"),
        cast(event.c.properties, Text).label("properties"),
        cast(run.c.kept, Text).label("kept"),
        run.c.key,
        message.c.code,
        message.c.due_at,
        cast(message.c.args, Text).label("args"),
        event.c.name.label("event_name"),
        *_PERSON,
    )
    .select_from(
        message.outerjoin(run, run.c.id == message.c.run)
        .outerjoin(flow, flow.c.id == message.c.flow)
        .outerjoin(contact, contact.c.id == message.c.contact)
        .outerjoin(event, event.c.id == message.c.event)
    )
    .where(message.c.workspace == bindparam("workspace"), among(message.c.id, "ids"))
)


def shop_of(tx: Tx) -> Shop:
    """The workspace of a transaction."""
    row: Any = tx.all(_SHOP, {"shop": tx.workspace})[0]
    return Shop(*row)


def person_of(tx: Tx, contact_id: int) -> Person | None:
    """One contact, if this workspace has it."""
    row = tx.first(select(*_PERSON).where(tx.mine(contact), contact.c.id == contact_id))
    return _person(row) if row is not None else None


def look_up(tx: Tx, messages: Sequence[Claimed], zone: str, channel: Channel = EMAIL) -> list[Case]:
    """The cases of those messages that still exist, in their order. Four statements, whatever their number (a batch)."""
    rows = {
        row.id: row
        for row in tx.all(_WITH_ALL, {"workspace": tx.workspace, "ids": listed(tx, (m.id for m in messages))})
    }
    messages = [m for m in messages if m.id in rows]
    if not channel.addressed:
        return [_case(m, rows[m.id], Facts(**_of_run(m, rows[m.id], zone, channel), addressed=False)) for m in messages]
    addresses = {m.id: m.address if m.test else rows[m.id].email for m in messages}
    answers = consent.standing(tx, {m.contact for m in messages if m.contact is not None}, channel.name)
    blocked = consent.suppressed(tx, channel.name, {address for address in addresses.values() if address})
    return [
        _case(
            m, rows[m.id], _facts(m, rows[m.id], addresses[m.id], answers.get(m.contact or 0), blocked, zone, channel)
        )
        for m in messages
    ]


def _facts(
    claimed: Claimed,
    row: Any,
    address: str | None,
    answer: consent.Standing | None,
    blocked: Mapping[str, str],
    zone: str,
    channel: Channel,
) -> Facts:
    return Facts(
        **_of_run(claimed, row, zone, channel),
        channel=channel.name,
        address=address,
        consent=answer.answer if answer is not None else None,
        consent_at=answer.at if answer is not None else 0,
        suppressed=blocked.get(address) if address else None,
    )


def _of_run(claimed: Claimed, row: Any, zone: str, channel: Channel) -> dict[str, Any]:
    """What bears on a message of any channel."""
    return {
        "marketing": claimed.marketing,
        "test": claimed.test,
        "run_state": ("left" if row.went else row.run_state) if channel.recalled else None,
        "flow_state": row.flow_state,
        "zone": zone,
        "waits_since": _waits_since(row),
        "asked_for": row.due_at,
    }


def _waits_since(row: Any) -> int | None:
    """Since when a message waits to see whether a flow of higher priority speaks."""
    if row.code not in (ALONE_WAITS, PLACE_WAITS):
        return None
    return micros(load_arg(parsed(row.args)["since"]).at)


def _case(claimed: Claimed, row: Any, facts: Facts) -> Case:
    return Case(claimed, facts, _person(row), row.properties, row.live, row.kept, row.event_name, row.key)


def _person(row: Any) -> Person | None:
    if row.contact is None:
        return None
    return Person(row.contact, row.email, row.phone, row.name, row.zone, row.fields, row.tags)


def parsed(document: str | None) -> Any:
    """JSON as it is stored; an empty object for nothing."""
    return orjson.loads(document) if document else {}
