"""What would have gone out on which day and hour, where the shop is."""

from collections import Counter
from datetime import datetime, time, timedelta

from sqlalchemy import ColumnElement, select

from blocks.values import micros, moment
from blocks.zones import local_to_utc
from runtime.backtest.told import Day, Got, Mailed
from runtime.clock import HOUR
from runtime.ledger import Tx
from runtime.ledger.tables import contact, message
from runtime.zones import zone_of

NAMED = 25
"""Of each day so many messages are told with the name of who got them."""
MOST_MAILED = 10


class Calendar:
    """Messages by day and hour from `start` to `until`, read once in the order of time; holds a number a contact."""

    def __init__(self, zone: str, start: int, until: int) -> None:
        self._zone = zone_of(zone)
        first, last = (moment(at).astimezone(self._zone).date() for at in (start, until - 1))
        dates = [first + timedelta(days=number) for number in range((last - first).days + 1)]
        self._dates = dates
        self._starts = [micros(local_to_utc(datetime.combine(date, time()), self._zone)) for date in dates]
        self._hours = [[0] * 24 for _ in dates]
        self._first: list[list[tuple[int, int, str]]] = [[] for _ in dates]
        self.got: Counter[int] = Counter()
        self.twice: set[int] = set()

    def fill(self, tx: Tx, mine: ColumnElement[bool]) -> None:
        """Read those of these messages that were sent."""
        columns = (message.c.done_at, message.c.contact, message.c.block)
        query = select(*columns).where(mine, message.c.state == "sent").order_by(message.c.done_at, message.c.id)
        place, today, hour, hour_ends = 0, set[int](), 0, 0
        for at, who, block in tx.connection.execute(query.execution_options(yield_per=1000)):
            while place + 1 < len(self._starts) and at >= self._starts[place + 1]:
                place, today, hour_ends = place + 1, set(), 0
            if at >= hour_ends:
                hour = moment(at).astimezone(self._zone).hour
                hour_ends = at - at % (HOUR // 4) + HOUR // 4  # every zone's hours begin on a quarter
            self._hours[place][hour] += 1
            self.got[who] += 1
            if who in today:
                self.twice.add(who)
            today.add(who)
            if len(self._first[place]) < NAMED:
                self._first[place].append((at, who, block))

    def days(self, tx: Tx) -> tuple[Day, ...]:
        """Every day, also those without any."""
        names = _names(tx, {who for first in self._first for _, who, _ in first})
        return tuple(
            Day(
                date=date.isoformat(),
                start=start,
                sent=sum(hours),
                hours=tuple(hours),
                first=tuple(Got(at=at, contact=who, name=names[who], block=block) for at, who, block in first),
            )
            for date, start, hours, first in zip(self._dates, self._starts, self._hours, self._first, strict=True)
        )

    def most(self, tx: Tx) -> tuple[Mailed, ...]:
        """Who got the most."""
        most = sorted(self.got.items(), key=lambda one: (-one[1], one[0]))[:MOST_MAILED]
        names = _names(tx, {who for who, _ in most})
        return tuple(Mailed(contact=who, name=names[who], messages=count) for who, count in most)


def _names(tx: Tx, ids: set[int]) -> dict[int, str]:
    found = {id_: str(id_) for id_ in ids}
    ordered = sorted(ids)
    for first in range(0, len(ordered), 500):
        some = contact.c.id.in_(ordered[first : first + 500])
        for row in tx.all(select(contact.c.id, contact.c.name, contact.c.email, contact.c.phone).where(some)):
            found[row.id] = row.name or row.email or row.phone or str(row.id)
    return found
