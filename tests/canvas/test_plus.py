"""The "+" under every way out: it is in reach however close the cards stand."""

from typing import Any

import pytest

from runtime.engine.publishing.publish import publish
from tests.browser import becomes
from tests.canvas.conftest import Open, Shop
from tests.canvas.hands import card
from tests.engine.stage import block, in_a_row

pytestmark = pytest.mark.browser

HIDDEN = """() => [...document.querySelectorAll(".cw-plus")].filter((plus) => {
  const { x, y, width, height } = plus.getBoundingClientRect();
  return ![0.2, 0.5, 0.8].every((share) => plus.contains(document.elementFromPoint(x + width / 2, y + height * share)));
}).map((plus) => plus.ariaLabel)"""


def close_together() -> dict[str, Any]:
    """Cards as near to each other as those that are added one after the other."""
    document = in_a_row(
        block("cart", "event_trigger", event="Tea tasted"),
        block("first", "send_email", email="tea"),
        block("second", "send_email", email="tea"),
        block("third", "send_email", email="tea"),
    )
    for number, one in enumerate(document["blocks"]):
        one["position"] = {"x": 0, "y": 140 * number}
    return {"format": 1, **document}


def test_no_plus_lies_under_a_card(shop_with_web: Shop, open_flow: Open) -> None:
    """The cards of a live flow have grown by their numbers, and by strips that say what is wrong."""
    shop = shop_with_web
    document = close_together()
    slug = shop.new_flow("Close", document)
    publish(shop.house, shop.workspace, slug, "hannah@doileaf.example")
    draft = shop.draft(slug)
    del document["links"][1]  # the first e-mail leads nowhere now
    for one in document["blocks"][1:3]:
        one["settings"] = {"email": "an-email-that-is-not-there"}
    drafts = shop.house.desk.drafts(shop.workspace)
    drafts.save(
        "flow", slug, {**draft.document, **document}, draft.rev, "hannah@doileaf.example", shop.house.clock.now()
    )

    page = open_flow(shop, slug)
    for name in ("first", "second"):
        page.locator(f'[data-block="{name}"]:has(.alert):has(.nums)').wait_for()
    becomes(page.locator(".cw-plus").count, 4)
    becomes(lambda: page.evaluate(HIDDEN), [])

    # Nor under one that is chosen, which lies over the others.
    for name in ("first", "second"):
        page.locator(f'[data-block="{name}"] .kind').click()
        page.locator(f'[data-block="{name}"].is-on').wait_for()
        becomes(lambda: page.evaluate(HIDDEN), [])

    page.get_by_role("button", name="Add a Block after Send e-mail").first.click()
    page.get_by_role("dialog", name="Add a Block").get_by_text("Add a tag").click()
    card(page, "tag").first.wait_for()
    becomes(lambda: len(shop.draft(slug).document["links"]), 3)
