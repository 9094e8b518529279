"""Parts that stay as they are when what is around them is drawn again, so that nobody who types in one loses a letter.

A field that is taken away and drawn anew no longer hears what was typed into the one before: not what the browser had not
sent yet, and not what was on its way.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from nicegui import context
from nicegui.element import Element


class Kept:
    """Elements by what they show: by a name, or by the very object (of two new caps, which are alike, each is one)."""

    def __init__(self) -> None:
        self._drawn: dict[object, tuple[object, Element]] = {}
        """With each the object itself, or another could come to have its id."""
        self._put: set[object] = set()

    @contextmanager
    def redrawing(self, box: Element) -> Iterator[None]:
        """Draw the inside of `box` anew: all in it is gone, but for what is `put` again meanwhile."""
        for _, element in self._drawn.values():
            element.move(box.client.layout)
        box.clear()
        self._put = set()
        with box:
            yield
        for gone in self._drawn.keys() - self._put:
            self._drawn.pop(gone)[1].delete()

    def put(self, shown: object, draw: Callable[[], Element]) -> None:
        """The element that shows this, here: the one that there was, else what `draw` makes in the open slot."""
        key = _key(shown)
        if key in self._drawn:
            self._drawn[key][1].move(context.slot.parent)
        else:
            self._drawn[key] = shown, draw()
        self._put.add(key)

    def stay(self, element: Element) -> None:
        """An element that was just drawn here, or was before and comes here."""
        self.put(element, lambda: element)

    def forget(self, shown: object) -> None:
        """Draw this one anew as well, the next time."""
        found = self._drawn.pop(_key(shown), None)
        if found is not None:
            found[1].delete()


def _key(shown: object) -> object:
    return shown if isinstance(shown, str) else id(shown)
