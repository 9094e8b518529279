"""Rules: every operator, with values that are there, missing, several or odd; and each in a sentence."""

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from blocks.rule_words import OPERATORS, say_rule
from blocks.rules import (
    WITHOUT_VALUE,
    All,
    AnyOf,
    Compare,
    Did,
    LastDays,
    Not,
    Rule,
    counted,
)
from runtime.words import LANGUAGES, words
from tests.blocks.facts import NOON, Stand, contact, event

ORDER: dict[str, Any] = {
    "total": 1180,
    "code": "TEA-10",
    "discount": "19.90",
    "gift": True,
    "pickup": False,
    "note": "",
    "placed": "2026-11-20T09:00:00Z",
    "items": [{"sku": "A1", "price": 640}, {"sku": "B2", "price": 540}],
    "customer": {"name": "Dewi Lestari"},
}


@pytest.mark.parametrize(
    ("field", "op", "value", "met"),
    [
        ("code", "is", "tea-10", True),
        ("code", "is", ["X", "TEA-10"], True),
        ("code", "is", "tea", False),
        ("total", "is", 1180, True),
        ("total", "is", "1180", True),
        ("total", "is", "1180.0", True),
        ("discount", "is", 19.9, True),
        ("gift", "is", True, True),
        ("pickup", "is", True, False),
        ("pickup", "is", False, True),
        ("items[].sku", "is", "b2", True),
        ("items[].sku", "is", "c3", False),
        ("missing", "is", "x", False),
        ("code", "is_not", "tea-10", False),
        ("code", "is_not", "other", True),
        ("items[].sku", "is_not", "b2", False),
        ("missing", "is_not", "x", True),
        ("customer.name", "contains", "LESTARI", True),
        ("customer.name", "contains", ["Putri", "lestari"], True),
        ("code", "contains", 10, True),
        ("missing", "contains", "x", False),
        ("customer.name", "contains_not", "putri", True),
        ("customer.name", "contains_not", "dewi", False),
        ("missing", "contains_not", "x", True),
        ("customer.name", "starts_with", "dewi", True),
        ("customer.name", "starts_with", "lestari", False),
        ("missing", "starts_with", "x", False),
        ("total", "over", 1180, False),
        ("total", "over", 1179.99, True),
        ("total", "over", "1000", True),
        ("items[].price", "over", 600, True),
        ("items[].price", "over", 700, False),
        ("code", "over", 1, False),
        ("missing", "over", 1, False),
        ("total", "at_least", 1180, True),
        ("total", "under", 1180, False),
        ("total", "under", 1181, True),
        ("missing", "under", 1, False),
        ("total", "at_most", 1180, True),
        ("placed", "before", "2026-11-21", True),
        ("placed", "before", "2026-11-20", False),
        ("placed", "after", "2026-11-20", True),
        ("placed", "after", "2026-11-20T16:30:00+07:00", False),
        ("missing", "before", "2026-11-21", False),
        ("missing", "after", "2026-11-21", False),
        ("code", "after", "2026-11-21", False),
        ("placed", "in_last_days", 2, True),
        ("placed", "in_last_days", 1, False),
        ("placed", "in_last_days", "1.5", True),
        ("missing", "in_last_days", 30, False),
        ("gift", "is_true", None, True),
        ("pickup", "is_true", None, False),
        ("missing", "is_true", None, False),
        ("pickup", "is_false", None, True),
        ("gift", "is_false", None, False),
        ("missing", "is_false", None, False),
        ("total", "is_set", None, True),
        ("pickup", "is_set", None, True),
        ("items[].sku", "is_set", None, True),
        ("note", "is_set", None, False),
        ("missing", "is_set", None, False),
        ("note", "is_not_set", None, True),
        ("missing", "is_not_set", None, True),
        ("gift", "is_not_set", None, False),
    ],
)
def test_every_operator(field: str, op: str, value: Any, met: bool) -> None:
    rule = Compare.model_validate({"of": "event", "field": field, "op": op, "value": value})
    assert rule.meets(event(**ORDER)) is met


def test_the_operators_above_are_all_there_are() -> None:
    assert set(OPERATORS) == set(Compare.model_fields["op"].annotation.__args__)  # type: ignore[union-attr]


def test_a_date_to_come_is_not_in_the_last_days() -> None:
    rule = Compare(field="placed", op="in_last_days", value=30)
    assert not rule.meets(event(placed="2026-11-22T00:00:00Z"))
    assert rule.meets(event(placed=NOON.isoformat()))


def test_a_list_is_met_by_any_of_its_values() -> None:
    rule = Compare(of="contact", field="tags[]", op="is", value="VIP")
    assert rule.meets(contact(tags=["tea", "vip"]))
    assert not rule.meets(contact(tags=["tea"]))
    assert not rule.meets(contact(tags=[]))


def test_a_field_with_a_thai_name() -> None:
    rule = Compare(of="contact", field="ชื่อเล่น", op="is", value="นก")
    assert rule.meets(contact(**{"ชื่อเล่น": "นก"}))
    seen_in_data = Compare(
        of="contact", field="%E0%B8%8A%E0%B8%B7%E0%B9%88%E0%B8%AD%E0%B9%80%E0%B8%A5%E0%B9%88%E0%B8%99", op="is_set"
    )
    assert seen_in_data.meets(contact(**{"ชื่อเล่น": "นก"}))
    assert words("en").text(say_rule(seen_in_data)) == "ชื่อเล่น is known"


def test_contact_and_event_are_told_apart() -> None:
    rule = Compare(of="contact", field="total", op="is_set")
    assert not rule.meets(event(**ORDER))


@pytest.mark.parametrize(
    ("op", "value", "says"),
    [
        ("is", None, "Fill in the value"),
        ("is", "", "Fill in the value"),
        ("is", [], "Fill in the value"),
        ("over", "a lot", "Type a number"),
        ("under", float("inf"), "Type a number"),
        ("before", "soon", "Choose a date"),
        ("after", 5, "Choose a date"),
        ("in_last_days", 0, "Type how many days"),
        ("in_last_days", "week", "Type how many days"),
        ("in_last_days", 999999999, "Type fewer days"),
    ],
)
def test_a_value_that_cannot_be_compared_is_refused(op: str, value: Any, says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        Compare.model_validate({"field": "total", "op": op, "value": value})


@pytest.mark.parametrize("op", sorted(WITHOUT_VALUE))
def test_these_need_no_value(op: str) -> None:
    assert Compare.model_validate({"field": "total", "op": op})


@pytest.mark.parametrize(
    ("done", "times", "negate", "met"),
    [(0, 1, False, False), (1, 1, False, True), (1, 2, False, False), (3, 2, False, True),
     (0, 1, True, True), (1, 1, True, False), (1, 2, True, True), (2, 2, True, False)],
)  # fmt: skip
def test_did(done: int, times: int, negate: bool, met: bool) -> None:
    rule = Did(event="Order placed", times=times, negate=negate)
    assert rule.meets(Stand(counts={"Order placed": done})) is met


def test_groups() -> None:
    yes, no = Compare(field="total", op="is_set"), Compare(field="missing", op="is_set")
    facts = event(**ORDER)
    assert All(rules=(yes, yes)).meets(facts)
    assert not All(rules=(yes, no)).meets(facts)
    assert AnyOf(rules=(no, yes)).meets(facts)
    assert not AnyOf(rules=(no, no)).meets(facts)
    assert Not(rule=no).meets(facts)
    assert not Not(rule=yes).meets(facts)
    assert All().meets(facts), "no condition lets everybody through"
    assert not AnyOf().meets(facts), "none of nothing lets nobody through"


def test_what_has_to_be_counted_is_found_in_the_whole_tree() -> None:
    bought, opened = Did(event="Order placed"), Did(event="Opened", window=LastDays(days=7))
    hidden = Did(event="Hidden")
    tree = All(
        rules=(bought, Not(rule=AnyOf(rules=(opened, Compare(field="x", op="is_set")))), Did(event="A", where=hidden))
    )
    assert [rule.event for rule in counted(tree) if isinstance(rule, Did)] == ["Order placed", "Opened", "A"]
    assert counted(None) == ()


SENTENCES: list[tuple[dict[str, Any], str]] = [
    ({"kind": "field", "field": "total", "op": "over", "value": 1000}, "total is over 1,000"),
    (
        {"kind": "field", "field": "customer.first_name", "op": "is", "value": ["Dewi", "Putri"]},
        "customer first name is “Dewi” or “Putri”",
    ),
    ({"kind": "field", "field": "items[].sku", "op": "contains_not", "value": "TEA"}, "items sku does not contain “TEA”"),
    ({"kind": "field", "field": "gift", "op": "is_true"}, "gift is yes"),
    ({"kind": "field", "field": "born", "op": "in_last_days", "value": 1}, "born is in the last 1 day"),
    ({"kind": "field", "field": "born", "op": "in_last_days", "value": 30}, "born is in the last 30 days"),
    ({"kind": "did", "event": "Order placed"}, "“Order placed” happened since entering"),
    (
        {"kind": "did", "event": "Order placed", "negate": True, "window": {"kind": "ever"}},
        "“Order placed” did not happen at any time",
    ),
    (
        {"kind": "did", "event": "Order placed", "times": 2, "window": {"kind": "last_days", "days": 30},
         "where": {"kind": "field", "field": "total", "op": "at_least", "value": 500}},
        "“Order placed” happened at least 2 times in the last 30 days where total is at least 500",
    ),
    (
        {"kind": "did", "event": "Opened", "times": 3, "negate": True, "window": {"kind": "last_days", "days": 1}},
        "“Opened” happened fewer than 3 times in the last 1 day",
    ),
    ({"kind": "in_segment", "segment": "vip"}, "they are in the Segment “vip”"),
    ({"kind": "in_segment", "segment": "vip", "negate": True}, "they are not in the Segment “vip”"),
    ({"kind": "reachable", "channel": "email"}, "they can be reached by e-mail"),
    (
        {"kind": "got", "email": "welcome", "times": 2, "window": {"kind": "last_days", "days": 7}},
        "“welcome” was sent to them at least 2 times in the last 7 days",
    ),
    ({"kind": "got", "what": "skipped", "negate": True}, "an e-mail was not held back from them at any time"),
    ({"kind": "all"}, "everyone"),
    ({"kind": "any"}, "no one"),
    ({"kind": "not", "rule": {"kind": "field", "field": "city", "op": "is_set"}}, "not (city is known)"),
    (
        {"kind": "all", "rules": [
            {"kind": "field", "field": "total", "op": "over", "value": 100},
            {"kind": "any", "rules": [
                {"kind": "field", "field": "city", "op": "is", "value": "Jakarta"},
                {"kind": "field", "field": "city", "op": "is", "value": "Bandung"},
            ]},
        ]},
        "total is over 100 and (city is “Jakarta” or city is “Bandung”)",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "sentence"), SENTENCES)
def test_a_rule_in_one_sentence(rule: dict[str, Any], sentence: str) -> None:
    phrase = say_rule(TypeAdapter(Rule).validate_python(rule))
    assert words("en").text(phrase) == sentence
    for language in set(LANGUAGES) - {"en"}:
        assert words(language).text(phrase) != sentence


@pytest.mark.parametrize("rule", [rule for rule, _ in SENTENCES])
def test_a_rule_survives_a_flow_file(rule: dict[str, Any]) -> None:
    adapter: TypeAdapter[Any] = TypeAdapter(Rule)
    read = adapter.validate_python(rule)
    assert adapter.validate_json(adapter.dump_json(read)) == read


def test_an_unknown_operator_is_refused() -> None:
    with pytest.raises(ValidationError):
        Compare.model_validate({"field": "total", "op": "matches", "value": ".*"})
