"""Past events of contacts, for the `Did` leaves of rules: their own, and of others those about the same cart or order."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import orjson
from sqlalchemy import Text, bindparam, cast, literal, select

from blocks.contract import UndeclaredRead
from blocks.rules import Counted, Did, SinceEntering
from blocks.values import Typed, empty, key_of, moment
from runtime.engine.lookback.standpoint import Seen, first_instant
from runtime.ledger import Tx
from runtime.ledger.lists import among, listed
from runtime.ledger.prepared import Prepared
from runtime.ledger.tables import event, overheard

_COLUMNS = (event.c.contact, event.c.name, event.c.at, event.c.id)
_WHERE = (
    event.c.workspace == bindparam("workspace"),
    among(event.c.contact, "contacts"),
    among(event.c.name, "names"),
    event.c.at >= bindparam("since"),
    event.c.state == "done",
)
_PLAIN = Prepared(select(*_COLUMNS, literal(None).label("typed")).where(*_WHERE).order_by(event.c.id))
_WITH_FIELDS = Prepared(select(*_COLUMNS, cast(event.c.typed, Text).label("typed")).where(*_WHERE).order_by(event.c.id))
_OVERHEARD = Prepared(
    select(overheard.c.contact, *_COLUMNS[1:], cast(event.c.typed, Text).label("typed"))
    .join(event, event.c.id == overheard.c.event)
    .where(
        overheard.c.workspace == bindparam("workspace"),
        among(overheard.c.contact, "contacts"),
        among(event.c.name, "names"),
        event.c.at >= bindparam("since"),
    )
    .order_by(event.c.id)
)

Happened = tuple[int, int, str | None]
"""(event id, its own time, its typed fields as JSON)"""


class PastEvents:
    """Knows only what was fetched; asking for more raises UndeclaredRead."""

    def __init__(self) -> None:
        self._events: dict[tuple[int, str], list[Happened]] = {}
        self._overheard: dict[tuple[int, str], list[Happened]] = {}
        self._names: dict[str, int] = {}
        self._contacts: set[int] = set()

    def fetch(self, tx: Tx, contacts: Iterable[int], rules: Sequence[Did], now: int, entered: int) -> None:
        """Fetch what `rules` need for `contacts`. `entered` is the earliest time at which any of their runs began."""
        if not rules:
            return
        ids = set(contacts)
        self._contacts.update(ids)
        for with_fields, statement in ((False, _PLAIN), (True, _WITH_FIELDS)):
            names = {rule.event for rule in rules if any_where(rules, rule.event) == with_fields}
            if not names:
                continue
            since = min(first_instant(rule.window, now, entered) for rule in rules if rule.event in names)
            self._names |= dict.fromkeys(names, since)
            values = {
                "workspace": tx.workspace,
                "contacts": listed(tx, ids),
                "names": listed(tx, names),
                "since": since,
            }
            for row in tx.all(statement, values):
                self._events.setdefault((row.contact, row.name), []).append((row.id, row.at, row.typed))
        if keyed := [rule for rule in rules if rule.key]:
            values = {
                "workspace": tx.workspace,
                "contacts": listed(tx, ids),
                "names": listed(tx, {rule.event for rule in keyed}),
                "since": min(first_instant(rule.window, now, entered) for rule in keyed),
            }
            for row in tx.all(_OVERHEARD, values):
                self.overhear(row.contact, row.name, (row.id, row.at, row.typed))

    def overhear(self, contact: int, name: str, happened: Happened) -> None:
        """Let an event of somebody else count for what is asked of the same cart, order or product."""
        self._overheard.setdefault((contact, name), []).append(happened)

    def instants(self, rule: Did, contact: int, seen: Seen) -> Iterator[int]:
        """When `contact` did what `rule` says, among the events received up to `seen.up_to`; perhaps later than now, by the
        events' own time."""
        return (at for _, at in self.matching(rule, contact, seen))

    def matching(self, rule: Did, contact: int, seen: Seen) -> Iterator[tuple[int, int]]:
        """These events: (id, its own time)."""
        if rule.event not in self._names or contact not in self._contacts:
            raise UndeclaredRead(f"{rule.event!r} was not declared in reads()")
        since_entering = isinstance(rule.window, SinceEntering)
        since = first_instant(rule.window, seen.now, seen.entered)
        happened: Sequence[Happened] = self._events.get((contact, rule.event), ())
        key = seen.key if rule.key else ""
        if key and (others := self._overheard.get((contact, rule.event))):
            happened = sorted((*happened, *others))
        first = bisect_left(happened, seen.entry_event + 1, key=lambda one: one[0]) if since_entering else 0
        for id_, at, typed in happened[first:]:
            if id_ > seen.up_to:
                break
            if at >= since:
                past = _Past(typed, seen.now)
                if (not key or key_of(past.event, rule.key) == key) and (rule.where is None or rule.where.meets(past)):
                    yield id_, at

    def fields(self, rule: Did, contact: int) -> Iterator[Typed]:
        """The fields of what was fetched, for a rule with a filter."""
        return (_Past(typed, 0).event for _, _, typed in self._events.get((contact, rule.event), ()))


class _Past:
    """An earlier event as the facts of a `where`; the contact is not part of it."""

    def __init__(self, typed: str | None, now: int) -> None:
        self._typed = typed
        self.now = moment(now)

    @property
    def contact(self) -> Typed:
        return empty()

    @property
    def event(self) -> Typed:
        typed: Any = orjson.loads(self._typed) if self._typed else empty()
        return typed  # type: ignore[no-any-return]

    @property
    def kept(self) -> Typed:
        return empty()

    def count(self, leaf: Counted) -> int:
        raise UndeclaredRead("a filter on a past event sees nothing but that event")


def any_where(rules: Sequence[Did], name: str) -> bool:
    """Whether any of the rules looks into events of this name."""
    return any(rule.event == name and (rule.where is not None or rule.key) for rule in rules)
