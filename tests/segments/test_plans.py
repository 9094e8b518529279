"""However many contacts there are: who is in a segment is kept up with along an index."""

from runtime.clock import SetClock
from runtime.house import House
from runtime.people import consent
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
