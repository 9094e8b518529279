"""What all tests in a browser share: a window that is patient, and what a person does on any page.

A click is answered by another process, so nothing is read once just after it: wait for what is to be seen (`wait_for`,
`becomes`). What closes fades for a moment and can still be clicked: `choose` and `closed` wait until it is gone.
"""

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


def window(chromium: Any, **looks: Any) -> Any:
    """A browser of its own (a Playwright context), in which nothing moves for the sake of beauty."""
    context = chromium.new_context(reduced_motion="reduce", **looks)
    context.set_default_timeout(PATIENCE * 1000)
    return context


def ready(page: Any) -> None:
    """Wait until Python listens to the page."""
    page.wait_for_function("window.did_handshake === true")


def choose(menu: Any, entry: str, role: str = "menuitem") -> None:
    """Open a menu by its button and choose an entry; the menu is gone afterwards."""
    page = menu.page
    menu.click()
    page.get_by_role(role, name=entry).click()
    page.locator(".q-menu").first.wait_for(state="detached")


def closed(page: Any) -> None:
    """Wait until no dialog is left."""
    page.locator(".q-dialog").first.wait_for(state="detached")


def middle(locator: Any) -> tuple[float, float]:
    """The middle of an element on the page, as soon as it stands still."""
    deadline = time.monotonic() + PATIENCE
    while (at := locator.evaluate(STANDS_STILL)) is None:
        assert time.monotonic() < deadline, f"{locator} is replaced again and again"
    return at["x"], at["y"]


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
