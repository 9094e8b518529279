"""Whether a contact is in a segment, and what keeps them out of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from blocks.contract import Known
from blocks.phrase import Phrase, say
from blocks.rule_why import why_not
from blocks.rules import counted
from runtime.engine.lookback.history import History
from runtime.engine.lookback.standpoint import Seen
from runtime.ledger import Tx
from runtime.ledger.tables import member, segment
from runtime.people.contacts import Contact
from runtime.segments.document import SegmentDocument
from runtime.segments.evaluating import Person


@dataclass(frozen=True, slots=True)
class Place:
    """How a contact stands to a segment."""

    name: str
    since: int | None
    """Since when they are in it, UTC microseconds; None if they are not."""
    against: Sequence[Phrase] = ()
    """What keeps them out, as far as that can be said."""
    gone: bool = False
    """Whether no such segment is live."""


def place_in(tx: Tx, person: Contact, slug: str, now: int) -> Place:
    """How they stand to the segment with this slug."""
    named = {row.slug: row for row in tx.all(select(segment).where(tx.mine(segment)))}
    row = named.get(slug)
    if row is None or row.state != "live":
        return Place(slug if row is None else row.name, None, gone=True)
    inside = select(member.c.since_at).where(member.c.segment == row.id, member.c.contact == person.id)
    since = tx.scalar(inside)
    if since is not None:
        return Place(row.name, since)
    if row.planned is not None:
        return Place(row.name, None, (say("It is still being found out who is in it"),))
    rule = SegmentDocument.model_validate(row.document).rule
    if rule is None:
        return Place(row.name, None, (say("It is a list, and nobody has put them on it"),))
    history = History()
    history.fetch(tx, [person.id], counted(rule), now, now)
    known = Known(segments={one.slug: one.name for one in named.values()})
    facts = Person(person.id, person.typed, history, Seen(now, now))
    return Place(row.name, None, why_not(rule, facts, {"contact": fields_of(person)}, known))


def fields_of(one: Contact) -> Mapping[str, Any]:
    """What a rule may ask of a contact, as it was written."""
    known = {"email": one.email, "phone": one.phone, "name": one.name, "language": one.language, "tags": one.tags}
    return {**one.fields, **known}
