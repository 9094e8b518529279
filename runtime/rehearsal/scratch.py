"""The scratch house: an empty ledger in memory, furnished with what the rehearsal may look at and nothing else."""

import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from zlib import crc32

from sqlalchemy import ColumnElement, Table, select

from blocks.flow import Flow
from runtime import delivery
from runtime.clock import DAY, SetClock
from runtime.house import House
from runtime.ledger import Ledger, Tx
from runtime.ledger.tables import (
    consent,
    contact,
    counter,
    event,
    flow,
    identity,
    message,
    setting,
    suppression,
    workspace,
)
from runtime.people import consent as answers
from runtime.people import forgotten
from runtime.people import identity as identities
from runtime.people.who import Who
from runtime.rehearsal.script import MadeUp
from runtime.vault import Vault

FIRST_ID = 1 << 52
"""Ids of the rehearsal begin here, above all that is copied: what happens in it comes after what happened before."""
MOST_EVENTS = 5000
MAILED = 367 * DAY
"""So far back messages count that the contact got before: further than any cap looks back."""
_SERVER = "mail server"
"""Settings whose names begin with this stay behind: without them, mail goes into the local outbox."""


@contextmanager
def scratch_house(house: House, clock: SetClock) -> Iterator[House]:
    """A house like this one, but with an empty ledger in memory and nobody who could carry mail away.

    Its key is another one too, so that no link in a rehearsed e-mail does anything here.
    """
    ledger = Ledger.open("sqlite://")
    scratch = replace(
        house,
        settings=house.settings.model_copy(update={"smtp_url": "", "database_url": "sqlite://"}),
        ledger=ledger,
        vault=Vault(secrets.token_bytes(32)),
        clock=clock,
        ring=lambda: None,
    )
    try:
        yield scratch
    finally:
        delivery.leave(scratch)
        ledger.close()


def furnish(real: Tx, into: Tx, slug: str, document: Flow, who: int | MadeUp, names: Iterable[str], start: int) -> int:
    """Copy the shop, the contact and what they did before `start`, as far as events of these `names` go.

    The contact's id in the scratch ledger, the same as in the real one. Earlier runs stay behind: the contact comes as if
    for the first time. Raises LookupError if there is no such contact.
    """
    number = FIRST_ID if isinstance(who, int) else FIRST_ID + 4096 * crc32(f"{who.email}\n{who.name}".encode())
    into.execute(counter.update().values(next=number))
    _copy(real, into, workspace, workspace.c.id == real.workspace)
    _copy(real, into, setting, real.mine(setting), ~setting.c.name.startswith(_SERVER))
    # What is drawn by lot goes by the flow's number, so it has to be the real one.
    (here,) = into.reserve(1)
    known = real.scalar(select(flow.c.id).where(real.mine(flow), flow.c.slug == slug))
    row = {"id": known or here, "slug": slug, "name": document.name, "state": "live", "version": None}
    into.insert(flow, [{**row, "since_at": start}])
    return _make(into, who, start) if isinstance(who, MadeUp) else _bring(real, into, who, set(names), start)


def _bring(real: Tx, into: Tx, who: int, names: set[str], start: int) -> int:
    found = real.first(select(contact.c.email, contact.c.phone).where(real.mine(contact), contact.c.id == who))
    if found is None:
        raise LookupError(f"There is no contact {who}")
    _copy(real, into, contact, contact.c.id == who)
    if not _copy(real, into, identity, real.mine(identity), identity.c.contact == who):
        into.insert(identity, [{"kind": "customer_id", "value": str(who), "contact": who, "since_at": start}])
    _copy(real, into, consent, real.mine(consent), consent.c.contact == who)
    blocked = suppression.c.address.in_([address for address in found if address])
    _copy(real, into, suppression, real.mine(suppression), blocked)
    for channel, address in zip(("email", "sms"), found, strict=True):
        if address and forgotten.remembered(real, channel, [address]):
            forgotten.remember(into, [(channel, address)], start)
    before = (real.mine(event), event.c.contact == who, event.c.at < start, event.c.state == "done")
    latest = select(event.c.id).where(*before, event.c.name.in_(names)).order_by(event.c.at.desc()).limit(MOST_EVENTS)
    _copy(real, into, event, event.c.id.in_(latest))
    lately = (message.c.done_at >= start - MAILED, message.c.done_at < start)
    went = message.c.state.in_(("sent", "uncertain"))
    _copy(real, into, message, real.mine(message), message.c.contact == who, went, *lately)
    return who


def _make(into: Tx, who: MadeUp, start: int) -> int:
    # Even somebody whose address is no address is somebody.
    given = {
        "customer_id": "made up",
        "email": who.email,
        "name": who.name,
        "zone": who.zone,
        "language": who.language,
        "tags": list(who.tags),
    }
    (made,) = identities.resolve(into, [Who.of({**who.fields, **{key: of for key, of in given.items() if of}})], start)
    if who.consent is not None:
        answers.record(into, made, "email", who.consent, start, answers.BY_HAND)
    return made


def identity_of(tx: Tx, who: int) -> dict[str, str]:
    """What an event has to carry to be about this contact."""
    known = select(identity.c.kind, identity.c.value).where(tx.mine(identity), identity.c.contact == who)
    return {row.kind: row.value for row in tx.all(known.limit(1))}


def _copy(real: Tx, into: Tx, table: Table, *where: ColumnElement[bool]) -> int:
    rows: list[dict[str, Any]] = [row._asdict() for row in real.all(table.select().where(*where))]
    into.insert(table, rows)
    return len(rows)
