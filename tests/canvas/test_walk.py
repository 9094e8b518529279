"""One way through a flow, as the preview shows it."""

from blocks.flow import Flow
from builder.drafting.walk import triggers, walk
from tests.engine.stage import block, cart_flow, link


def way(flow: Flow, **choices: str) -> list[tuple[str, str]]:
    return [(stop.doc.id, stop.taken) for stop in walk(flow, choices)]


def test_it_begins_at_the_trigger_and_takes_the_way_that_leads_on() -> None:
    flow = Flow.model_validate(cart_flow())
    assert way(flow) == [
        ("cart", "next"),
        ("hour", "next"),
        ("first", "next"),
        ("day", "next"),
        ("ordered", "no"),
        ("second", "next"),
    ]


def test_a_split_is_left_the_way_one_chooses() -> None:
    flow = Flow.model_validate(cart_flow())
    assert way(flow, ordered="yes")[-1] == ("ordered", "yes")


def test_a_circle_is_walked_once() -> None:
    document = cart_flow()
    document["links"].append(link("second", "day"))
    assert [name for name, _ in way(Flow.model_validate(document))][-1] == "second"


def test_a_flow_without_a_trigger_has_no_way() -> None:
    flow = Flow.model_validate({"name": "Empty", "blocks": [block("wait", "wait")]})
    assert walk(flow, {}) == []
    assert triggers(flow) == []


def test_a_half_done_block_is_walked_through_all_the_same() -> None:
    document = cart_flow()
    document["blocks"][4]["settings"] = {"rule": {"kind": "did", "event": ""}}
    flow = Flow.model_validate(document)
    assert [outlet.id for stop in walk(flow, {}) if stop.doc.id == "ordered" for outlet in stop.outlets] == [
        "yes",
        "no",
    ]
