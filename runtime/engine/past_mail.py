"""E-mails that contacts got or did not get, for the `Got` leaves of rules."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from sqlalchemy import ColumnElement, bindparam, select

from blocks.contract import UndeclaredRead
from blocks.rules import Got
from runtime.engine.standpoint import Seen, first_instant
from runtime.ledger import Tx
from runtime.ledger.lists import among, listed
from runtime.ledger.tables import message, version_mail

STATES: Mapping[str, tuple[str, ...]] = {
    # What may have arrived counts: nobody wants it twice.
    "sent": ("sent", "uncertain"),
    "skipped": ("skipped",),
    "failed": ("failed",),
}
"""The states of a message that a `Got` leaf means."""

_SENDS = select(version_mail.c.version, version_mail.c.block, version_mail.c.email).where(
    version_mail.c.workspace == bindparam("workspace"), among(version_mail.c.email, "emails")
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
        values = {
            "contacts": listed(tx, ids),
            "states": listed(tx, {state for rule in rules for state in STATES[rule.what]}),
            "since": min(first_instant(rule.window, now, entered) for rule in rules),
        }
        of = {state: what for what, states in STATES.items() for state in states}
        for row in tx.all(_THEIRS, values):
            for email in {"", sends.get((row.version, row.block), "")}:
                if (found := self._done.get((row.contact, of[row.state], email))) is not None:
                    found.append(row.done_at)

    def instants(self, rule: Got, contact: int, seen: Seen) -> Iterator[int]:
        """When e-mails to `contact` came to what `rule` says."""
        place = (contact, rule.what, rule.email)
        if place not in self._declared:
            raise UndeclaredRead(f"e-mails that were {rule.what} were not declared in reads()")
        since = first_instant(rule.window, seen.now, seen.entered)
        return (at for at in self._done[place] if at >= since)
