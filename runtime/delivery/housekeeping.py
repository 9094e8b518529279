"""What has to be done now and then: messages whose worker is gone, bodies that were kept long enough."""

from collections import Counter

from sqlalchemy import select

from runtime.delivery.channels import IN_NO_HANDS
from runtime.delivery.sending import claims
from runtime.house import House
from runtime.ledger import Tx, tallies
from runtime.ledger.tables import body, message, version_mail
from runtime.segments.stirring import stir

_AT_ONCE = 500
_MOST_ROUNDS = 20


def sweep(house: House) -> None:
    """Settle what was in the hands of a worker that did not come back, and remove old bodies. Cheap; call it often."""
    now = house.clock.now()
    with house.ledger.read() as tx:
        workspaces = claims.workspaces_with_ended_leases(tx, now)
    for workspace in workspaces:
        with house.ledger.write(workspace) as tx:
            _settle(tx, now)
    for _ in range(_MOST_ROUNDS):
        with house.ledger.read() as tx:
            old = [row.message for row in tx.all(select(body.c.message).where(body.c.kept_until < now).limit(_AT_ONCE))]
        if old:
            with house.ledger.write() as tx:
                tx.execute(body.delete().where(body.c.message.in_(old)))
                # A test brought its e-mail along under its own number.
                tx.execute(version_mail.delete().where(version_mail.c.version.in_(old)))
        if len(old) < _AT_ONCE:
            break
    if workspaces:
        house.ring()


def take_over(house: House) -> None:
    """At the start: settle at once what processes of this host had in hand that are dead."""
    if claims.end_leases_of_the_dead(house.ledger, house.clock.now()):
        sweep(house)


def _settle(tx: Tx, now: int) -> None:
    """An attempt without an answer may have arrived: marketing mail is not sent again by itself, other mail is."""
    over = (tx.mine(message), message.c.lease_until < now)
    sending = message.c.state == "sending"
    lost = tx.all(
        message.update()
        .where(*over, sending, message.c.marketing.is_(True), message.c.test.is_(False))
        .values(state="uncertain", code="uncertain", args=None, done_at=now, **IN_NO_HANDS)
        .returning(message.c.flow, message.c.block, message.c.contact)
    )
    tx.execute(message.update().where(*over, sending).values(state="queued", due_at=now, **IN_NO_HANDS))
    tx.execute(message.update().where(*over).values(**IN_NO_HANDS))
    stir(tx, (row.contact for row in lost if row.contact is not None), "got")
    tallies.add(tx, Counter((row.flow, row.block, "uncertain") for row in lost if row.flow is not None), now)
