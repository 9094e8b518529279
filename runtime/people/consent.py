"""May we write to this contact? What they answered, with proof, and addresses that are never written to again.

Answers are only ever added. The one given last counts, by its own time and not by when we heard of it, so that an old
"yes" that arrives late does not undo a newer "no". Without an answer nobody has agreed to anything.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any, Literal

import orjson
from sqlalchemy import bindparam, or_, select
from sqlalchemy.dialects import postgresql, sqlite

from runtime.ledger import Tx
from runtime.ledger.bulk import update_tuples
from runtime.ledger.lists import among, listed
from runtime.ledger.prepared import Prepared
from runtime.ledger.tables import consent, identity, suppression
from runtime.ledger.tables import contact as contact_table
from runtime.people import forgotten
from runtime.people.who import Who, consent_of
from runtime.segments.stirring import stir

Answer = Literal["yes", "no"]
UNSUBSCRIBE_LINK = "unsubscribe link"
UNDONE = "undo on the unsubscribe page"
BY_HAND = "by hand"
BY_FLOW = "a flow"
"""Sources of our own; those of others are kept as they were given."""
_ANSWERS = select(
    consent.c.contact, consent.c.channel, consent.c.answer, consent.c.at, consent.c.source, consent.c.id
).where(consent.c.workspace == bindparam("workspace"), among(consent.c.contact, "contacts"))
_BY_TIME = itemgetter(3, 5)
_OF_CHANNEL = Prepared(_ANSWERS.where(consent.c.channel == bindparam("channel")))
_ADDRESSES = select(contact_table.c.id, contact_table.c.email, contact_table.c.phone).where(
    contact_table.c.workspace == bindparam("workspace"), among(contact_table.c.id, "ids")
)
_SUPPRESSED = Prepared(
    select(suppression.c.address, suppression.c.reason).where(
        suppression.c.workspace == bindparam("workspace"),
        suppression.c.channel == bindparam("channel"),
        among(suppression.c.address, "addresses"),
    )
)


@dataclass(frozen=True, slots=True)
class Standing:
    """The answer that counts: "yes" or "no", when it was given (UTC microseconds) and where."""

    answer: str
    at: int
    source: str


@dataclass(frozen=True, slots=True)
class Given:
    """An answer to be recorded. `unless_answered`: it counts only for who has never answered."""

    contact: int
    channel: str
    answer: str
    at: int
    source: str
    proof: Mapping[str, Any] = field(default_factory=dict)
    unless_answered: bool = False


# ---- answers


def record(
    tx: Tx, contact: int, channel: str, answer: Answer, at: int, source: str, proof: Mapping[str, Any] | None = None
) -> None:
    """Add an answer. `at` is when it was given, UTC microseconds; `proof` is whatever can be shown for it."""
    _add(tx, [Given(contact, channel, answer, at, source, proof or {})])


def record_many(tx: Tx, answers: Sequence[Given]) -> None:
    """Add the answers that came with a batch of events, in two statements.

    One that only repeats the answer that stands, from the same source, adds nothing and is left out: shops send the
    same answer along with every event. A "no" that is said again later counts from then on, so that a "yes" of between
    that arrives late does not outweigh it. Of such a row of repeats the first is kept, and one that moves on with the last.
    """
    lasts = _lasts(tx, {given.contact for given in answers})
    kept: list[Given] = []
    moved: dict[int, Given] = {}
    for given in answers:
        key = (given.contact, given.channel)
        last = lasts.get(key)
        if last is not None and given.unless_answered:
            continue
        repeats = last is not None and last.says(given.answer, given.source)
        if last is not None and repeats:
            if given.answer == "yes" or given.at <= last.at:
                continue
            if last.repeats:
                last.at = given.at
                if last.id >= 0:
                    moved[last.id] = given
                else:
                    kept[~last.id] = given
                continue
        if last is None or given.at >= last.at:
            lasts[key] = _Last(given.answer, given.at, given.source, ~len(kept), repeats)
        kept.append(given)
    _add(tx, kept)
    rows = [(given.at, orjson.dumps(given.proof).decode(), id_) for id_, given in moved.items()]
    update_tuples(tx, consent, "id", ("at", "proof"), rows)


@dataclass(slots=True)
class _Last:
    """The answer that counts. `id` is its row, or the complement of its place among those that are yet to be written;
    `repeats` is whether the one before it said the same."""

    answer: str
    at: int
    source: str
    id: int
    repeats: bool = False

    def says(self, answer: str, source: str) -> bool:
        return (self.answer, self.source) == (answer, source)


def given_with(contact: int, who: Who, *, event: int, source: str, at: int, received_at: int) -> list[Given]:
    """The answers that came with an event: given at their own time, else when the event happened; not after we heard of them,
    so that an answer by a clock that is ahead does not outweigh a later one."""
    return [
        Given(
            contact,
            said.channel,
            said.answer,
            min(at if said.at is None else said.at, received_at),
            said.source or source,
            {"event": event, "text": said.text} if said.text else {"event": event},
            said.unless_answered,
        )
        for said in consent_of(who)
    ]


def standing(tx: Tx, contacts: Collection[int], channel: str) -> dict[int, Standing]:
    """The answer that counts, by contact. Who is missing has never answered."""
    found: dict[int, tuple[int, int, Standing]] = {}
    values = {"workspace": tx.workspace, "contacts": listed(tx, set(contacts)), "channel": channel}
    rows: Sequence[Any] = tx.all(_OF_CHANNEL, values)
    for contact, _, answer, at, source, id_ in rows:
        if contact not in found or (at, id_) > found[contact][:2]:
            found[contact] = (at, id_, Standing(answer, at, source))
    return {contact: entry[2] for contact, entry in found.items()}


def standing_of(tx: Tx, contact: int) -> dict[str, Standing]:
    """The answers that count for one contact, by channel."""
    lasts = _lasts(tx, {contact})
    return {channel: Standing(last.answer, last.at, last.source) for (_, channel), last in lasts.items()}


def _lasts(tx: Tx, contacts: Collection[int]) -> dict[tuple[int, str], _Last]:
    found: dict[tuple[int, str], _Last] = {}
    rows: Sequence[Any] = tx.all(_ANSWERS, {"workspace": tx.workspace, "contacts": listed(tx, set(contacts))})
    for contact, channel, answer, at, source, id_ in sorted(rows, key=_BY_TIME):
        before = found.get((contact, channel))
        repeats = before is not None and before.says(answer, source)
        found[contact, channel] = _Last(answer, at, source, id_, repeats)
    return found


def _add(tx: Tx, answers: Sequence[Given]) -> None:
    if not answers:
        return
    names = ("contact", "channel", "answer", "at", "source", "proof")
    rows = [
        {"id": id_, **{name: getattr(given, name) for name in names}}
        for id_, given in zip(tx.reserve(len(answers)), answers, strict=True)
    ]
    tx.insert(consent, rows)
    stir(tx, (given.contact for given in answers), "reachable")


# ---- addresses that are not written to


def suppress(tx: Tx, channel: str, address: str, reason: str, at: int, detail: str = "") -> None:
    """Never write to this address again. The reason that weighs most stays: an address that does not exist is spared
    transactional mail too, and what the mailbox's owner said outweighs what somebody in the shop set."""
    row = {"channel": channel, "address": address, "reason": reason, "at": at, "detail": detail}
    insert = sqlite.insert(suppression) if tx.dialect == "sqlite" else postgresql.insert(suppression)
    new = insert.excluded
    tx.execute(
        insert.values(workspace=tx.workspace, **row).on_conflict_do_update(
            index_elements=["workspace", "channel", "address"],
            set_={"reason": new.reason, "at": new.at, "detail": new.detail},
            where=or_(suppression.c.reason == "manual", new.reason == "hard_bounce"),
        )
    )
    _stir(tx, channel, address)


def suppress_many(tx: Tx, whom: Sequence[tuple[int, str, str]], at: int) -> None:
    """Block the addresses of contacts: (contact, channel, who says so)."""
    values = {"workspace": tx.workspace, "ids": listed(tx, {one for one, _, _ in whom})}
    known = {row.id: row for row in tx.all(_ADDRESSES, values)}
    for one, channel, detail in whom:
        row = known.get(one)
        address = None if row is None else row.email if channel == "email" else row.phone
        if address:
            suppress(tx, channel, address, "manual", at, detail)


def unsuppress(tx: Tx, channel: str, address: str) -> bool:
    """Allow the address again. False if it was not suppressed."""
    where = (tx.mine(suppression), suppression.c.channel == channel, suppression.c.address == address)
    _stir(tx, channel, address)
    released = forgotten.release(tx, channel, address)
    return tx.execute(suppression.delete().where(*where)).rowcount > 0 or released


def _stir(tx: Tx, channel: str, address: str) -> None:
    """Who has the address may be in other segments from now on."""
    kind = {"email": "email", "sms": "phone"}.get(channel, "")
    owners = select(identity.c.contact).where(tx.mine(identity), identity.c.kind == kind, identity.c.value == address)
    stir(tx, (row.contact for row in tx.all(owners)), "reachable")


def suppressed(tx: Tx, channel: str, addresses: Collection[str]) -> dict[str, str]:
    """Why, for those of `addresses` (in the form in which contacts have them) that are suppressed; "erased" for those whose
    owner was."""
    found = dict.fromkeys(forgotten.remembered(tx, channel, addresses), "erased")
    values = {"workspace": tx.workspace, "channel": channel, "addresses": listed(tx, set(addresses))}
    for row in tx.all(_SUPPRESSED, values):
        found[row.address] = row.reason
    return found
