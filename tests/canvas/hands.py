"""What a person does on the canvas with mouse and keyboard."""

import time
from typing import Any

from tests.browser import middle
from tests.patience import PATIENCE


def drag(page: Any, entry: str, *, onto: Any = None, at: tuple[float, float] = (0, 0)) -> None:
    """Carry an entry of the palette with the mouse: onto a "+", or to a place on the page."""
    taken = page.locator(f'[data-palette="{entry}"]')
    taken.scroll_into_view_if_needed()
    start = middle(taken)
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move(start[0] + 30, start[1] + 10, steps=3)
    if onto is None:
        page.mouse.move(*at, steps=8)
    else:
        # A card above may grow meanwhile; a person sees the "+" move and follows until it lights up.
        lit = "(plus) => plus.classList.contains('is-on')"
        deadline = time.monotonic() + PATIENCE
        page.mouse.move(*middle(onto), steps=8)
        while not onto.evaluate(lit):
            assert time.monotonic() < deadline, f"{onto} does not light up"
            page.mouse.move(*middle(onto), steps=2)
    page.mouse.up()


def card(page: Any, text: str) -> Any:
    """The card that says `text`."""
    return page.locator(".cw-block", has=page.locator(".say", has_text=text))


def plus_after(page: Any, label: str) -> Any:
    """The "+" whose name ends with `label`: that of a way out that leads nowhere yet."""
    return page.locator(f'.cw-plus[aria-label^="Add a Block after"][aria-label$="{label}"]')


def panel(page: Any) -> Any:
    """The panel at the right."""
    return page.locator(".cw-panel")


def setting(document: dict[str, Any], place: int, name: str) -> Any:
    """A setting of the block at `place`; None while there is no such block."""
    blocks = document["blocks"]
    return blocks[place]["settings"].get(name) if place < len(blocks) else None


class Fingers:
    """Fingers on the glass of a phone: each is where it was put until it is lifted."""

    def __init__(self, page: Any) -> None:
        self._glass = page.context.new_cdp_session(page)
        self._down: list[tuple[float, float]] = []

    def put(self, at: tuple[float, float]) -> None:
        """One more finger."""
        self._down.append(at)
        self._tell("touchStart")

    def move(self, *to: tuple[float, float], steps: int = 8) -> None:
        """All of them at once, each to a place of its own."""
        start = list(self._down)
        for step in range(1, steps + 1):
            share = step / steps
            self._down = [
                (x0 + (x1 - x0) * share, y0 + (y1 - y0) * share) for (x0, y0), (x1, y1) in zip(start, to, strict=True)
            ]
            self._tell("touchMove")

    def lift(self) -> None:
        """All of them."""
        self._down = []
        self._tell("touchEnd")

    def _tell(self, kind: str) -> None:
        points = [{"x": x, "y": y, "id": finger} for finger, (x, y) in enumerate(self._down)]
        self._glass.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})


def view(page: Any) -> tuple[float, float, float]:
    """What part of the Flow is in view: how far it is moved, and how large it is drawn."""
    found = page.locator(".vue-flow__transformationpane").evaluate(
        "(pane) => { const at = new DOMMatrix(getComputedStyle(pane).transform); return [at.e, at.f, at.a]; }"
    )
    return found[0], found[1], found[2]


def places(document: dict[str, Any]) -> list[tuple[float, float]]:
    """Where the blocks of a document stand."""
    found = [block.get("position", {"x": 0, "y": 0}) for block in document["blocks"]]
    return [(at["x"], at["y"]) for at in found]
