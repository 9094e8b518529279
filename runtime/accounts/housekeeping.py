"""What accounts leave behind: sessions and links that are over. They let nobody in; they only take room."""

from runtime.house import House
from runtime.ledger.tables import session, sign_in_link


def sweep(house: House) -> None:
    """Remove what has expired."""
    now = house.clock.now()
    with house.ledger.write() as tx:
        for table in (session, sign_in_link):
            tx.execute(table.delete().where(table.c.expires_at < now))
