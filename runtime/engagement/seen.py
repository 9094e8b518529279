"""What was done to one message, for whoever looks at it."""

from dataclasses import dataclass

from runtime.engagement.machines import PERSON
from runtime.ledger import Tx
from runtime.ledger.tables import engagement

MOST = 50


@dataclass(frozen=True, slots=True)
class Deed:
    """A message was opened, or a link of it followed, so often. Instants are UTC microseconds; `who` is PERSON, or by what a
    machine was recognised."""

    what: str
    who: str
    link: str
    first_at: int
    last_at: int
    count: int

    @property
    def by_person(self) -> bool:
        """Whether it counts."""
        return self.who == PERSON


def of_message(tx: Tx, message: int) -> list[Deed]:
    """In the order in which each happened first."""
    query = engagement.select().where(tx.mine(engagement), engagement.c.message == message)
    rows = tx.all(query.order_by(engagement.c.first_at, engagement.c.what.desc()).limit(MOST))
    return [Deed(row.what, row.who, row.link, row.first_at, row.last_at, row._mapping["count"]) for row in rows]
