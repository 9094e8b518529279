"""By whose clocks a flow goes, set with the mouse: the cards say it, and it can be taken back like anything else."""

import pytest

from tests.browser import becomes
from tests.canvas.conftest import Open, Shop
from tests.canvas.hands import card, panel
from tests.engine.stage import block, in_a_row

pytestmark = pytest.mark.browser


def test_hannah_lets_a_flow_go_by_clocks_in_bangkok_and_takes_it_back(shop_with_web: Shop, open_flow: Open) -> None:
    shop = shop_with_web
    blocks = block("cart", "event_trigger", event="Checkout started"), block("nine", "wait_until", time="09:00")
    slug = shop.new_flow("In Bangkok", {"format": 1, **in_a_row(*blocks)})
    page = open_flow(shop, slug)
    form = panel(page)
    card(page, "Wait until 09:00 where they live").wait_for()

    zone = form.get_by_role("combobox", name="Time zone")
    zone.click()
    zone.fill("Bangk")
    page.get_by_role("option", name="Asia/Bangkok").click()
    becomes(lambda: shop.draft(slug).document.get("zone"), "Asia/Bangkok")
    card(page, "Wait until 09:00 by clocks in Bangkok").wait_for()
    becomes(zone.input_value, "Asia/Bangkok")

    page.get_by_role("button", name="Undo").click()
    becomes(lambda: shop.draft(slug).document.get("zone", ""), "")
    card(page, "Wait until 09:00 where they live").wait_for()
    becomes(form.get_by_role("combobox", name="Time zone").input_value, "Each Contact’s own, else the shop’s")


def test_who_types_a_place_and_presses_enter_has_chosen_it(shop_with_web: Shop, open_flow: Open) -> None:
    """It stood in the field as if it were chosen, and the flow went by other clocks."""
    shop = shop_with_web
    slug = shop.new_flow(
        "In New York", {"format": 1, **in_a_row(block("cart", "event_trigger", event="Checkout started"))}
    )
    page = open_flow(shop, slug)
    zone = panel(page).get_by_role("combobox", name="Time zone")
    zone.click()
    zone.fill("new york")
    becomes(page.locator(".q-menu").get_by_role("option").all_inner_texts, ["America/New York"])
    zone.press("Enter")
    becomes(lambda: shop.draft(slug).document.get("zone"), "America/New_York")
    becomes(zone.input_value, "America/New York")
