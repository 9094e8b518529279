"""Forgetting a contact for good: who they are, what they did, what was sent to them. Only counts stay.

First, in the engine's turn and in one transaction, they leave every flow and cease to be a contact, so that nothing new
can happen to them. Then what they leave behind is emptied some hundred rows at a time. A request that was cut off is taken
up again until it is done.

Runs, their steps and messages stay as rows without anything of the person in them: what was counted stays true. Their
`contact` is a number that means nobody.
"""

import logging
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from sqlalchemy import Column, ColumnElement, Table, bindparam, delete, or_, select, update

from blocks.contract import Reason
from runtime.delivery.channels import IN_NO_HANDS
from runtime.engine.batch import Batch
from runtime.engine.programs import Programs
from runtime.engine.run import AS_RUN, Run
from runtime.engine.work import one_batch
from runtime.house import House
from runtime.ledger import Tx
from runtime.ledger.lists import among, listed
from runtime.ledger.tables import (
    appointment,
    attempt,
    body,
    consent,
    contact,
    coupon,
    engagement,
    event,
    identity,
    interest,
    member,
    message,
    overheard,
    reply,
    review,
    run,
    step,
    suppression,
)
from runtime.people import forgotten
from runtime.people.who import Who

log = logging.getLogger(__name__)

AT_ONCE = 300
"""Rows that are emptied in one transaction; while it lasts, intake waits."""
CHANNELS = {"email": "email", "phone": "sms"}
"""Kinds of identities that something can be sent to, and by which channel."""


def erase(house: House, workspace: int, contact_id: int, by: str = "") -> bool:
    """Erase a contact. `by` is who asked for it. False if it is not finished yet, because a message to them is on its way
    this very moment; the rest is then done within a minute by the worker."""
    with house.ledger.write(workspace) as tx:
        forgotten.ask(tx, contact_id, by, house.clock.now())
    return _finish(house, workspace, contact_id)


def work(house: House) -> bool:
    """Go on with what was asked and is not done yet. Returns whether there was anything."""
    found = False
    for workspace in house.ledger.workspaces():
        with house.ledger.read(workspace) as tx:
            whom = forgotten.still_to_erase(tx)
        for contact_id in whom:
            found = True
            if _finish(house, workspace, contact_id):
                log.info("Erased contact %d", contact_id)
    return found


def _finish(house: House, workspace: int, contact_id: int) -> bool:
    with one_batch(house, workspace, Programs()) as batch:
        _let_go(batch, contact_id)
    for table, empty in ((event, _drop_events), (message, _empty_messages), (run, _empty_runs)):
        for ids in _some(house, workspace, table, contact_id):
            with house.ledger.write(workspace) as tx:
                empty(tx, ids)
    with house.ledger.write(workspace) as tx:
        on_its_way = select(message.c.id).where(message.c.contact == contact_id, message.c.state == "sending")
        if tx.first(on_its_way) is not None:
            return False
        forgotten.done(tx, contact_id, house.clock.now())
    return True


def _let_go(batch: Batch, contact_id: int) -> None:
    """Out of every flow, and no contact any more."""
    tx = batch.tx
    inside = select(*AS_RUN).where(tx.mine(run), run.c.contact == contact_id, run.c.state == "open")
    for one in [Run.of(row) for row in tx.all(inside)]:
        reason = Reason("erased")
        batch.touch(one)
        batch.cancel(one)
        batch.note(one, one.block, "", reason)
        batch.counts[one.flow, one.block, "left"] += 1
        one.end("left", batch.now, reason)
    waiting = (tx.mine(message), message.c.contact == contact_id, message.c.state == "queued")
    unsent = {"state": "cancelled", "code": "erased", "done_at": batch.now, **IN_NO_HANDS}
    tx.execute(message.update().where(*waiting).values(unsent))
    known = [(row.kind, row.value) for row in tx.all(_KNOWN_AS, {"workspace": tx.workspace, "contact": contact_id})]
    addresses = {(CHANNELS[kind], value) for kind, value in known if kind in CHANNELS}
    if addresses:
        forgotten.remember(tx, addresses, batch.now)
        blocked = or_(
            *((suppression.c.channel == channel) & (suppression.c.address == value) for channel, value in addresses)
        )
        tx.execute(suppression.delete().where(tx.mine(suppression), blocked))
    _drop_events(tx, [row.id for row in tx.all(_ASIDE, {"workspace": tx.workspace}) if _is_about(row.who, known)])
    # What has not been looked at yet would be about nobody.
    tx.execute(event.delete().where(tx.mine(event), event.c.contact == contact_id, event.c.state == "new"))
    for table in (appointment, consent, coupon, engagement, identity, interest, member, overheard, review):
        tx.execute(table.delete().where(tx.mine(table), table.c.contact == contact_id))
    tx.execute(contact.delete().where(tx.mine(contact), contact.c.id == contact_id))


_KNOWN_AS = select(identity.c.kind, identity.c.value).where(
    identity.c.workspace == bindparam("workspace"), identity.c.contact == bindparam("contact")
)


_ASIDE = select(event.c.id, event.c.who).where(event.c.workspace == bindparam("workspace"), event.c.state == "failed")
"""Events that were set aside, of whom nobody has found out yet whose they are."""


def _is_about(who: Mapping[str, Any], known: Collection[tuple[str, str]]) -> bool:
    """Whether an event names somebody who is known like this."""
    return not set(Who.of(who).identities).isdisjoint(known)


def _some(house: House, workspace: int, table: Table, contact_id: int) -> Iterator[list[int]]:
    """Ids of a table's rows about the contact, some hundred at a time."""
    after = 0
    query = select(table.c.id).where(table.c.workspace == workspace, table.c.contact == contact_id)
    while True:
        with house.ledger.read(workspace) as tx:
            ids = [row.id for row in tx.all(query.where(table.c.id > after).order_by(table.c.id).limit(AT_ONCE))]
        if not ids:
            return
        yield ids
        after = ids[-1]


def _drop_events(tx: Tx, ids: list[int]) -> None:
    tx.execute(delete(event).where(tx.mine(event), among(event.c.id, "ids")), {"ids": listed(tx, ids)})


def _empty_messages(tx: Tx, ids: list[int]) -> None:
    """All but what is counted. One that is on its way writes once more what became of it, so it is left for later."""
    these = {"ids": listed(tx, ids)}
    still = select(message.c.id).where(tx.mine(message), among(message.c.id, "ids"), message.c.state != "sending")
    these = {"ids": listed(tx, [row.id for row in tx.all(still, these)])}
    nothing = {"address": None, "subject": None, "args": None, "event": None}
    tx.execute(update(message).where(tx.mine(message), among(message.c.id, "ids")).values(nothing), these)
    tx.execute(delete(body).where(_of(tx, body, body.c.message)), these)
    tx.execute(update(attempt).where(_of(tx, attempt, attempt.c.message)).values(answer=None), these)


def _empty_runs(tx: Tx, ids: list[int]) -> None:
    these = {"ids": listed(tx, ids)}
    nothing = {"key": "", "args": None, "entry_event": None, "event": None, "kept": None, "typed": None}
    tx.execute(delete(reply).where(_of(tx, reply, reply.c.run)), these)
    tx.execute(update(run).where(tx.mine(run), among(run.c.id, "ids")).values(nothing), these)
    tx.execute(update(step).where(_of(tx, step, step.c.run)).values(args=None), these)


def _of(tx: Tx, table: Table, column: Column[int]) -> ColumnElement[bool]:
    return tx.mine(table) & among(column, "ids")
