"""What a person does on the canvas with mouse and keyboard."""

import time
from collections.abc import Callable
from typing import Any

PATIENCE = 45
"""Seconds. Only what never happens takes this long; a busy machine is no failure."""

# Counted in frames that were drawn, not in time: on a busy machine two looks may fall between two frames of a movement.
STANDS_STILL = """(one) => new Promise((done) => {
  let [before, frames] = ["", 0];
  const look = () => {
    if (!one.isConnected) return done(null);
    const { x, y, width, height } = one.getBoundingClientRect();
    const now = [x, y, width, height].join();
    frames = now === before && width ? frames + 1 : 0;
    before = now;
    if (frames < 4) requestAnimationFrame(look);
    else done({ x: x + width / 2, y: y + height / 2 });
  };
  look();
})"""


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


def middle(locator: Any) -> tuple[float, float]:
    """The middle of an element on the page, as soon as it stands still."""
    deadline = time.monotonic() + PATIENCE
    while (at := locator.evaluate(STANDS_STILL)) is None:
        assert time.monotonic() < deadline, f"{locator} is replaced again and again"
    return at["x"], at["y"]


def card(page: Any, text: str) -> Any:
    """The card that says `text`."""
    return page.locator(".cw-block", has=page.locator(".say", has_text=text))


def plus_after(page: Any, label: str) -> Any:
    """The "+" whose name ends with `label`: that of a way out that leads nowhere yet."""
    return page.locator(f'.cw-plus[aria-label^="Add a Block after"][aria-label$="{label}"]')


def panel(page: Any) -> Any:
    """The panel at the right."""
    return page.locator(".cw-panel")


def until(condition: Callable[[], bool]) -> None:
    """Wait for what another process does."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


def becomes(value: Callable[[], Any], wanted: Any) -> None:
    """Wait until something that another process does is as wanted."""
    deadline = time.monotonic() + PATIENCE
    while (found := value()) != wanted and time.monotonic() < deadline:
        time.sleep(0.05)
    assert found == wanted, f"it is {found!r}, not {wanted!r}"


def setting(document: dict[str, Any], place: int, name: str) -> Any:
    """A setting of the block at `place`; None while there is no such block."""
    blocks = document["blocks"]
    return blocks[place]["settings"].get(name) if place < len(blocks) else None
