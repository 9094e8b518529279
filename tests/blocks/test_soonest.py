"""How soon after a block a message may come, by the drawing alone."""

from typing import Any

import pytest

from blocks.contract import Sleep
from blocks.durations import SECONDS
from blocks.registry import read_block
from blocks.soonest import Soonest, soonest
from tests.blocks.facts import Stand, utc

MINUTES = {"first": 10, "short": 20, "long": 120}
LINKS = [
    ("start", "first"),
    ("first", "split"),
    ("split", "short"),
    ("short", "hello"),
    ("split", "long"),
    ("long", "bye"),
    ("hello", "long"),
    ("split", "unknown"),
    ("unknown", "nothing"),
]
"""After ten minutes: hello after twenty more, or bye after two hours; after hello, bye after two hours, too."""


def after(block: str, *sends: str) -> tuple[int, str] | None:
    """Minutes, and the block that sends."""
    blocks = {id_: read_block("wait", {"amount": amount, "unit": "minutes"}) for id_, amount in MINUTES.items()}
    found = soonest(blocks, LINKS, sends).get(block)
    return None if found is None else (found.seconds // 60, found.send)


def test_it_is_the_shortest_way_and_waits_on_it_count() -> None:
    assert after("start", "hello", "bye") == (30, "hello")
    assert after("first", "hello", "bye") == (20, "hello")
    assert after("short", "hello", "bye") == (0, "hello")
    assert after("hello", "hello", "bye") == (120, "bye")
    assert after("start", "bye") == (130, "bye")


def test_where_no_way_leads_to_one_there_is_none() -> None:
    assert after("bye", "hello", "bye") is None
    assert after("unknown", "hello", "bye") is None
    assert soonest({}, [], []) == {}


def test_a_circle_is_gone_round_once() -> None:
    assert soonest({}, [("a", "b"), ("b", "a"), ("b", "mail")], ["mail"])["a"] == Soonest(0, "mail")


@pytest.mark.parametrize("unit", [*SECONDS, "months"])
@pytest.mark.parametrize("more", [{}, {"since": "entering"}, {"at": "09:00"}], ids=["", "since entering", "until nine"])
@pytest.mark.parametrize("arrived", ["2026-02-01T00:59", "2026-03-28T23:00", "2026-10-24T23:00", "2027-01-31T12:00"])
def test_a_wait_never_ends_sooner_than_it_says(arrived: str, unit: str, more: dict[str, Any]) -> None:
    wait = read_block("wait", {"amount": 1, "unit": unit, **more})
    at = utc(arrived)
    decision = wait.run(Stand(now=at, entered_at=at, arrived_at=at))
    assert isinstance(decision, Sleep)
    assert wait.holds_at_least() <= (decision.until - at).total_seconds()
    assert bool(wait.holds_at_least()) == (not more or ("at" in more and unit in ("minutes", "hours")))
