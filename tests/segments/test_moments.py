"""Several things that happen to a contact within one batch of the engine: who comes in by one and goes out by the next."""

from collections.abc import Callable
from typing import Any

import pytest

from runtime.segments import moments
from tests.engine.stage import block, in_a_row
from tests.segments.stage import SegmentStage, did, is_

DEWI, BUDI = "dewi@example.com", "budi@example.com"
IN, OUT = "Entered segment", "Left segment"
Happened = tuple[str, dict[str, Any]]


def all_of(*rules: dict[str, Any]) -> dict[str, Any]:
    """A rule of rules."""
    return {"kind": "all", "rules": list(rules)}


def by_what_they_do(stage: SegmentStage) -> None:
    """Who has something in the cart and has not ordered."""
    stage.segment("tempted", all_of(did("Checkout started"), did("Order placed", negate=True)))


def by_what_is_said_of_them(stage: SegmentStage) -> None:
    """Where they live; and, of segments, who lives there and has bought once."""
    stage.segment("bangkok", is_("city", "Bangkok"))
    once = all_of(did("Order placed"), {**did("Order placed", times=2), "negate": True})
    stage.segment("once", once)
    stage.segment("new-there", all_of({"kind": "in_segment", "segment": "bangkok"}, once))


def by_flows(stage: SegmentStage) -> None:
    """A tag and a list that flows give and take."""
    stage.segment("tagged", is_("tags[]", "tea"))
    stage.segment("club", None)
    stage.segment("good", all_of({"kind": "in_segment", "segment": "club"}, is_("tags[]", "tea")))
    for event, change in (("Checkout started", "add_tag"), ("Order placed", "remove_tag")):
        begins = block("begins", "event_trigger", event=event)
        stage.publish(in_a_row(begins, block("change", "update_contact", change=change, name="tea")), change)
    joins, leaves = (block("begins", "event_trigger", event=event) for event in ("Joined", "Order placed"))
    stage.publish(in_a_row(joins, block("on", "list_member", segment="club")), "joins")
    stage.publish(in_a_row(leaves, block("off", "list_member", segment="club", change="take_off")), "leaves")


CART: Happened = ("Checkout started", {})
ORDER: Happened = ("Order placed", {})
JOINED: Happened = ("Joined", {})
BANGKOK: dict[str, Any] = {"fields": {"city": "Bangkok"}}
CHIANG_RAI: dict[str, Any] = {"fields": {"city": "Chiang Rai"}}


@pytest.mark.parametrize(
    ("segments", "story", "expected"),
    [
        (by_what_they_do, [CART, ORDER], [(IN, "tempted"), (OUT, "tempted")]),
        (by_what_they_do, [ORDER, CART], []),
        (by_what_they_do, [CART, CART, JOINED], [(IN, "tempted")]),
        (
            by_what_is_said_of_them,
            [("Signed up", BANGKOK), ("Moved", CHIANG_RAI)],
            [(IN, "bangkok"), (OUT, "bangkok")],
        ),
        (
            by_what_is_said_of_them,
            [("Signed up", BANGKOK), ("Moved", CHIANG_RAI), JOINED, ("Moved", BANGKOK)],
            [(IN, "bangkok"), (OUT, "bangkok"), (IN, "bangkok")],
        ),
        (
            by_what_is_said_of_them,
            [("Order placed", BANGKOK), JOINED, ORDER],
            [(IN, "bangkok"), (IN, "once"), (IN, "new-there"), (OUT, "once"), (OUT, "new-there")],
        ),
        (by_flows, [CART, ORDER], [(IN, "tagged"), (OUT, "tagged")]),
        (
            by_flows,
            [JOINED, CART, ORDER],
            [(IN, "club"), (IN, "tagged"), (IN, "good"), (OUT, "club"), (OUT, "tagged"), (OUT, "good")],
        ),
        (
            by_flows,
            [JOINED, ORDER, ("Checkout started", BANGKOK), ("Moved", CHIANG_RAI)],
            [(IN, "club"), (OUT, "club"), (IN, "tagged")],
        ),
    ],
)
def test_who_is_in_a_segment_between_two_events_is_told_however_they_are_batched(
    stage: SegmentStage,
    segments: Callable[[SegmentStage], None],
    story: list[Happened],
    expected: list[tuple[str, str]],
) -> None:
    segments(stage)
    for name, said in story:
        stage.happens(name, BUDI, **said)
    for name, said in story:
        stage.arrives(name, DEWI, **said)
    stage.work()

    def told(who: str) -> list[tuple[str, str]]:
        return sorted((move, slug) for name, move, slug in stage.crossed() if name == who)

    assert told("budi") == sorted(expected)
    assert told("dewi") == sorted(expected)
    for slug in {slug for _, slug in expected}:
        assert len(stage.inside(slug)) in (0, 2), f"{slug}: both, or none of them"
        order = {
            who: [move for name, move, one in stage.crossed() if (name, one) == (who, slug)] for who in ("budi", "dewi")
        }
        assert order["budi"] == order["dewi"]


def test_a_flow_that_starts_at_a_segment_starts_for_who_was_in_it_for_a_moment(stage: SegmentStage) -> None:
    by_what_they_do(stage)
    stage.publish(
        in_a_row(
            block("in", "segment_trigger", segment="tempted", move="enters"),
            block("mail", "send_email", email="tempted"),
        )
    )
    stage.arrives("Checkout started", DEWI)
    stage.arrives("Order placed", DEWI)
    stage.work()
    assert stage.messages(DEWI) == [("mail", "queued")]
    assert stage.inside("tempted") == []


def test_who_goes_out_and_comes_back_in_is_in_it_since_then(stage: SegmentStage) -> None:
    by_what_is_said_of_them(stage)
    stage.happens("Signed up", DEWI, **BANGKOK)
    stage.arrives("Moved", DEWI, **CHIANG_RAI)
    stage.arrives("Moved", DEWI, **BANGKOK)
    stage.work()
    assert [move for _, move, _ in stage.crossed()] == [IN, OUT, IN]
    assert stage.inside("bangkok") == ["dewi"]


def test_of_a_flood_about_one_person_the_last_events_are_told_apart(
    stage: SegmentStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(moments, "MOST", 2)
    by_what_is_said_of_them(stage)
    for _ in range(3):
        stage.arrives("Moved", DEWI, **BANGKOK)
        stage.arrives("Moved", DEWI, **CHIANG_RAI)
    stage.work()
    assert [move for _, move, _ in stage.crossed()] == [IN, OUT]
