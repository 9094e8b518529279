"""Archiving beside a batch that is under way: PostgreSQL lets several write at once, and still nobody is left inside."""

import threading
import time

import pytest
from sqlalchemy import event as hooks
from sqlalchemy import text

from runtime.engine.publishing.publish import archive
from tests.engine.stage import Stage, cart_flow

DEWI = "dewi@example.com"


def test_nobody_comes_in_while_the_flow_is_being_archived(stage: Stage) -> None:
    if stage.house.ledger.engine.dialect.name == "sqlite":
        pytest.skip("on SQLite one writes at a time")
    stage.publish(cart_flow())
    stage.arrives("Checkout started", DEWI, checkout_token="c1")
    archiving = threading.Thread(target=archive, args=(stage.house, stage.shop, "flow"))

    @hooks.listens_for(stage.house.ledger.engine, "before_cursor_execute")
    def let_it_begin(_: object, __: object, statement: str, *___: object) -> None:
        # The engine knows who listens by now, and is about to write that Dewi is inside.
        if statement.startswith("INSERT INTO run ") and archiving.ident is None:
            archiving.start()
            while archiving.is_alive() and not _waits(stage):
                time.sleep(0.001)

    stage.work()
    archiving.join()
    assert stage.runs(DEWI) == [("hour", "left")]


def _waits(stage: Stage) -> bool:
    """Whether somebody waits for a lock in this database."""
    with stage.house.ledger.read() as tx:
        waiting = (
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return bool(tx.scalar(text(waiting)))
