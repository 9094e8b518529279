"""The last thirty days, as the shop counts its days."""

from datetime import UTC, datetime

from blocks.values import micros
from runtime.accounts import workspaces
from runtime.clock import SetClock
from runtime.house import House
from runtime.insight.overview import SPAN, Days, last_days
from runtime.ledger import Ledger, tables, tallies

CART = 100
BEFORE_MIDNIGHT = datetime(2026, 11, 21, 16, 59, tzinfo=UTC)
"""23:59 in Bangkok."""


def count(ledger: Ledger, shop: int, at: datetime) -> None:
    """One message is sent."""
    with ledger.write(shop) as tx:
        tallies.add(tx, {(CART, "mail", "sent"): 1}, micros(at))


def days(ledger: Ledger, shop: int, now: datetime) -> Days:
    with ledger.read(shop) as tx:
        return last_days(tx, micros(now))


def publish(ledger: Ledger, shop: int, clock: SetClock) -> None:
    """A flow that is live."""
    row = {"id": CART, "slug": "cart", "name": "Cart", "state": "live", "version": 1, "since_at": clock.now()}
    with ledger.write(shop) as tx:
        tx.insert(tables.flow, [row])


def test_a_day_begins_at_midnight_where_the_shop_is(ledger: Ledger, shop: int, clock: SetClock) -> None:
    publish(ledger, shop, clock)
    after_midnight = BEFORE_MIDNIGHT.replace(hour=17, minute=1)
    count(ledger, shop, BEFORE_MIDNIGHT)
    count(ledger, shop, after_midnight)
    count(ledger, shop, after_midnight)

    found = days(ledger, shop, after_midnight)

    assert found.by_day["sent"][-2:] == [1, 2]
    last = found.first_day + SPAN - 1
    assert last == (datetime(2026, 11, 22, tzinfo=UTC) - datetime(1970, 1, 1, tzinfo=UTC)).days
    assert days(ledger, shop, BEFORE_MIDNIGHT).by_day["sent"][-1] == 1


def test_a_shop_that_moves_keeps_the_days_it_has_counted(house: House, shop: int, clock: SetClock) -> None:
    publish(house.ledger, shop, clock)
    count(house.ledger, shop, BEFORE_MIDNIGHT)
    workspaces.update(house, shop, zone="America/New_York")

    assert days(house.ledger, shop, BEFORE_MIDNIGHT).by_day["sent"][-1] == 1
    assert days(house.ledger, shop, BEFORE_MIDNIGHT).total("sent") == 1
