"""What can be undone outlives the page: over the e-mail studio and a page that is loaded anew, within one session."""

from typing import Any

import pytest

from tests.browser import becomes, until
from tests.canvas.conftest import Open, Shop, ready, saved
from tests.canvas.hands import card, panel
from tests.engine.stage import block, in_a_row

pytestmark = pytest.mark.browser


def reminder() -> dict[str, Any]:
    """A flow that waits and then writes, without an e-mail yet."""
    document = in_a_row(
        block("cart", "event_trigger", event="Checkout started"),
        block("pause", "wait", amount=1, unit="hours"),
        block("mail", "send_email", email=""),
    )
    for place, one in enumerate(document["blocks"]):
        one["position"] = {"x": 0, "y": 140 * place}
    return {"format": 1, **document}


def undo(page: Any) -> Any:
    return page.get_by_role("button", name="Undo", exact=True)


def redo(page: Any) -> Any:
    return page.get_by_role("button", name="Redo", exact=True)


def email(shop: Shop, slug: str) -> str:
    """Which e-mail the flow on the desk sends."""
    return str(shop.draft(slug).document["blocks"][-1]["settings"].get("email", ""))


def test_undo_goes_on_after_the_email_studio_and_after_a_reload(shop_with_web: Shop, open_flow: Open) -> None:
    shop = shop_with_web
    slug = shop.new_flow("To the studio and back", reminder())
    page = open_flow(shop, slug)
    card(page, "Wait 1 hour").click()
    panel(page).get_by_label("Wait for").fill("2")
    card(page, "Wait 2 hours").wait_for()
    page.locator('[data-block="mail"]').click()
    panel(page).get_by_role("button", name="New e-mail").click()
    page.wait_for_url("**/emails/**")
    page.get_by_role("button", name="Done").click()
    page.wait_for_url(f"**/flows/{slug}")
    ready(page)
    becomes(lambda: undo(page).is_enabled(), wanted=True)
    assert redo(page).is_disabled()
    assert email(shop, slug)
    undo(page).click()
    becomes(lambda: email(shop, slug), "")
    saved(page)

    page.reload()
    ready(page)
    becomes(lambda: undo(page).is_enabled() and redo(page).is_enabled(), wanted=True)
    undo(page).click()
    card(page, "Wait 1 hour").wait_for()
    becomes(lambda: undo(page).is_disabled(), wanted=True)
    redo(page).click()
    card(page, "Wait 2 hours").wait_for()
    redo(page).click()
    until(lambda: email(shop, slug) != "")
    becomes(lambda: redo(page).is_disabled(), wanted=True)

    # Quick clicks are so many steps.
    undo(page).dblclick()
    card(page, "Wait 1 hour").wait_for()
    becomes(lambda: undo(page).is_disabled(), wanted=True)


def test_what_somebody_else_changed_is_not_undone_by_it(shop_with_web: Shop, open_flow: Open) -> None:
    shop = shop_with_web
    slug = shop.new_flow("Back too late", reminder())
    page = open_flow(shop, slug)
    card(page, "Wait 1 hour").click()
    panel(page).get_by_label("Wait for").fill("2")
    becomes(lambda: shop.draft(slug).document["blocks"][1]["settings"]["amount"], 2)
    saved(page)
    page.goto(f"{shop.url}/flows")
    drafts, draft = shop.house.desk.drafts(shop.workspace), shop.draft(slug)
    theirs = draft.document | {"name": "Back too late", "priority": 1}
    drafts.save("flow", slug, theirs, draft.rev, "somchai@doileaf.example", shop.house.clock.now())
    page.goto(f"{shop.url}/flows/{slug}")
    ready(page)
    card(page, "Wait 2 hours").wait_for()
    assert undo(page).is_disabled()
