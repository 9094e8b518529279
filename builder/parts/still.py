"""Pieces of a page that only show something, such as the rows of a long list.

Every element costs NiceGUI some 100 µs of the event loop (it could be changed and could listen); a list of 50 rows has
800 of them. A `Still` is one element with all of it inside. Links work; for whatever does something, use `tag`.
"""

from collections.abc import Sequence
from typing import Any

from nicegui.element import Element

from builder.parts.controls import Tone, initials

Node = str | list[Any]
"""[tag, attributes, children], or a text."""


def node(name: str, classes: str = "", *children: Node | None, **attributes: str | None) -> Node:
    """An HTML element. Underscores in attribute names become dashes, as in `tag`; a child that is None is left out."""
    given = {key.strip("_").replace("_", "-"): value for key, value in attributes.items() if value is not None}
    if classes:
        given["class"] = classes
    return [name, given, [child for child in children if child is not None]]


class Still(Element, component="still.js"):
    """An element called `root` with `nodes` inside."""

    def __init__(self, root: str, nodes: Sequence[Node], classes: str = "") -> None:
        super().__init__()
        self._props["root"] = root
        self._props["nodes"] = list(nodes)
        if classes:
            self.classes(classes)


def icon_node(name: str) -> Node:
    """As `icon`."""
    return node("span", "ms", name, aria_hidden="true")


def chip_node(text: str, *, tone: Tone = "", symbol: str = "") -> Node:
    """As `controls.chip`."""
    inside = node("span", "cw-trunc", text)
    return node("span", f"cw-chip is-{tone}" if tone else "cw-chip", icon_node(symbol) if symbol else None, inside)


def avatar_node(name: str) -> Node:
    """As `controls.avatar`."""
    return node("span", "cw-avatar", initials(name), aria_hidden="true")
