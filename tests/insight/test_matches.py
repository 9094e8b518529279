"""How many would fit a trigger or a split, before anything is published."""

from typing import Any

import pytest

from blocks import read_block
from blocks.contract import Timed, Trigger
from runtime.clock import SetClock
from runtime.house import House
from runtime.insight.matches import would_come, would_start, would_take
from tests.engine.stage import Stage


@pytest.fixture
def shop_with_past(house: House, shop: int, clock: SetClock) -> Stage:
    """Carts of three people in the last days, and one from long ago."""
    stage = Stage(house, shop, clock)
    stage.happens("Checkout started", "nok@example.com", ago=24 * 40, total=9999)
    stage.happens("Checkout started", "somchai@example.com", ago=50, fields={"city": "Bangkok"}, total=900)
    stage.happens("Order placed", "somchai@example.com", ago=40, total=900)
    stage.happens("Checkout started", "dewi@example.com", ago=30, total=300)
    stage.happens("Checkout started", "dewi@example.com", ago=5, fields={"city": "Jakarta"}, total=1500)
    return stage


def trigger(**settings: Any) -> Trigger:
    block = read_block("event_trigger", {"event": "Checkout started", **settings})
    assert isinstance(block, Trigger)
    return block


def test_a_trigger_counts_what_happened_in_the_last_thirty_days(shop_with_past: Stage) -> None:
    found = would_start(shop_with_past.house, shop_with_past.shop, trigger())
    assert found is not None
    assert (dict(found.by_outlet), found.looked_at, found.whole) == ({"yes": 3, "no": 0}, 3, True)


def test_a_filter_leaves_out_what_does_not_meet_it(shop_with_past: Stage) -> None:
    dear = {"kind": "field", "of": "event", "field": "total", "op": "over", "value": 500}
    found = would_start(shop_with_past.house, shop_with_past.shop, trigger(where=dear))
    assert found is not None
    assert dict(found.by_outlet) == {"yes": 2, "no": 1}


def test_a_filter_on_the_past_looks_at_the_past_of_each_event(shop_with_past: Stage) -> None:
    """Dewi's second cart is the only one that came after another. Each counts itself, as it would when it comes."""
    twice = {"kind": "did", "event": "Checkout started", "times": 2, "window": {"kind": "last_days", "days": 7}}
    found = would_start(shop_with_past.house, shop_with_past.shop, trigger(where=twice))
    assert found is not None
    assert dict(found.by_outlet) == {"yes": 1, "no": 2}


def test_an_event_that_never_happened_matches_nothing(shop_with_past: Stage) -> None:
    block = read_block("event_trigger", {"event": "Tea tasted"})
    assert isinstance(block, Trigger)
    found = would_start(shop_with_past.house, shop_with_past.shop, block)
    assert found is not None
    assert found.looked_at == 0


def test_a_split_by_a_field_is_held_against_the_contacts_there_are(shop_with_past: Stage) -> None:
    split = read_block(
        "branch", {"rule": {"kind": "field", "of": "contact", "field": "city", "op": "is", "value": "Jakarta"}}
    )
    found = would_take(shop_with_past.house, shop_with_past.shop, split)
    assert found is not None
    assert (dict(found.by_outlet), found.looked_at) == ({"yes": 1, "no": 2}, 3)


@pytest.mark.parametrize(
    "rule",
    [
        {"kind": "did", "event": "Order placed"},
        {"kind": "field", "of": "event", "field": "total", "op": "over", "value": 1},
    ],
    ids=["since entering", "a field of the run's event"],
)
def test_what_only_a_run_could_tell_has_no_answer(shop_with_past: Stage, rule: dict[str, Any]) -> None:
    assert would_take(shop_with_past.house, shop_with_past.shop, read_block("branch", {"rule": rule})) is None


def test_what_the_clock_will_bring_in_the_next_thirty_days(shop_with_past: Stage) -> None:
    """Somchai and Dewi are quiet for ten days soon; Nok's silence has lasted longer already."""
    block = read_block("quiet_trigger", {"event": "Checkout started", "amount": 10, "unit": "days"})
    assert isinstance(block, Timed)
    found = would_come(shop_with_past.house, shop_with_past.shop, block)
    assert found is not None
    assert dict(found.by_outlet) == {"yes": 2, "no": 1}
