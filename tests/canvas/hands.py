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
