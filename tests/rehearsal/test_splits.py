"""Rehearsing splits: the way is told by the name its marketer gave it, and chance falls as it will."""

from typing import Any

from blocks.flow import Flow
from tests.rehearsal.conftest import Rehearsals, said

DEWI = "dewi@example.com"
MORNING = "2026-11-21T10:00:00Z"


def flow(kind: str, **settings: Any) -> dict[str, Any]:
    """A cart and a split."""
    blocks = [
        {"id": "cart", "kind": "event_trigger", "settings": {"event": "Checkout started"}},
        {"id": "split", "kind": kind, "settings": settings},
    ]
    return {"format": 1, "name": "Rehearsed", "blocks": blocks, "links": [{"from": "cart", "to": "split"}]}


def test_dewi_goes_the_way_called_as_it_was_typed(rehearsals: Rehearsals) -> None:
    rule = {"kind": "field", "of": "event", "field": "total", "op": "over", "value": 100}
    ways = [{"id": "w1", "name": "{x} Yes", "rule": rule}, {"id": "w2", "name": "Others", "rule": rule}]
    rehearsals.happened("Checkout started", DEWI, total=640)
    result = rehearsals.rehearse(DEWI, MORNING, document=flow("many_ways", ways=ways))
    (told,) = (entry for entry in result.entries if entry.block == "split" and entry.outlet)
    assert told.outlet == "w1"
    assert said(told) == "Goes to {x} Yes (“{x} Yes”, “Others” or everyone else)"


def test_a_rehearsal_gives_everybody_the_same_variant_again(rehearsals: Rehearsals) -> None:
    document = flow("experiment", arms=[{"id": "a", "name": "A"}, {"id": "b", "name": "B"}, {"id": "c", "name": "C"}])
    people = [f"contact-{number}@example.com" for number in range(8)]
    for who in people:
        rehearsals.happened("Checkout started", who, total=640)

    def drawn() -> list[str]:
        found = (rehearsals.rehearse(who, MORNING, document=Flow.model_validate(document)) for who in people)
        return [entry.outlet for result in found for entry in result.entries if entry.block == "split" and entry.outlet]

    first = drawn()
    assert len(first) == len(people)
    assert len(set(first)) > 1
    assert drawn() == first
