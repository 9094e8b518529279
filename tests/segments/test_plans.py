"""However many contacts there are: who is in a segment is kept up with along an index, and counting takes each of them once."""

from typing import Any

import pytest
from pydantic import TypeAdapter
from sqlalchemy import event as hooks

from blocks.rules import Rule
from runtime.clock import SetClock
from runtime.house import House
from runtime.people import consent
from runtime.segments.counting import first
from tests.engine.stage import block, in_a_row
from tests.ledger.test_plans import database_url, watched
from tests.segments.stage import SegmentStage, did, is_

__all__ = ["database_url"]


def test_the_engine_keeps_up_along_an_index(house: House, shop: int, clock: SetClock) -> None:
    stage = SegmentStage(house, shop, clock)
    put = block("put", "list_member", segment="club")
    stage.segment("club", None)
    stage.segment("buyers", did("Order placed", days=30), work=False)
    of_them = [{"kind": "in_segment", "segment": slug} for slug in ("buyers", "club")]
    others = [{"kind": "reachable"}, {"kind": "got", "email": "a", "negate": True}, is_("city", "Bangkok")]
    stage.segment("dear", {"kind": "any", "rules": [*of_them, *others]}, work=False)
    with watched(house.ledger) as slow:
        stage.publish(in_a_row(block("in", "segment_trigger", segment="buyers"), put))
        stage.happens("Checkout started", "dewi@example.com", fields={"city": "Bangkok"})
        stage.happens("Order placed", "budi@example.com")
        with house.ledger.write(shop) as tx:
            consent.suppress(tx, "email", "budi@example.com", "manual", clock.now())
        stage.after(days=40)
    assert stage.inside("club") == ["budi"]
    assert stage.inside("buyers") == []
    assert slow == {}


EVER = {"window": {"kind": "ever"}}


@pytest.mark.parametrize(
    "rule", [did("Order placed") | EVER, did("Order placed") | EVER | {"times": 3, "negate": True}]
)
def test_counting_asks_the_index_what_each_contact_did(
    house: House, shop: int, clock: SetClock, rule: dict[str, Any]
) -> None:
    """In the order in which the index has them: in another one, a large shop's would be read from the disk again and again."""
    plans: list[str] = []

    def look(connection: Any, cursor: Any, statement: str, values: Any, context: Any, many: bool) -> None:
        if " event" in statement:
            asked = connection.connection.driver_connection.cursor()
            plans.extend(row[-1] for row in asked.execute(f"EXPLAIN QUERY PLAN {statement}", values))

    hooks.listen(house.ledger.engine, "before_cursor_execute", look)
    with house.ledger.read(shop) as tx:
        first(tx, TypeAdapter[Any](Rule).validate_python(rule), clock.now(), 25)
    hooks.remove(house.ledger.engine, "before_cursor_execute", look)
    assert "SEARCH event USING INDEX event_new (workspace=?)" in plans
    assert "SEARCH contact USING COVERING INDEX contact_in_order (workspace=?)" in plans
    assert "SEARCH event USING COVERING INDEX event_contact (contact=? AND name=? AND at>? AND at<?)" in plans
    assert len([line for line in plans if " event " in line]) == 2
