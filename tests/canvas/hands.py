"""What a person does on the canvas with mouse and keyboard."""

import time
from collections.abc import Callable
from typing import Any


def drag(page: Any, entry: str, *, onto: Any = None, at: tuple[float, float] = (0, 0)) -> None:
    """Carry an entry of the palette with the mouse: onto a "+", or to a place on the page."""
    start = middle(page.locator(f'[data-palette="{entry}"]'))
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move(start[0] + 30, start[1] + 10, steps=3)
    if onto is None:
        page.mouse.move(*at, steps=8)
    else:
        # A card above may grow meanwhile; a person sees the "+" move and follows until it lights up.
        lit = "(plus) => plus.classList.contains('is-on')"
        deadline = time.monotonic() + 15
        page.mouse.move(*middle(onto), steps=8)
        while not onto.evaluate(lit):
            assert time.monotonic() < deadline, f"{onto} does not light up"
            page.mouse.move(*middle(onto), steps=2)
    page.mouse.up()


def middle(locator: Any) -> tuple[float, float]:
    """The middle of an element on the page, as soon as it stands still."""
    before = None
    deadline = time.monotonic() + 15
    while (box := locator.bounding_box()) != before or box is None:
        assert time.monotonic() < deadline, f"{locator} is not there, or does not stand still"
        before = box
        time.sleep(0.1)
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def card(page: Any, text: str) -> Any:
    """The card that says `text`."""
    return page.locator(".cw-block", has=page.locator(".say", has_text=text))


def plus_after(page: Any, label: str) -> Any:
    """The "+" whose name ends with `label`: that of a way out that leads nowhere yet."""
    return page.locator(f'.cw-plus[aria-label^="Add a Block after"][aria-label$="{label}"]')


def panel(page: Any) -> Any:
    """The panel at the right."""
    return page.locator(".cw-panel")


def until(condition: Callable[[], bool], seconds: float = 45) -> None:
    """Wait for what another process does."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


def becomes(value: Callable[[], Any], wanted: Any, seconds: float = 45) -> None:
    """Wait until something that another process does is as wanted."""
    deadline = time.monotonic() + seconds
    while (found := value()) != wanted and time.monotonic() < deadline:
        time.sleep(0.05)
    assert found == wanted, f"it is {found!r}, not {wanted!r}"


def setting(document: dict[str, Any], place: int, name: str) -> Any:
    """A setting of the block at `place`; None while there is no such block."""
    blocks = document["blocks"]
    return blocks[place]["settings"].get(name) if place < len(blocks) else None
