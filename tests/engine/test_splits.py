"""Splits in the engine: the first way that fits, and experiments that are fair and steady."""

from collections import Counter
from math import sqrt
from typing import Any

import orjson
from sqlalchemy import select

from blocks.values import type_document
from runtime.ledger.tables import event, run, step
from tests.engine.stage import Stage, block, link

DEWI, SOMCHAI, HANNAH = "dewi@example.com", "somchai@example.com", "hannah@example.com"
VIP = {"kind": "field", "of": "contact", "field": "orders", "op": "at_least", "value": 10}
BANGKOK = {"kind": "field", "of": "contact", "field": "city", "op": "is", "value": "Bangkok"}
MANY = 10_000
SIGMAS = 4.5
"""How far a share may lie from its own by chance: further, one try in 150,000."""


def split(kind: str, **settings: Any) -> dict[str, Any]:
    """A split right behind the trigger; who comes again goes through it again."""
    return {
        "blocks": [block("start", "event_trigger", event="Checkout started"), block("split", kind, **settings)],
        "links": [link("start", "split")],
    }


def arms(**weights: int) -> list[dict[str, Any]]:
    """Variants called by their ids."""
    return [{"id": id_, "name": id_.upper(), "weight": weight} for id_, weight in weights.items()]


def taken(stage: Stage) -> dict[int, list[str]]:
    """The outlets by which each contact left the split, one a run."""
    query = select(run.c.contact, step.c.outlet).join(run, run.c.id == step.c.run).where(step.c.block == "split")
    found: dict[int, list[str]] = {}
    with stage.house.ledger.read(stage.shop) as tx:
        for row in tx.all(query.order_by(step.c.run)):
            found.setdefault(row.contact, []).append(row.outlet)
    return found


def crowd(stage: Stage, count: int) -> None:
    """So many people start a checkout, each with an address of their own."""
    with stage.house.ledger.write(stage.shop) as tx:
        now = stage.clock.now()
        rest: dict[str, Any] = {
            "name": "Checkout started",
            "source": "api",
            "contact": None,
            "at": now,
            "received_at": now,
        }
        rest |= {"properties": {}, "typed": orjson.dumps(type_document({})).decode(), "state": "new"}
        people = [{"email": f"contact-{number}@example.com"} for number in range(count)]
        tx.insert(event, [{"id": id_, "who": who, **rest} for id_, who in zip(tx.reserve(count), people, strict=True)])
    stage.work()


def way(stage: Stage, who: str) -> list[str]:
    """The outlets by which somebody left the split."""
    return [outlet for block_id, outlet, _ in stage.steps(who) if block_id == "split"]


def is_fair(found: Counter[str], shares: dict[str, float]) -> bool:
    """Whether counts are as near to their shares as chance brings them."""
    count = found.total()
    return all(
        abs(found[outlet] - share * count) <= SIGMAS * sqrt(count * share * (1 - share))
        for outlet, share in shares.items()
    )


def test_everyone_goes_the_first_way_that_fits(stage: Stage) -> None:
    ways = [{"id": "vip", "name": "VIP", "rule": VIP}, {"id": "near", "name": "Bangkok", "rule": BANGKOK}]
    stage.publish(split("many_ways", ways=ways))
    stage.happens("Checkout started", DEWI, fields={"orders": 12, "city": "Bangkok"})
    stage.happens("Checkout started", SOMCHAI, fields={"orders": 2, "city": "Bangkok"})
    stage.happens("Checkout started", HANNAH, fields={"orders": 2, "city": "Berlin"})
    assert [way(stage, who) for who in (DEWI, SOMCHAI, HANNAH)] == [["vip"], ["near"], ["everyone_else"]]


def test_the_order_of_the_ways_decides(stage: Stage) -> None:
    ways = [{"id": "near", "name": "Bangkok", "rule": BANGKOK}, {"id": "vip", "name": "VIP", "rule": VIP}]
    stage.publish(split("many_ways", ways=ways))
    stage.happens("Checkout started", DEWI, fields={"orders": 12, "city": "Bangkok"})
    assert way(stage, DEWI) == ["near"]


def test_a_rule_of_a_way_counts_past_events(stage: Stage) -> None:
    ordered = {"kind": "did", "event": "Order placed", "window": {"kind": "ever"}}
    ways = [
        {"id": "often", "name": "Regulars", "rule": {**ordered, "times": 2}},
        {"id": "once", "name": "Ordered before", "rule": ordered},
    ]
    stage.publish(split("many_ways", ways=ways))
    for who, times in ((DEWI, 2), (SOMCHAI, 1), (HANNAH, 0)):
        for days in range(times):
            stage.happens("Order placed", who, ago=24 * (days + 1))
        stage.happens("Checkout started", who)
    assert [way(stage, who) for who in (DEWI, SOMCHAI, HANNAH)] == [["often"], ["once"], ["everyone_else"]]


def test_ten_thousand_are_spread_by_the_weights_and_all_come_back_to_their_own(stage: Stage) -> None:
    stage.publish(split("experiment", arms=arms(a=5, b=3, c=2), hold_out=10))
    crowd(stage, MANY)
    crowd(stage, MANY)
    found = taken(stage)
    assert len(found) == MANY
    assert all(first == again for first, again in found.values()), "everybody keeps their variant"
    counts = Counter(first for first, _ in found.values())
    assert is_fair(counts, {"held_out": 0.1, "a": 0.45, "b": 0.27, "c": 0.18}), counts


def test_another_experiment_draws_anew(stage: Stage) -> None:
    """Who got A in one experiment is no likelier to get A in the next."""
    document = split("experiment", arms=arms(a=1, b=1))
    document["blocks"].append(block("next", "experiment", arms=arms(a=1, b=1)))
    document["links"] += [link("split", "next", "a")]
    stage.publish(document)
    crowd(stage, 2_000)
    with stage.house.ledger.read(stage.shop) as tx:
        found = Counter(row.outlet for row in tx.all(select(step.c.outlet).where(step.c.block == "next")))
    assert found.total() > 800
    assert is_fair(found, {"a": 0.5, "b": 0.5}), found
