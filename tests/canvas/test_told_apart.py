"""Two blocks that say the same: which of them is meant where one is chosen."""

from typing import Any

from blocks.flow import Flow
from builder.drafting.told_apart import told_apart
from builder.parts.picture import places
from runtime.words import words
from tests.engine.stage import block, link

MAIL = block("mail", "send_email", email="tea")
ASK = block("ask", "branch", rule={"kind": "all"})
SAYS = {
    "cart": "Cart",
    "first": "Wait 1 day",
    "mail": "“Your cart is waiting”",
    "second": "Wait 1 day",
    "hour": "Wait 1 hour",
}


def names(blocks: list[dict[str, Any]], links: list[dict[str, Any]], says: dict[str, str]) -> dict[str, str]:
    flow = Flow.model_validate({"name": "Cart", "blocks": blocks, "links": links})
    return told_apart(flow, says, [one for one in says if one != "cart"], words("en"))


def test_what_comes_before_tells_them_apart() -> None:
    blocks = [
        block("cart", "event_trigger"),
        block("first", "wait"),
        MAIL,
        block("second", "wait"),
        block("hour", "wait"),
    ]
    links = [link("cart", "first"), link("first", "mail"), link("mail", "second"), link("second", "hour")]
    assert names(blocks, links, SAYS) == {
        "first": "Wait 1 day, after Cart",
        "mail": "“Your cart is waiting”",
        "second": "Wait 1 day, after “Your cart is waiting”",
        "hour": "Wait 1 hour",
    }


def test_after_a_split_it_is_the_way_and_else_a_number() -> None:
    waits = [block(id_, "wait") for id_ in ("yes", "no", "lost", "alone")]
    links = [link("cart", "ask"), link("ask", "yes", "yes"), link("ask", "no", "no")]
    says = {"cart": "Cart", "ask": "If total is over 500"} | dict.fromkeys(("yes", "no", "lost", "alone"), "Wait 1 day")
    found = names([block("cart", "event_trigger"), ASK, *waits], links, says)
    assert [found[id_] for id_ in ("yes", "no", "lost", "alone")] == [
        "Wait 1 day, after If total is over 500: Yes",
        "Wait 1 day, after If total is over 500: No",
        "Wait 1 day (1)",
        "Wait 1 day (2)",
    ]


def test_each_block_has_its_place_in_the_picture() -> None:
    spots = {"cart": (0, 0), "first": (0, 140), "second": (300, 280)}
    blocks = [{**block(id_, "wait"), "position": {"x": x, "y": y}} for id_, (x, y) in spots.items()]
    found = places({"blocks": blocks, "links": []})
    assert found["cart"].left == found["first"].left < found["second"].left
    assert found["cart"].top < found["first"].top < found["second"].top
    assert all(
        at.left >= 0 and at.left + at.wide <= 100 and at.top >= 0 and at.top + at.high <= 100 for at in found.values()
    )
    assert places({}) == {}
