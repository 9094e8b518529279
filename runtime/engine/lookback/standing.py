"""How contacts stand now, for the `InSegment` and `Reachable` leaves of rules."""

from collections.abc import Iterable, Sequence

from sqlalchemy import ColumnElement, and_, bindparam, false, func, select

from blocks.contract import UndeclaredRead
from blocks.rules import InSegment, Reachable
from runtime.engine.lookback.standpoint import Seen
from runtime.ledger import Tx
from runtime.ledger.lists import among, listed
from runtime.ledger.prepared import Prepared
from runtime.ledger.tables import consent, contact, member, segment, suppression
from runtime.people import forgotten

_SEGMENTS = Prepared(
    select(segment.c.id, segment.c.slug).where(
        segment.c.workspace == bindparam("workspace"), segment.c.state == "live", among(segment.c.slug, "slugs")
    )
)
_MEMBERS = Prepared(
    select(member.c.segment, member.c.contact, member.c.since_at).where(
        among(member.c.segment, "segments"), among(member.c.contact, "contacts")
    )
)


_COLUMNS = {"email": contact.c.email, "sms": contact.c.phone}
"""Where a contact's address on a channel stands. There is none for push yet."""


def reach(channel: str) -> ColumnElement[bool]:
    """The condition that marketing may reach a contact by a channel: they have an address there, it is not suppressed, and
    they agreed. Never NULL.

    Of an address whose owner was erased we keep but a salted hash, which no database can compare with: `Reach` knows
    that such an address is not written to, a count of contacts does not.
    """
    address = _COLUMNS.get(channel)
    if address is None:
        return false()
    suppressed = select(suppression.c.address).where(
        suppression.c.workspace == contact.c.workspace,
        suppression.c.channel == channel,
        suppression.c.address == address,
    )
    answer = (
        select(consent.c.answer)
        .where(
            consent.c.workspace == contact.c.workspace, consent.c.contact == contact.c.id, consent.c.channel == channel
        )
        .order_by(consent.c.at.desc(), consent.c.id.desc())
        .limit(1)
        .correlate(contact)
        .scalar_subquery()
    )
    agreed = func.coalesce(answer, "no") == "yes"
    return and_(address.is_not(None), address != "", ~suppressed.correlate(contact).exists(), agreed)


_REACHED = {
    channel: select(contact.c.id, address.label("address")).where(
        contact.c.workspace == bindparam("workspace"), among(contact.c.id, "contacts"), reach(channel)
    )
    for channel, address in _COLUMNS.items()
}


class Segments:
    """Who is in which segment. Knows only what was fetched; asking for more raises UndeclaredRead."""

    def __init__(self) -> None:
        self._declared: set[tuple[int, str]] = set()
        self._since: dict[tuple[int, str], int] = {}

    def fetch(self, tx: Tx, contacts: Iterable[int], rules: Sequence[InSegment], now: int, entered: int) -> None:
        """Fetch what `rules` need for `contacts`."""
        ids, slugs = set(contacts), {rule.segment for rule in rules}
        self._declared |= {(id_, slug) for id_ in ids for slug in slugs}
        found = tx.all(_SEGMENTS, {"workspace": tx.workspace, "slugs": listed(tx, slugs)})
        names = {row.id: row.slug for row in found}
        if names:
            for row in tx.all(_MEMBERS, {"segments": listed(tx, names), "contacts": listed(tx, ids)}):
                self._since[row.contact, names[row.segment]] = row.since_at

    def put(self, contact_id: int, slug: str, since: int | None) -> None:
        """Note that a contact is in a segment since then, or not any more, before the ledger knows."""
        if since is None:
            self._since.pop((contact_id, slug), None)
        else:
            self._since[contact_id, slug] = since

    def instants(self, rule: InSegment, contact: int, seen: Seen) -> Sequence[int]:
        """Since when they are in it; nothing if they are not."""
        if (contact, rule.segment) not in self._declared:
            raise UndeclaredRead(f"the segment {rule.segment!r} was not declared in reads()")
        since = self._since.get((contact, rule.segment))
        return () if since is None else (since,)


class Reach:
    """Whom marketing may reach how. Knows only what was fetched; asking for more raises UndeclaredRead."""

    def __init__(self) -> None:
        self._fetched: set[tuple[int, str]] = set()
        self._reached: set[tuple[int, str]] = set()
        self._closed: set[tuple[int, str]] = set()

    def fetch(self, tx: Tx, contacts: Iterable[int], channels: Iterable[str]) -> None:
        """Whether these contacts can be reached by these channels."""
        ids = set(contacts)
        for channel in set(channels) if ids else ():
            self._fetched |= {(id_, channel) for id_ in ids}
            if channel not in _REACHED:
                continue
            rows = tx.all(_REACHED[channel], {"workspace": tx.workspace, "contacts": listed(tx, ids)})
            erased = forgotten.remembered(tx, channel, {row.address for row in rows})
            self._reached |= {(row.id, channel) for row in rows if row.address not in erased}

    def close(self, contact: int, channel: str) -> None:
        """Note that they may not be reached there any more, before the ledger knows."""
        self._closed.add((contact, channel))

    def reachable(self, contact: int, channel: str) -> bool:
        """Whether they can be reached by a channel that was fetched."""
        if (contact, channel) not in self._fetched:
            raise UndeclaredRead(f"{channel!r} was not declared in reads() or reaches()")
        return (contact, channel) in self._reached and (contact, channel) not in self._closed

    def instants(self, rule: Reachable, contact: int, seen: Seen) -> Sequence[int]:
        """Always, or never."""
        return (0,) if self.reachable(contact, rule.channel) else ()
