"""What rules look up of contacts, fetched once a batch for those that declared it."""

from collections.abc import Iterable, Iterator, Sequence

from blocks.rules import Counted, Did, Got, InSegment, Reachable
from blocks.values import Typed
from runtime.engine.lookback.past_events import Happened, PastEvents
from runtime.engine.lookback.past_mail import PastMail
from runtime.engine.lookback.standing import Reach, Segments
from runtime.engine.lookback.standpoint import Seen
from runtime.ledger import Tx


class History:
    """Answers the counted leaves of rules. Knows only what was fetched; asking for more raises UndeclaredRead."""

    def __init__(self, reach: Reach | None = None) -> None:
        self._events, self._mail = PastEvents(), PastMail()
        self.segments, self.reach = Segments(), reach or Reach()

    def fetch(self, tx: Tx, contacts: Iterable[int], leaves: Sequence[Counted], now: int, entered: int) -> None:
        """Fetch what `leaves` need for `contacts`, in a constant number of statements. `entered` is the earliest time at
        which any of their runs began."""
        if not leaves:
            return
        ids = set(contacts)
        if events := [leaf for leaf in leaves if isinstance(leaf, Did)]:
            self._events.fetch(tx, ids, events, now, entered)
        if mails := [leaf for leaf in leaves if isinstance(leaf, Got)]:
            self._mail.fetch(tx, ids, mails, now, entered)
        if segments := [leaf for leaf in leaves if isinstance(leaf, InSegment)]:
            self.segments.fetch(tx, ids, segments, now, entered)
        if channels := {leaf.channel for leaf in leaves if isinstance(leaf, Reachable)}:
            self.reach.fetch(tx, ids, channels)

    def overhear(self, contact: int, name: str, happened: Happened) -> None:
        """Let an event of somebody else count for this contact, where it is about the same cart, order or product."""
        self._events.overhear(contact, name, happened)

    def instants(self, leaf: Counted, contact: int, seen: Seen) -> Iterable[int]:
        """When what a leaf counts was there, within its window; perhaps later than now, by an event's own time."""
        match leaf:
            case Did():
                return self._events.instants(leaf, contact, seen)
            case Got():
                return self._mail.instants(leaf, contact, seen)
            case InSegment():
                return self.segments.instants(leaf, contact, seen)
            case Reachable():
                return self.reach.instants(leaf, contact, seen)

    def ids(self, leaf: Did, contact: int, seen: Seen) -> Iterator[int]:
        """The events that a leaf counts until now."""
        return (id_ for id_, at in self._events.matching(leaf, contact, seen) if at <= seen.now)

    def events_of(self, leaf: Did, contact: int) -> Iterator[Typed]:
        """The fields of all events that were fetched for a leaf with a filter, in its window or not."""
        return self._events.fields(leaf, contact)

    def count(self, leaf: Counted, contact: int, seen: Seen) -> int:
        """How often that was until now."""
        return sum(at <= seen.now for at in self.instants(leaf, contact, seen))
