"""E-mails that contacts got or did not get, opened or clicked, for the `Got` leaves of rules."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from sqlalchemy import ColumnElement, bindparam, func, select

from blocks.contract import UndeclaredRead
from blocks.rules import Got
from runtime.engagement import PERSON
from runtime.engine.lookback.standpoint import Seen, first_instant
from runtime.ledger import Tx
from runtime.ledger.lists import among, listed
from runtime.ledger.prepared import Prepared
from runtime.ledger.tables import engagement, message, version_mail

STATES: Mapping[str, tuple[str, ...]] = {
    # What may have arrived counts: nobody wants it twice.
    "sent": ("sent", "uncertain"),
    "skipped": ("skipped",),
    "failed": ("failed",),
}
"""The states of a message that a `Got` leaf means."""
DEEDS: Mapping[str, str] = {"opened": "open", "clicked": "click"}
"""What a person did to a message that a `Got` leaf means."""

_SENDS = Prepared(
    select(version_mail.c.version, version_mail.c.block, version_mail.c.email).where(
        version_mail.c.workspace == bindparam("workspace"), among(version_mail.c.email, "emails")
    )
)
_MESSAGES = select(message.c.contact, message.c.version, message.c.block, message.c.state, message.c.done_at)


def counts() -> ColumnElement[bool]:
    """The condition that a message is an e-mail to a contact, and no test."""
    return (message.c.channel == "email") & ~message.c.test


_THEIRS = _MESSAGES.where(
    counts(),
    among(message.c.contact, "contacts"),
    among(message.c.state, "states"),
    message.c.done_at >= bindparam("since"),
)
_ENGAGED = (
    select(
        engagement.c.contact,
        engagement.c.message,
        engagement.c.version,
        engagement.c.block,
        engagement.c.what,
        func.max(engagement.c.last_at).label("at"),
    )
    .where(
        among(engagement.c.contact, "contacts"),
        among(engagement.c.what, "deeds"),
        engagement.c.who == PERSON,
        engagement.c.last_at >= bindparam("since"),
        engagement.c.last_at <= bindparam("now"),
    )
    # Of several links of one message, the last that was followed.
    .group_by(engagement.c.contact, engagement.c.message, engagement.c.version, engagement.c.block, engagement.c.what)
)


class PastMail:
    """Knows only what was fetched; asking for more raises UndeclaredRead."""

    def __init__(self) -> None:
        self._done: dict[tuple[int, str, str], list[int]] = {}
        """(contact, what, slug of the e-mail or "") to when."""
        self._declared: set[tuple[int, str, str]] = set()

    def fetch(self, tx: Tx, contacts: Iterable[int], rules: Sequence[Got], now: int, entered: int) -> None:
        """Fetch what `rules` need for `contacts`."""
        ids, emails = set(contacts), {rule.email for rule in rules}
        for place in {(id_, rule.what, rule.email) for id_ in ids for rule in rules}:
            self._declared.add(place)
            self._done[place] = []
        sends: dict[tuple[int, str], str] = {}
        if emails - {""}:
            rows = tx.all(_SENDS, {"workspace": tx.workspace, "emails": listed(tx, emails - {""})})
            sends = {(row.version, row.block): row.email for row in rows}
        since = min(first_instant(rule.window, now, entered) for rule in rules)
        values = {"contacts": listed(tx, ids), "since": since}
        if states := {state for rule in rules for state in STATES.get(rule.what, ())}:
            of = {state: what for what, of_what in STATES.items() for state in of_what}
            for row in tx.all(_THEIRS, values | {"states": listed(tx, states)}):
                self._note(row.contact, of[row.state], sends.get((row.version, row.block), ""), row.done_at)
        if deeds := {DEEDS[rule.what]: rule.what for rule in rules if rule.what in DEEDS}:
            for row in tx.all(_ENGAGED, values | {"deeds": listed(tx, deeds), "now": now}):
                self._note(row.contact, deeds[row.what], sends.get((row.version, row.block), ""), row.at)

    def _note(self, contact: int, what: str, email: str, at: int) -> None:
        for slug in {"", email}:
            if (found := self._done.get((contact, what, slug))) is not None:
                found.append(at)

    def instants(self, rule: Got, contact: int, seen: Seen) -> Iterator[int]:
        """When e-mails to `contact` came to what `rule` says: of one that was opened again, the last time."""
        place = (contact, rule.what, rule.email)
        if place not in self._declared:
            raise UndeclaredRead(f"e-mails that were {rule.what} were not declared in reads()")
        since = first_instant(rule.window, seen.now, seen.entered)
        return (at for at in self._done[place] if at >= since)
