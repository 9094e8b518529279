"""What stands where nothing is yet: a small flow, what will be here, and the one thing to do about it."""

from builder.parts.picture import EMPTY, EMPTY_LINKS, draw
from builder.parts.tag import Tag, tag


def empty(title: str, text: str) -> Tag:
    """The picture and the words; a button made inside `with empty(...)` stands below them."""
    box = tag("div", "cw-empty")
    with box:
        draw(EMPTY, EMPTY_LINKS, width=114)
        tag("h3", "", title)
        tag("p", "", text)
    return box
