"""Examples in a real browser: what was rehearsed is kept, fails once a wait is longer, and publishing says so."""

from collections.abc import Iterator
from typing import Any

import orjson
import pytest

from blocks.flow import Flow
from runtime import engine
from runtime.intake.reading import read_events
from runtime.intake.writer import store
from tests.browser import Windows, becomes, choose, until
from tests.canvas.conftest import Shop, make_shop, ready, saved
from tests.rehearsal.test_screen import FLOW, shows

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def doi_leaf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """Dewi has left a cart."""
    shop = make_shop(tmp_path_factory.mktemp("examples"))
    consent = {"email": "yes", "source": "Ticked the box at checkout"}
    dewi = {"email": "dewi@example.com", "first_name": "Dewi", "zone": "Asia/Jakarta", "consent": consent}
    document = {"name": "Checkout started", "contact": dewi, "properties": {"total": 640, "email": "dewi@example.com"}}
    with shop.house.ledger.write() as tx:
        store(tx, read_events(orjson.dumps(document), shop.workspace, "test", shop.house.clock.now()))
    while engine.work(shop.house):
        pass
    shop.start()
    yield shop
    shop.stop()
    shop.house.close()


@pytest.fixture
def page(doi_leaf: Shop, windows: Windows) -> Iterator[Any]:
    """Hannah's browser. An error in a page fails the test."""
    errors: list[str] = []
    page = windows(doi_leaf.url, doi_leaf.token, viewport={"width": 1400, "height": 900}).new_page()
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    assert not errors, errors


def names(shop: Shop, slug: str) -> list[str]:
    """The examples on the desk."""
    return [one.name for one in Flow.model_validate(shop.draft(slug).document).examples]


def test_kept_then_broken_by_a_longer_wait(doi_leaf: Shop, page: Any) -> None:
    slug = doi_leaf.new_flow("Abandoned cart", FLOW)
    page.goto(f"{doi_leaf.url}/flows/{slug}/rehearse")
    shows(page, "Reached the end of the Flow")

    page.get_by_role("button", name="Add an event").click()
    shows(page, "Left the Flow")
    page.get_by_role("button", name="Keep as an example").click()
    page.get_by_role("dialog").get_by_label("Name").fill("Nothing more once they order")
    page.get_by_role("dialog").get_by_role("button", name="Keep", exact=True).click()
    page.get_by_text("Kept as the example “Nothing more once they order”").wait_for()
    (kept,) = doi_leaf.draft(slug).document["examples"]
    assert "dewi" not in str(kept).lower()
    assert kept["expects"] == [{"message": "mail", "after": "1h"}, {"ends": "left", "by": "Order placed"}]

    page.get_by_role("button", name="Examples", exact=True).click()
    page.get_by_text("1 of 1 example holds").wait_for()
    more = page.get_by_role("button", name="More about “Nothing more once they order”")
    choose(more, "Delete")
    page.get_by_text("No examples yet").wait_for()
    assert names(doi_leaf, slug) == []
    page.locator(".cw-toast", has_text="is deleted").get_by_role("button", name="Undo").click()
    page.get_by_text("1 of 1 example holds").wait_for()
    choose(more, "Rename")
    page.get_by_role("dialog").get_by_label("Name").fill("Dewi orders")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Dewi orders", exact=True).wait_for()
    assert names(doi_leaf, slug) == ["Dewi orders"]

    page.get_by_role("link", name="Back to the canvas").click()
    ready(page)
    page.locator('[data-block="hour"]').click()
    amount = page.get_by_label("Wait for").first
    amount.fill("2")
    amount.press("Tab")
    saved(page)
    until(lambda: doi_leaf.draft(slug).document["blocks"][1]["settings"]["amount"] == 2)
    assert names(doi_leaf, slug) == ["Dewi orders"], "the canvas keeps them"

    page.get_by_role("button", name="Publish").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_text("0 of 1 example holds").wait_for()
    dialog.get_by_text("Expected “Your tea is waiting” 1 hour after the start; it went out after 2 hours").wait_for()
    dialog.get_by_role("button", name="Publish anyway").wait_for()
    dialog.get_by_role("button", name="See the examples").click()
    page.wait_for_url("**/rehearse?tab=examples")
    page.get_by_text("it went out after 2 hours").wait_for()

    page.get_by_role("button", name="Dewi orders", exact=True).click()
    shows(page, "Left the Flow")
    becomes(page.locator(".re-thumb").count, 1)
    page.get_by_role("button", name="Keep as an example").click()
    page.get_by_role("dialog").get_by_role("button", name="Keep", exact=True).click()
    page.get_by_text("Kept as the example “Dewi orders”").wait_for()
    assert doi_leaf.draft(slug).document["examples"][0]["expects"][0] == {"message": "mail", "after": "2h"}

    page.get_by_role("link", name="Back to the canvas").click()
    ready(page)
    page.get_by_role("button", name="Publish").click()
    page.get_by_role("dialog").get_by_text("1 of 1 example holds").wait_for()
    page.get_by_role("dialog").get_by_role("button", name="Publish", exact=True).click()
    page.get_by_text("Published. It starts with the next person who fits.").wait_for()
