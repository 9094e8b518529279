"""In what order a backtest names its e-mails: that in which people come to them, whatever the blocks are called."""

from blocks.flow import Flow
from builder.backtest.printed import names_of
from tests.engine.stage import block, link


def test_emails_are_named_in_the_order_of_the_flow() -> None:
    sends = [
        block(id_, "send_email", email=slug) for id_, slug in (("z", "first"), ("b", "yes"), ("a", "no"), ("m", "end"))
    ]
    asks = block("ask", "branch", rule={"kind": "all"})
    lost = block("c", "send_email", email="lost")
    cart = block("cart", "event_trigger", event="Checkout started")
    links = [
        link("cart", "z"),
        link("z", "ask"),
        link("ask", "b", "yes"),
        link("ask", "a", "no"),
        link("b", "m"),
        link("a", "m"),
    ]
    flow = Flow.model_validate({"name": "Cart", "blocks": [lost, *sends, asks, cart], "links": links})
    found = list(names_of(flow, {}).values())
    assert [name for name in found if name != "lost"] == ["first", "yes", "end", "no"]


def test_a_circle_is_walked_once() -> None:
    sends = [block(id_, "send_email", email=id_) for id_ in ("b", "a")]
    flow = Flow.model_validate({"name": "Round", "blocks": sends, "links": [link("b", "a"), link("a", "b")]})
    assert list(names_of(flow, {})) == ["b", "a"]
