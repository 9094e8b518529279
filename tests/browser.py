"""What all tests in a browser share: a window that is patient, and what a person does on any page.

A click is answered by another process, so nothing is read once just after it: wait for what is to be seen (`wait_for`,
`becomes`). What closes fades for a moment and can still be clicked: `choose` and `closed` wait until it is gone.
"""

import time
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Error

from tests.patience import PATIENCE

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


class Windows:
    """Browsers of their own (Playwright's contexts), in which nothing moves for the sake of beauty.

    When a test is over they are emptied and lent again: what they have read of the scripts of a page they need not read and
    compile once more, which is a third of the time that a page takes.
    """

    def __init__(self, chromium: Any) -> None:
        self._chromium = chromium
        self._free: dict[str, list[Any]] = {}
        self._lent: list[tuple[str, str, Any]] = []

    def __call__(self, url: str, token: str = "", **looks: Any) -> Any:
        """One that is signed in at `url` with the token of a session, if there is one."""
        kind = repr(sorted(looks.items()))
        free = self._free.setdefault(kind, [])
        context = free.pop() if free else self._chromium.new_context(reduced_motion="reduce", **looks)
        self._lent.append((kind, url, context))
        context.set_default_timeout(PATIENCE * 1000)
        if token:
            context.add_cookies([{"name": "cartwheel_session", "value": token, "url": url}])
        return context

    def take_back(self) -> None:
        """Close the pages of all of them, and let them forget who was signed in and what was kept for later."""
        for kind, url, context in self._lent:
            blank = context.new_page()
            for page in context.pages:
                if page != blank:
                    page.close()
            context.set_offline(False)
            context.clear_cookies()
            context.clear_permissions()
            kept = {"origin": url, "storageTypes": "local_storage,indexeddb,cache_storage,service_workers"}
            context.new_cdp_session(blank).send("Storage.clearDataForOrigin", kept)
            blank.close()
            self._free[kind].append(context)
        self._lent.clear()


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
    while not _met(condition):
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


def _met(condition: Callable[[], bool]) -> bool:
    try:
        return condition()
    except Error as error:
        if "Execution context was destroyed" in str(error):
            return False  # a frame was drawn anew while it was looked at
        raise


def becomes(value: Callable[[], Any], wanted: Any) -> None:
    """Wait until something that another process does is as wanted."""
    deadline = time.monotonic() + PATIENCE
    while (found := value()) != wanted and time.monotonic() < deadline:
        time.sleep(0.05)
    assert found == wanted, f"it is {found!r}, not {wanted!r}"
