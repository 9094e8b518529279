"""The flow document: what a file may hold, and how it comes back."""

import json
from typing import Any

import pytest
from pydantic import ValidationError

from blocks.flow import FARTHEST, MAX_BLOCKS, Flow

CART: dict[str, Any] = {
    "format": 1,
    "name": "Abandoned cart",
    "blocks": [
        {
            "id": "start",
            "kind": "event_trigger",
            "settings": {"event": "Checkout started"},
            "position": {"x": 0.0, "y": 0.0},
        },
        {"id": "mail", "kind": "send_email", "settings": {"email": ""}, "position": {"x": 40.0, "y": 200.0}},
    ],
    "links": [{"from": "start", "outlet": "next", "to": "mail"}],
    "exits": [{"event": "Order placed", "where": None, "key": "cart_id", "rule": None, "name": ""}],
    "entry": {"key": "cart_id", "again": "always", "again_days": 30, "newest_wins": False},
    "conversion": {"event": "Order placed", "days": 5},
    "zone": "Asia/Bangkok",
    "priority": 4,
    "speaks_alone": True,
    "hold_out": 5,
    "limits": {"keep": "own", "caps": [], "over": "skip", "quiet": [], "in_quiet": None},
    "pauses": [{"from": "2027-04-13", "to": "2027-04-15", "yearly": True, "then": "wait"}],
    "notes": [{"id": "n1", "text": "ถามคุณนก", "position": {"x": 1.0, "y": 2.0}}],
    "examples": [{"name": "Once", "contact": {"name": "Nok"}, "expects": [{"message": "mail", "after": "1h"}]}],
}


def test_a_flow_comes_back_as_it_was_written() -> None:
    assert json.loads(json.dumps(Flow.model_validate(CART).to_json())) == CART


def test_the_ways_of_a_flow() -> None:
    assert Flow.model_validate(CART).ways == {("start", "next"): "mail"}


@pytest.mark.parametrize("zone", ["Asia/Bankok", "+07:00", "../etc", "x" * 65])
def test_a_zone_that_there_is_not_is_named(zone: str) -> None:
    with pytest.raises(ValidationError) as wrong:
        Flow.model_validate({"name": "Tea", "zone": zone})
    (error,) = wrong.value.errors()
    assert error["loc"] == ("zone",)
    if len(zone) <= 64:
        assert str(error["ctx"]["error"]) == "is no time zone; write it like “Asia/Bangkok”."


def test_a_draft_may_hold_settings_that_are_not_finished() -> None:
    blocks = [{"id": "wait", "kind": "wait", "settings": {"amount": "", "unit": "moons"}}]
    assert Flow.model_validate({"name": "Draft", "blocks": blocks}).blocks[0].settings["unit"] == "moons"


@pytest.mark.parametrize(
    "wrong",
    [
        {"format": 2},
        {"name": ""},
        {"name": "x" * 121},
        {"colour": "red"},
        {"blocks": [{"id": "a b", "kind": "wait"}]},
        {"blocks": [{"id": "", "kind": "wait"}]},
        {"blocks": [{"id": "a", "kind": "wait", "script": "alert(1)"}]},
        {"blocks": [{"id": f"b{n}", "kind": "wait"} for n in range(MAX_BLOCKS + 1)]},
        {"entry": {"again": "sometimes"}},
        {"exits": [{"event": ""}]},
        {"conversion": {"event": "Order placed", "days": 0}},
        {"priority": 6},
    ],
)
def test_what_is_no_flow_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Flow.model_validate({**CART, **wrong})


def test_the_schema_can_be_exported() -> None:
    schema = Flow.model_json_schema()
    assert {"blocks", "links", "exits", "entry"} <= schema["properties"].keys()
    assert "from" in schema["$defs"]["Link"]["properties"]


@pytest.mark.parametrize("x", [float("nan"), float("inf"), 1e300, -2 * FARTHEST, None])
def test_a_card_stands_where_it_can_be_drawn(x: float | None) -> None:
    with pytest.raises(ValidationError):
        Flow.model_validate({"name": "Far", "notes": [{"id": "n", "position": {"x": x, "y": 0}}]})
