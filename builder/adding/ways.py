"""Several ways of choosing people in one dialog; what was chosen by one stays while another is looked at."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from builder.parts.controls import OneOf
from builder.parts.dialog import Dialog
from builder.parts.tag import Tag, tag

Way = Callable[[Dialog], object]
"""Draws a way where it is called, with its buttons in the dialog's footer."""


class Ways:
    """A switch, and below it the way that is chosen, with its own buttons. `ways` are drawn when they are first looked at,
    by the words on the switch; the first is shown."""

    def __init__(self, ways: Mapping[str, Way], box: Dialog, *, label: str) -> None:
        self._ways, self._box = ways, box
        self._drawn: dict[str, tuple[Tag, Tag]] = {}
        first = next(iter(ways))
        with tag("div", "scroll-x ad-ways"):
            OneOf([(word, word, "") for word in ways], first, self._show, label=label)
        self._place = tag("div", "ad-place")
        self._show(first)

    def _show(self, word: str) -> None:
        if word not in self._drawn:
            with self._box.footer:
                footer = tag("div", "ad-foot")
            with self._place:
                body = tag("div")
            self._drawn[word] = body, footer
            with body:
                self._ways[word](replace(self._box, footer=footer))
        for one, parts in self._drawn.items():
            for part in parts:
                part.set_visibility(one == word)
