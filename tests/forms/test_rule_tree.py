"""Changing a rule in the builder: what "and" and "or" mean, and that no meaning is lost on the way."""

from typing import Any

import pytest
from pydantic import TypeAdapter

from blocks.rules import Rule
from blocks.values import type_document
from builder.forms.rule.tree import Node, add, add_within, as_group, closed, put, rejoin, remove
from tests.blocks.facts import Stand

BANGKOK: Node = {"kind": "field", "of": "contact", "field": "city", "op": "is", "value": "Bangkok"}
RICH: Node = {"kind": "field", "of": "event", "field": "total", "op": "over", "value": 1000}
ORDERED: Node = {"kind": "did", "event": "Order placed"}


def both(*rules: Node) -> Node:
    return {"kind": "all", "rules": list(rules)}


def either(*rules: Node) -> Node:
    return {"kind": "any", "rules": list(rules)}


def test_a_single_condition_is_drawn_as_a_group_of_one() -> None:
    assert as_group(BANGKOK) == both(BANGKOK)
    assert as_group(None) == both()


def test_and_adds_a_line_and_says_where_it_stands() -> None:
    group, place = add(both(BANGKOK), "all", RICH)
    assert group == both(BANGKOK, RICH)
    assert place == (1,)


def test_the_second_line_decides_the_word_between_them() -> None:
    group, _ = add(both(BANGKOK), "any", RICH)
    assert group == either(BANGKOK, RICH)


def test_or_after_several_ands_stands_beside_all_of_them() -> None:
    group, place = add(both(BANGKOK, RICH), "any", ORDERED)
    assert group == either(both(BANGKOK, RICH), ORDERED)
    assert place == (1,)


def test_and_after_or_belongs_to_the_last_line_as_people_read_it() -> None:
    group, place = add(either(BANGKOK, RICH), "all", ORDERED)
    assert group == either(BANGKOK, both(RICH, ORDERED))
    assert place == (1, 1)


def test_a_group_grows_from_within() -> None:
    group, place = add_within(either(BANGKOK, both(RICH, ORDERED)), 1, BANGKOK)
    assert group == either(BANGKOK, both(RICH, ORDERED, BANGKOK))
    assert place == (1, 2)


def test_a_group_of_which_one_line_is_left_becomes_that_line() -> None:
    assert remove(either(BANGKOK, both(RICH, ORDERED)), (1, 0)) == either(BANGKOK, ORDERED)
    assert remove(both(BANGKOK), (0,)) == both()


def test_a_group_beside_which_nothing_is_left_is_no_group_any_more() -> None:
    assert remove(either(both(BANGKOK, RICH), ORDERED), (1,)) == both(BANGKOK, RICH)
    assert as_group(both(either(BANGKOK, RICH))) == either(BANGKOK, RICH)
    assert as_group(either(both(both(BANGKOK, either(RICH, ORDERED))))) == both(BANGKOK, either(RICH, ORDERED))


def test_putting_a_line_leaves_the_others_and_the_given_rule_alone() -> None:
    before = either(BANGKOK, both(RICH, ORDERED))
    after = put(before, (1, 0), BANGKOK)
    assert after == either(BANGKOK, both(BANGKOK, ORDERED))
    assert before == either(BANGKOK, both(RICH, ORDERED))


def test_the_word_between_two_lines_can_be_turned() -> None:
    assert rejoin(both(BANGKOK, RICH), ()) == either(BANGKOK, RICH)
    # A group with the same word as the one around it is no group any more.
    assert rejoin(either(BANGKOK, both(RICH, ORDERED)), (1,)) == either(BANGKOK, RICH, ORDERED)


@pytest.mark.parametrize(
    ("rule", "drawn"),
    [
        ({"kind": "not", "rule": ORDERED}, {**ORDERED, "negate": True}),
        ({"kind": "not", "rule": BANGKOK}, {**BANGKOK, "op": "is_not"}),
        ({"kind": "not", "rule": {"kind": "not", "rule": RICH}}, RICH),
    ],
)
def test_not_around_one_condition_is_drawn_as_its_opposite(rule: Node, drawn: Node) -> None:
    assert as_group(rule) == both(drawn)


def test_not_without_an_exact_opposite_stays_as_it_is() -> None:
    """Not "over 1000" is not "at most 1000": a missing total is neither."""
    rule: Node = {"kind": "not", "rule": RICH}
    assert as_group(rule) == both(rule)


def test_an_optional_rule_without_lines_is_none() -> None:
    assert closed(both(), optional=True) is None
    assert closed(both(), optional=False) == both()


def test_what_is_drawn_means_what_was_given() -> None:
    """Every rule the builder may open gives the same answers after it was opened."""
    adapter: TypeAdapter[Any] = TypeAdapter(Rule)
    people = [
        Stand(
            contact=type_document({"city": city} if city else {}),
            event=type_document({"total": total} if total else {}),
        )
        for city in ("Bangkok", "Jakarta", None)
        for total in (500, 1000, 1500, None)
    ]
    rules: list[Node] = [
        BANGKOK,
        {"kind": "not", "rule": BANGKOK},
        both(either(BANGKOK, RICH), both(RICH)),
        either(both(), both(BANGKOK, RICH)),
        {"kind": "not", "rule": both(BANGKOK, RICH)},
        both(BANGKOK, both(RICH, BANGKOK)),
        both(either(BANGKOK, RICH)),
        either(both(BANGKOK, {"kind": "not", "rule": both(RICH, BANGKOK)})),
    ]
    for rule in rules:
        given, drawn = adapter.validate_python(rule), adapter.validate_python(as_group(rule))
        for person in people:
            assert given.meets(person) == drawn.meets(person), (rule, person)
