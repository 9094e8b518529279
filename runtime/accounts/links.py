"""Sign-in links: let somebody in once, without a password. Printed at the first start and by the command line."""

from runtime.accounts import sessions, tokens
from runtime.clock import MINUTE
from runtime.house import House
from runtime.ledger.tables import sign_in_link


def make(house: House, account: int, minutes: int = 30) -> str:
    """A token that lets this user in once within `minutes`."""
    token, now = tokens.new(), house.clock.now()
    row = {"digest": tokens.digest(token), "account": account, "expires_at": now + minutes * MINUTE}
    with house.ledger.write() as tx:
        tx.execute(sign_in_link.delete().where(sign_in_link.c.expires_at <= now))
        tx.execute(sign_in_link.insert(), row)
    return token


def use(house: House, token: str) -> str | None:
    """Begin a session with a link. Returns the session's token; None if the link was used, or is too old, or is none."""
    link = sign_in_link.delete().where(
        sign_in_link.c.digest == tokens.digest(token), sign_in_link.c.expires_at > house.clock.now()
    )
    with house.ledger.write() as tx:
        # Taken and read in one statement: of two who use it at the same time, one gets in.
        account = tx.scalar(link.returning(sign_in_link.c.account))
        return None if account is None else sessions.begin_in(tx, account, house.clock.now())
