"""Two tabs on one draft: the second is told, looks on, may take over, and never overwrites silently."""

from typing import Any

import pytest

from runtime.engine.publishing.publish import archive, publish
from tests.browser import becomes, until
from tests.canvas.conftest import Open, Shop
from tests.canvas.hands import card, drag, panel
from tests.engine.stage import block, in_a_row

pytestmark = pytest.mark.browser


def two_steps() -> dict[str, Any]:
    """A flow with a trigger and a wait."""
    document = in_a_row(
        block("cart", "event_trigger", event="Checkout started"), block("wait", "wait", amount=1, unit="hours")
    )
    document["blocks"][1]["position"] = {"x": 0, "y": 140}
    return {"format": 1, **document}


def test_the_second_tab_is_told_and_looks_on(shop_with_web: Shop, open_flow: Open) -> None:
    slug = shop_with_web.new_flow("Two tabs", two_steps())
    first = open_flow(shop_with_web, slug)
    second = open_flow(shop_with_web, slug, into=first)
    second.get_by_text("Hannah has this Flow open in another tab since").wait_for()
    assert first.get_by_text("open in another tab").count() == 0
    # Nothing can be drawn or typed there, and what the first tab draws appears.
    second.locator(".cw-pal").wait_for(state="detached")
    card(second, "Wait 1 hour").click()
    assert panel(second).get_by_label("Wait for").is_disabled()
    card(first, "Wait 1 hour").click()
    panel(first).get_by_label("Wait for").fill("2")
    card(second, "Wait 2 hours").wait_for()


def test_taking_over_turns_the_tabs_round(shop_with_web: Shop, open_flow: Open) -> None:
    shop = shop_with_web
    slug = shop.new_flow("Take over", two_steps())
    first = open_flow(shop, slug)
    second = open_flow(shop, slug, into=first)
    card(first, "Wait 1 hour").click()
    panel(first).get_by_label("Wait for").fill("7")
    second.get_by_role("button", name="Edit here instead").click()
    # What the first tab had just typed is not lost.
    card(second, "Wait 7 hours").wait_for()
    first.get_by_text("open in another tab").wait_for()
    second.locator(".cw-pal").wait_for()
    card(second, "Wait 7 hours").click()
    panel(second).get_by_label("Wait for").fill("8")
    becomes(lambda: shop.draft(slug).document["blocks"][1]["settings"]["amount"], 8)
    card(first, "Wait 8 hours").wait_for()


def test_when_the_first_tab_is_closed_the_second_may_draw(shop_with_web: Shop, open_flow: Open) -> None:
    shop = shop_with_web
    slug = shop.new_flow("Closed", two_steps())
    first = open_flow(shop, slug)
    second = open_flow(shop, slug, into=first)
    second.get_by_text("open in another tab").wait_for()
    first.close()
    second.get_by_role("button", name="Edit here instead").click()
    second.get_by_text("open in another tab").wait_for(state="detached")
    drag(second, "add_tag", at=(900, 300))
    until(lambda: "update_contact" in shop.kinds(slug))


def test_what_was_saved_elsewhere_is_not_overwritten(shop_with_web: Shop, open_flow: Open) -> None:
    """Somchai changes the draft by the command line while Hannah has it open."""
    shop = shop_with_web
    slug = shop.new_flow("Tea", two_steps())
    page = open_flow(shop, slug)
    card(page, "Wait 1 hour").wait_for()
    theirs = two_steps() | {"name": "Tea"}
    theirs["blocks"][1]["settings"] = {"amount": 9, "unit": "days"}
    drafts = shop.house.desk.drafts(shop.workspace)
    drafts.save("flow", slug, theirs, 1, "somchai@doileaf.example", shop.house.clock.now())

    card(page, "Wait 1 hour").click()
    panel(page).get_by_label("Wait for").fill("2")
    page.get_by_text("somchai@doileaf.example changed this Flow").wait_for()
    page.get_by_text("Not saved: changed elsewhere").wait_for()
    assert shop.draft(slug).document["blocks"][1]["settings"]["amount"] == 9

    page.get_by_role("button", name="Keep mine as a copy").click()
    page.get_by_text("Kept as “Tea, copy”").wait_for()
    card(page, "Wait 9 days").wait_for()
    copies = [draft for draft in drafts.list("flow") if draft.name == "Tea, copy"]
    assert [copy.document["blocks"][1]["settings"]["amount"] for copy in copies] == [2]
    # From here on it is theirs that is changed.
    panel(page).get_by_role("heading", name="Settings of the Flow").wait_for()
    card(page, "Wait 9 days").click()
    panel(page).get_by_role("heading", name="Wait 9 days").wait_for()
    panel(page).get_by_label("Wait for").fill("10")
    becomes(lambda: shop.draft(slug).document["blocks"][1]["settings"]["amount"], 10)


def test_an_archived_flow_is_only_looked_at_until_it_is_brought_back(shop_with_web: Shop, open_flow: Open) -> None:
    shop = shop_with_web
    slug = shop.new_flow("Old", two_steps())
    publish(shop.house, shop.workspace, slug, "hannah@doileaf.example")
    archive(shop.house, shop.workspace, slug)
    shop.house.desk.drafts(shop.workspace).archive("flow", slug, "hannah@doileaf.example", shop.house.clock.now())
    page = open_flow(shop, slug)
    page.get_by_text("This Flow is archived").wait_for()
    state = page.locator(".cw-top .cw-state.hide-s")
    becomes(state.inner_text, "Archived")
    assert page.get_by_role("button", name="Publish").count() == 0
    page.get_by_role("button", name="Bring it back").click()
    page.locator(".cw-pal").wait_for()
    becomes(lambda: shop.draft(slug).state, "active")
    becomes(state.inner_text, "Draft")
