"""The canvas on a phone: the panel is a sheet, the palette another."""

from typing import Any

import pytest

from tests.browser import becomes, middle, until
from tests.canvas.conftest import Open, Shop, saved
from tests.canvas.hands import Fingers, card, panel, view
from tests.canvas.test_pointer import column
from tests.canvas.test_two_tabs import two_steps

pytestmark = pytest.mark.browser


def pull(page: Any, by: int) -> None:
    """Drag the bar at the top of the sheet up (less than 0) or down."""
    x, y = middle(page.locator(".cw-grab-hit"))
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, y + by, steps=5)
    page.mouse.up()


def test_the_form_is_a_sheet_that_is_pulled_up_and_away(shop_with_web: Shop, open_flow: Open) -> None:
    slug = shop_with_web.new_flow("Phone", two_steps())
    page = open_flow(shop_with_web, slug, phone=True)
    card(page, "Wait 1 hour").wait_for()
    # The settings of the Flow do not cover the canvas unasked.
    assert not panel(page).is_visible()
    card(page, "Wait 1 hour").tap()
    panel(page).get_by_label("Wait for").wait_for()
    middle(panel(page))
    low = panel(page).bounding_box()["height"]
    assert low < 844 * 0.6
    pull(page, -200)
    page.locator(".cw-panel.is-full").wait_for()
    becomes(lambda: panel(page).bounding_box()["height"] > low + 150, wanted=True)
    pull(page, 200)
    page.locator(".cw-panel.is-full").wait_for(state="detached")
    pull(page, 200)
    panel(page).wait_for(state="hidden")
    # It comes back with the next tap.
    card(page, "When someone").tap()
    panel(page).get_by_label("When this happens").wait_for()


def test_the_settings_are_in_the_menu(shop_with_web: Shop, open_flow: Open) -> None:
    slug = shop_with_web.new_flow("Phone settings", two_steps())
    page = open_flow(shop_with_web, slug, phone=True)
    page.get_by_role("button", name="More").tap()
    page.get_by_role("menuitem", name="Settings of the Flow").tap()
    panel(page).get_by_text("Who can be in it").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_what_is_saved_is_an_icon_with_the_words_in_the_menu(shop_with_web: Shop, open_flow: Open) -> None:
    slug = shop_with_web.new_flow("Phone in a tunnel", two_steps())
    page = open_flow(shop_with_web, slug, phone=True)
    saved(page)
    bar, menu = page.locator(".cw-top"), page.locator(".q-menu")
    assert bar.get_by_text("cloud_done").is_visible()
    page.get_by_role("button", name="More").tap()
    menu.get_by_text("Draft saved").wait_for()
    assert menu.locator(".cw-state").inner_text() == "Draft"

    page.context.set_offline(True)
    page.evaluate("window.socket.io.engine.close()")
    bar.get_by_text("cloud_off").wait_for()
    assert not bar.get_by_text("cloud_done").is_visible()
    assert menu.get_by_text("Offline. Changes are kept in this browser.").is_visible()
    # Above everything, and everything has made room for it.
    strip = page.locator(".cw-cut")
    strip.get_by_text("Offline. Changes are kept in this browser.").wait_for()
    low = strip.bounding_box()
    assert (low["y"], low["y"] + low["height"]) == (0, bar.bounding_box()["y"])
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert not page.locator("#popup").is_visible()
    page.context.set_offline(False)
    strip.wait_for(state="hidden")
    bar.get_by_text("cloud_done").wait_for()


def test_a_block_is_added_with_a_finger(shop_with_web: Shop, open_flow: Open) -> None:
    slug = shop_with_web.new_flow("Phone palette", two_steps())
    page = open_flow(shop_with_web, slug, phone=True)
    page.get_by_role("button", name="Add a Block", exact=True).tap()
    page.locator('[data-palette="add_tag"]').tap()
    becomes(lambda: shop_with_web.kinds(slug), ["event_trigger", "wait", "update_contact"])
    panel(page).get_by_label("Tag or field").fill("tea lover")
    card(page, "Add the tag “tea lover”").wait_for()


def test_the_whole_flow_comes_back_into_view(shop_with_web: Shop, open_flow: Open) -> None:
    """There is no bar for zooming on a phone."""
    slug = shop_with_web.new_flow("Phone fit", two_steps())
    page = open_flow(shop_with_web, slug, phone=True)
    x, y = middle(card(page, "Wait 1 hour"))
    before, fingers = view(page), Fingers(page)
    fingers.put((x, y + 150))
    fingers.put((x, y + 350))
    fingers.move((x, y + 240), (x, y + 260))
    fingers.lift()
    until(lambda: view(page)[2] < before[2] / 2)
    small = view(page)[2]
    page.get_by_role("button", name="More").tap()
    page.get_by_role("menuitem", name="Fit the whole Flow").tap()
    until(lambda: view(page)[2] > small * 1.2)


def test_a_card_that_is_tapped_stays_in_sight_above_the_sheet(shop_with_web: Shop, open_flow: Open) -> None:
    slug = shop_with_web.new_flow("Phone low", column("one", "two", "three", "four"))
    page = open_flow(shop_with_web, slug, phone=True)
    low = card(page, "Wait 4 hours")
    assert middle(low)[1] > 844 * 0.6
    low.tap()
    panel(page).get_by_label("Wait for").wait_for()

    def is_in_sight() -> bool:
        box = low.bounding_box()
        return bool(box["y"] > 0 and box["y"] + box["height"] < panel(page).bounding_box()["y"])

    until(is_in_sight)
    # So does the next one, while the sheet is there.
    middle(low)
    card(page, "Wait 3 hours").tap()
    panel(page).get_by_role("heading", name="Wait 3 hours").wait_for()
    assert is_in_sight()
