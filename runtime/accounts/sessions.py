"""Sessions: a browser that has signed in. Its cookie holds a token; the table holds only the token's digest."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Row, select

from runtime.accounts import tokens
from runtime.clock import DAY, SECOND
from runtime.house import House
from runtime.ledger import Tx
from runtime.ledger.tables import session, user

if TYPE_CHECKING:
    from runtime.accounts.users import User

LASTS = 30 * DAY
LASTS_SECONDS = LASTS // SECOND
"""A session that is used goes on; one that is not ends after 30 days."""


@dataclass(frozen=True, slots=True)
class Session:
    """A session that holds, and whose it is. `digest` names it without giving it away."""

    digest: bytes
    user: "User"
    created_at: int
    expires_at: int


def begin(house: House, account: int) -> str:
    """A new session of a user. Returns its token, which is nowhere else."""
    with house.ledger.write() as tx:
        return begin_in(tx, account, house.clock.now())


def begin_in(tx: Tx, account: int, now: int) -> str:
    """The same, together with what else is written."""
    token = tokens.new()
    row = {"digest": tokens.digest(token), "account": account, "created_at": now, "expires_at": now + LASTS}
    tx.execute(session.delete().where(session.c.expires_at <= now))
    tx.execute(session.insert(), row)
    return token


def find(house: House, token: str) -> Session | None:
    """The session with this token if it holds; being used, it lasts for another 30 days."""
    found = _look(house, tokens.digest(token))
    # Moved once a day: a write at every click would be one too many.
    if found is not None and found.expires_at < house.clock.now() + LASTS - DAY:
        with house.ledger.write() as tx:
            later = session.update().where(session.c.digest == found.digest)
            tx.execute(later.values(expires_at=house.clock.now() + LASTS))
    return found


def holds(house: House, digest: bytes) -> bool:
    """Whether the session with this digest still holds."""
    return _look(house, digest) is not None


def holding(house: House, digests: Collection[bytes]) -> set[bytes]:
    """Those of some sessions that still hold, by their digests."""
    query = select(session.c.digest).where(session.c.digest.in_(digests), session.c.expires_at > house.clock.now())
    with house.ledger.read() as tx:
        return {bytes(row.digest) for row in tx.all(query)}


def end(house: House, digest: bytes) -> None:
    """End one session."""
    with house.ledger.write() as tx:
        tx.execute(session.delete().where(session.c.digest == digest))


def _look(house: House, digest: bytes) -> Session | None:
    query = (
        select(session, user.c.email, user.c.name, user.c.language, user.c.password, user.c.created_at.label("since"))
        .join(user, user.c.id == session.c.account)
        .where(session.c.digest == digest, session.c.expires_at > house.clock.now())
    )
    with house.ledger.read() as tx:
        row = tx.first(query)
    return None if row is None else _session(row)


def _session(row: Row[Any]) -> Session:
    from runtime.accounts.users import User

    whose = User(row.account, row.email, row.name, row.language, row.password is not None, row.since)
    return Session(bytes(row.digest), whose, row.created_at, row.expires_at)
