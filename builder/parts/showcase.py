"""A flow as it looks on the canvas, for the page of those who are not signed in yet. It only shows; nothing can be done."""

from blocks import KINDS, read_block
from blocks.contract import Known
from builder.parts.still import Node, Still, icon_node, node
from runtime.words import Words

_EMAIL = "tea"
_CARDS: tuple[tuple[str, dict[str, object], int, int, int], ...] = (
    # kind, settings, left, top, height: as large as the canvas draws them
    ("event_trigger", {"event": "Checkout started"}, 132, 0, 74),
    ("wait", {"amount": 1, "unit": "hours"}, 132, 114, 74),
    ("send_email", {"email": _EMAIL}, 132, 228, 74),
    ("branch", {"rule": {"kind": "all", "rules": [{"kind": "did", "event": "Order placed"}]}}, 132, 342, 74),
    ("update_contact", {"change": "add_tag", "name": "oolong"}, 0, 496, 74),
    ("send_email", {"email": _EMAIL}, 264, 496, 74),
)
_LINKS = (
    "M250 74V110",
    "M250 188V224",
    "M250 302V338",
    "M250 416V446Q250 456 240 456H128Q118 456 118 466V492",
    "M250 416V446Q250 456 260 456H372Q382 456 382 466V492",
)
_ENDS = ((250, 110), (250, 224), (250, 338), (118, 492), (382, 492))


def showcase(w: Words) -> Still:
    """The picture, in the reader's language."""
    paths = [node("path", d=link) for link in _LINKS]
    arrows = [node("path", "arrow", d=f"M{x - 4} {y - 2}h8l-4 6z") for x, y in _ENDS]
    links = node("svg", "cw-links", *paths, *arrows, width="500", height="570")
    return Still("div", [links, *(_card(card, w) for card in _CARDS)], "we-picture")


def _card(card: tuple[str, dict[str, object], int, int, int], w: Words) -> Node:
    kind, settings, left, top, height = card
    face = KINDS[kind].card
    known = Known(emails={_EMAIL: w("Your tea is waiting")})
    said = w.text(read_block(kind, settings).say(known))
    tile = node("span", f"cw-tile f-{face.family}", icon_node(face.icon))
    text = node("span", "cw-grow", node("span", "kind", w(face.title)), node("span", "say", said))
    style = f"left: {left}px; top: {top}px; min-height: {height}px"
    return node("div", f"cw-block f-{face.family}", node("span", "head", tile, text), style=style)
