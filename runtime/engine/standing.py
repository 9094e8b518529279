"""How contacts stand now, for the `InSegment` and `Reachable` leaves of rules."""

from collections.abc import Iterable, Sequence

from sqlalchemy import ColumnElement, and_, bindparam, false, select

from blocks.contract import UndeclaredRead
from blocks.rules import InSegment, Reachable
from runtime.engine.standpoint import Seen
from runtime.ledger import Tx
from runtime.ledger.lists import among, listed
from runtime.ledger.tables import contact, member, segment, suppression

_SEGMENTS = select(segment.c.id, segment.c.slug).where(
    segment.c.workspace == bindparam("workspace"), segment.c.state == "live", among(segment.c.slug, "slugs")
)
_MEMBERS = select(member.c.segment, member.c.contact, member.c.since_at).where(
    among(member.c.segment, "segments"), among(member.c.contact, "contacts")
)


def reach(channel: str) -> ColumnElement[bool]:
    """The condition that a contact has an address on a channel that is not suppressed. Never NULL."""
    address = {"email": contact.c.email, "sms": contact.c.phone}.get(channel)
    if address is None:
        return false()
    suppressed = select(suppression.c.address).where(
        suppression.c.workspace == contact.c.workspace,
        suppression.c.channel == channel,
        suppression.c.address == address,
    )
    return and_(address.is_not(None), address != "", ~suppressed.correlate(contact).exists())


_REACH = select(contact.c.id, *(reach(channel).label(channel) for channel in ("email", "sms", "push"))).where(
    contact.c.workspace == bindparam("workspace"), among(contact.c.id, "contacts")
)


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


class Addresses:
    """Who can be reached how. Knows only what was fetched; asking for more raises UndeclaredRead."""

    def __init__(self) -> None:
        self._by_contact: dict[int, frozenset[str]] = {}

    def fetch(self, tx: Tx, contacts: Iterable[int], rules: Sequence[Reachable], now: int, entered: int) -> None:
        """Fetch what `rules` need for `contacts`."""
        values = {"workspace": tx.workspace, "contacts": listed(tx, set(contacts))}
        for row in tx.all(_REACH, values):
            ways = (("email", row.email), ("sms", row.sms), ("push", row.push))
            self._by_contact[row.id] = frozenset(channel for channel, reached in ways if reached)

    def instants(self, rule: Reachable, contact: int, seen: Seen) -> Sequence[int]:
        """Always, or never."""
        if contact not in self._by_contact:
            raise UndeclaredRead("addresses were not declared in reads()")
        return (0,) if rule.channel in self._by_contact[contact] else ()
