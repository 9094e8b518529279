"""A look that nobody waits for any more is broken off, on both databases, and leaves everything as it was."""

import threading

import pytest
from sqlalchemy import text

from runtime.ledger import Ledger
from runtime.ledger.halt import Halt, Halted

ENDLESS = text("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i % 1000 + 1 FROM n) SELECT count(*) FROM n")


def test_a_long_look_is_broken_off_by_somebody_else(ledger: Ledger, shop: int) -> None:
    halt, came = Halt(), []

    def look() -> None:
        try:
            with ledger.read(shop, halt) as tx:
                tx.scalar(ENDLESS)
        except Halted as halted:
            came.append(halted)

    looking = threading.Thread(target=look, daemon=True)
    looking.start()
    while looking.is_alive():
        halt.now()
        looking.join(0.05)
    assert len(came) == 1
    with ledger.read(shop) as tx:
        assert tx.scalar(text("SELECT 1")) == 1


def test_one_that_has_not_begun_does_not_begin(ledger: Ledger, shop: int) -> None:
    halt = Halt()
    halt.now()
    with pytest.raises(Halted), ledger.read(shop, halt):
        pytest.fail("it began")


def test_who_looks_next_on_the_same_connection_is_left_alone(ledger: Ledger, shop: int) -> None:
    halt = Halt()
    with ledger.read(shop, halt) as tx:
        tx.scalar(text("SELECT 1"))
    with ledger.read(shop) as tx:
        halt.now()
        assert tx.scalar(text("SELECT 1")) == 1
