"""What the page of a run says of blocks that the version it is on by now has not."""

from typing import Any

from blocks.contract import Known
from builder.runs.headline import headline
from builder.runs.read import Counts, Drawn
from runtime.insight.runs import Flow
from runtime.words import words
from tests.engine.stage import block, in_a_row

CART = block("cart", "event_trigger", event="Checkout started")


def test_a_block_of_before_is_told_by_the_version_that_had_it() -> None:
    older, old, new = 7, 8, 9
    drawn = Drawn(Any, words("en"), Flow(1, "Cart", "live", {older: 1, old: 2, new: 3}), Known())  # type: ignore[arg-type]
    days = {older: block("pause", "wait", amount=2, unit="days"), old: block("pause", "wait", amount=3, unit="days")}
    documents = {id_: in_a_row(CART, pause) for id_, pause in days.items()} | {new: in_a_row(CART)}
    drawn.take({id_: {"name": "Cart", **document} for id_, document in documents.items()})
    assert drawn.say(drawn.knowing(new, "pause"), "pause") == "Wait 3 days"
    assert drawn.say(drawn.knowing(older, "pause"), "pause") == "Wait 2 days"
    assert drawn.kind(drawn.knowing(new, "pause"), "pause") == "wait"
    assert drawn.say(drawn.knowing(new, "never"), "never") == "A Block of before"


def test_of_a_paused_flow_it_is_said_that_nothing_goes_out() -> None:
    drawn = Drawn(Any, words("en"), Flow(1, "Cart", "paused", {7: 1}), Known())  # type: ignore[arg-type]
    said = "2 people are inside this Flow · Paused: their Messages are kept"
    assert headline(drawn, Counts(2, 0, {}, None)) == said
