"""kill -9 of web and worker, again and again, while customers order and the mail server answers.

What is promised: every acknowledged event is there; every transactional mail arrives at least once, and again only with
the same Message-ID; every marketing mail at most once, and once unless it is shown as uncertain.
"""

import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from runtime.ledger.tables import event, message
from tests.delivery.smtp_server import SmtpServer
from tests.kill.shop import Customers, Shop, moments
from tests.patience import PATIENCE

pytestmark = pytest.mark.kill


@pytest.fixture
def post_office() -> Iterator[SmtpServer]:
    server = SmtpServer()
    yield server
    server.close()


@pytest.fixture
def shop(tmp_path: Path, database_url: str, post_office: SmtpServer) -> Iterator[Shop]:
    shop = Shop(tmp_path, database_url, post_office.url)
    yield shop
    shop.stop()


@pytest.mark.parametrize("seed", [4821])
def test_nothing_acknowledged_is_lost_whatever_is_killed(shop: Shop, post_office: SmtpServer, seed: int) -> None:
    for name in ("web", "worker"):
        shop.start(name)
    _wait_until(lambda: shop.post(0), PATIENCE)
    customers = Customers(shop)
    customers.start()
    for round_, pause in enumerate(moments(seed, 18, 0.4, 1.8)):
        time.sleep(pause)
        for name in ("web", "worker") if round_ % 6 == 5 else (("worker", "worker", "web")[round_ % 3],):
            shop.kill(name)
            shop.start(name)
    time.sleep(2)
    customers.stop()
    assert len(customers.acknowledged) > 10, "hardly anything came in, so nothing was tried"
    _wait_until(lambda: _waiting(shop) == 0, 90)
    _check(shop, post_office, customers)


def _check(shop: Shop, post_office: SmtpServer, customers: Customers) -> None:
    house = shop.open()
    with house.ledger.read(shop.workspace) as tx:
        stored = {row.properties["number"] for row in tx.all(select(event.c.properties))}
        rows = tx.all(select(message.c.address, message.c.state, message.c.marketing))
    house.close()
    lost = set(customers.acknowledged) - stored
    assert not lost

    states = {row.address: row.state for row in rows}
    assert len(states) == len(rows) == len(stored), "one message for each event"
    arrived: dict[str, list[str]] = defaultdict(list)
    for mail in post_office.taken:
        arrived[mail.recipient].append(mail.message_id)
    for number in sorted(stored):
        address = f"customer{number}@example.com"
        ids = arrived[address]
        assert len(set(ids)) <= 1, f"{address} got {ids}"
        if number % 2 == 0:
            assert ids, f"{address}: the order's mail is {states[address]} and never arrived"
        else:
            assert len(ids) <= 1, f"{address} got the marketing mail {len(ids)} times"
            assert ids or states[address] == "uncertain", f"{address}: {states[address]}, and nothing arrived"


def _waiting(shop: Shop) -> int:
    house = shop.open()
    try:
        with house.ledger.read(shop.workspace) as tx:
            new = tx.scalar(select(func.count()).select_from(event).where(event.c.state == "new"))
            unsent = message.c.state.in_(("queued", "sending"))
            return int(new) + int(tx.scalar(select(func.count()).select_from(message).where(unsent)))
    finally:
        house.close()


def _wait_until(holds: Callable[[], object], seconds: float) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.2)
