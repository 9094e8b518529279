"""Who moves when an experiment is changed: only as many as the new shares ask for."""

from dataclasses import dataclass
from typing import Any

import pytest

from blocks import read_block
from blocks.contract import Go
from tests.blocks.facts import NOTHING_KNOWN, Stand
from tests.blocks.facts import block as made

PEOPLE = [number / 4000 for number in range(4000)]
"""What `ctx.chance()` says of each."""
EVEN = {"a": 1, "b": 1, "c": 1}


@dataclass
class Chosen(Stand):
    """Somebody whom chance has given this number."""

    number: float = 0.0

    def chance(self) -> float:
        return self.number


def takes(weights: dict[str, int], **settings: Any) -> list[str]:
    """The outlet of each of the people."""
    arms = [{"id": id_, "name": id_.upper(), "weight": weight} for id_, weight in weights.items()]
    experiment = read_block("experiment", {"arms": arms, **settings})
    found = [experiment.run(Chosen(number=number)) for number in PEOPLE]
    return [go.outlet for go in found if isinstance(go, Go)]


def moves(before: list[str], after: list[str]) -> set[tuple[str, str]]:
    """From where to where anybody moved."""
    return {(was, now) for was, now in zip(before, after, strict=True) if was != now}


def test_a_new_variant_only_takes_people_over() -> None:
    assert moves(takes(EVEN), takes({**EVEN, "d": 1})) == {("a", "d"), ("b", "d"), ("c", "d")}


def test_a_variant_that_goes_leaves_its_people_to_the_others() -> None:
    assert moves(takes(EVEN), takes({"a": 1, "b": 1})) == {("c", "a"), ("c", "b")}


def test_more_weight_takes_over_and_less_gives_away() -> None:
    assert moves(takes(EVEN), takes({**EVEN, "b": 3})) == {("a", "b"), ("c", "b")}
    assert moves(takes({**EVEN, "b": 3}), takes(EVEN)) == {("b", "a"), ("b", "c")}


def test_order_and_scale_move_nobody() -> None:
    assert takes(EVEN) == takes({"c": 1, "a": 1, "b": 1}) == takes({"a": 40, "b": 40, "c": 40})


def test_a_larger_hold_out_changes_nobodys_variant() -> None:
    assert moves(takes(EVEN, hold_out=10), takes(EVEN, hold_out=30)) == {(arm, "held_out") for arm in EVEN}


def test_weight_0_gets_nobody() -> None:
    assert set(takes({"a": 1, "b": 0})) == {"a"}


def test_held_out_is_a_way_only_while_somebody_is() -> None:
    def outlets(**settings: Any) -> list[str]:
        arms = [{"id": "a", "name": "A"}, {"id": "b", "name": "B"}]
        return [outlet.id for outlet in made("experiment", arms=arms, **settings).outlets()]

    assert outlets() == ["a", "b"]
    assert outlets(hold_out=5) == ["a", "b", "held_out"]


TEA = {"kind": "field", "field": "tea", "value": "oolong"}


def ways(*ways: tuple[str, Any]) -> dict[str, Any]:
    """Settings of a split: names and rules."""
    return {"ways": [{"id": f"w{n}", "name": name, "rule": rule} for n, (name, rule) in enumerate(ways)]}


def arms(*arms: tuple[str, int]) -> dict[str, Any]:
    """Settings of an experiment: names and weights."""
    return {"arms": [{"id": f"a{n}", "name": name, "weight": weight} for n, (name, weight) in enumerate(arms)]}


@pytest.mark.parametrize(
    ("kind", "settings", "code"),
    [
        ("experiment", arms(("A", 0), ("B", 0)), "no_weight"),
        ("experiment", arms(("Tea", 1), ("tea ", 1)), "same_name"),
        ("experiment", arms(("A", 1), (" ", 1)), "no_name"),
        ("many_ways", ways(("A", TEA), ("B", None)), "rule_empty"),
        ("many_ways", ways(("A", TEA), ("B", {"kind": "all", "rules": []})), "rule_empty"),
        ("many_ways", ways(("A", TEA), ("A", TEA)), "same_name"),
    ],
)
def test_what_keeps_a_list_of_ways_from_working_is_said_at_the_list(
    kind: str, settings: dict[str, Any], code: str
) -> None:
    (problem,) = read_block(kind, settings).problems(NOTHING_KNOWN)
    assert (problem.code, problem.level, problem.field) == (code, "bad", next(iter(settings)))


def test_two_with_one_id_are_refused() -> None:
    with pytest.raises(ValueError, match="same id"):
        made("experiment", arms=[{"id": "a", "name": "A"}, {"id": "a", "name": "B"}])
