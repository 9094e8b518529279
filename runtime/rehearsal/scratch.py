"""What a rehearsal may look at: the shop, one contact, and what they did and got before."""

from collections.abc import Collection, Iterable
from zlib import crc32

from sqlalchemy import select

from blocks import KINDS
from runtime.clock import MINUTE
from runtime.engine.lookback.past_mail import STATES
from runtime.ledger import Tx
from runtime.ledger.tables import (
    consent,
    contact,
    engagement,
    event,
    identity,
    member,
    message,
    product,
    suppression,
    user,
)
from runtime.people import consent as answers
from runtime.people import forgotten
from runtime.people import identity as identities
from runtime.people.who import Who
from runtime.rehearsal.script import MadeUp, Question
from runtime.scratch import FIRST_ID, copy, copy_sends, furnish_shop

MOST_EVENTS = 5000
MOST_PRODUCTS = 1000
"""So many of those that changed last are known in a rehearsal."""


def furnish(real: Tx, into: Tx, asked: Question, names: Iterable[str], emails: Collection[str]) -> int:
    """Copy the shop, the contact and what they did before the start, as far as events of these `names` go, what they got,
    which of it being one of these `emails` (slugs), and whether they may be written to as it was then.

    The contact's id in the scratch ledger, the same as in the real one. Earlier runs stay behind: the contact comes as if
    for the first time. Raises LookupError if there is no such contact.
    """
    document, who, start = asked.document, asked.who, asked.start
    number = FIRST_ID if isinstance(who, int) else FIRST_ID + 4096 * crc32(f"{who.email}\n{who.name}".encode())
    furnish_shop(real, into, asked.slug, document, start, number, 1 if asked.as_given else None)
    if any(doc.kind in KINDS and KINDS[doc.kind].looks_at_items for doc in document.blocks):
        latest = select(product.c.id).where(real.mine(product)).order_by(product.c.changed_at.desc())
        copy(real, into, product, product.c.id.in_(latest.limit(MOST_PRODUCTS)))
    copy_sends(real, into, emails)
    # Nobody signs in there, so that passwords stay where they are.
    team = real.all(user.select().order_by(user.c.id))
    into.insert(user, [{**row._asdict(), "password": None} for row in team])
    return _make(into, who, start) if isinstance(who, MadeUp) else _bring(real, into, who, set(names), start)


def _bring(real: Tx, into: Tx, who: int, names: set[str], start: int) -> int:
    # People choose a start by the minute: "now" begins before what they have just set.
    found = real.first(select(contact.c.email, contact.c.phone).where(real.mine(contact), contact.c.id == who))
    if found is None:
        raise LookupError(f"There is no contact {who}")
    copy(real, into, contact, contact.c.id == who)
    if not copy(real, into, identity, real.mine(identity), identity.c.contact == who):
        into.insert(identity, [{"kind": "customer_id", "value": str(who), "contact": who, "since_at": start}])
    copy(real, into, consent, real.mine(consent), consent.c.contact == who, consent.c.at < start + MINUTE)
    copy(real, into, member, real.mine(member), member.c.contact == who)
    blocked = suppression.c.address.in_([address for address in found if address])
    copy(real, into, suppression, real.mine(suppression), blocked, suppression.c.at < start + MINUTE)
    for channel, address in zip(("email", "sms"), found, strict=True):
        if address and forgotten.remembered(real, channel, [address]):
            forgotten.remember(into, [(channel, address)], start)
    before = (real.mine(event), event.c.contact == who, event.c.at < start, event.c.state == "done")
    latest = select(event.c.id).where(*before, event.c.name.in_(names)).order_by(event.c.at.desc()).limit(MOST_EVENTS)
    copy(real, into, event, event.c.id.in_(latest))
    over = message.c.state.in_([state for states in STATES.values() for state in states])
    copy(real, into, message, real.mine(message), message.c.contact == who, over, message.c.done_at < start)
    copy(real, into, engagement, real.mine(engagement), engagement.c.contact == who, engagement.c.first_at < start)
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
