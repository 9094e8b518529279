"""Fingers on the canvas: a swipe moves the view, also where it begins on a card; a card that is held can be moved."""

from typing import Any

import pytest

from tests.browser import becomes, middle, until
from tests.canvas.conftest import Open, Shop
from tests.canvas.hands import Fingers, card, panel, places, view
from tests.canvas.test_two_tabs import two_steps

pytestmark = pytest.mark.browser


def held(page: Any) -> Any:
    """The card that was lifted from the canvas."""
    return page.locator(".vue-flow__node.fc-lifted")


def test_a_swipe_that_begins_on_a_card_moves_the_view(shop_with_web: Shop, open_flow: Open) -> None:
    shop = shop_with_web
    slug = shop.new_flow("Swipe", two_steps())
    page = open_flow(shop, slug, phone=True)
    fingers = Fingers(page)
    x, y = middle(card(page, "Wait 1 hour"))
    before = view(page)
    fingers.put((x, y))
    fingers.move((x, y - 150))
    fingers.lift()
    becomes(lambda: round(view(page)[1] - before[1]), -150)
    # How a card is moved is said, once.
    page.locator(".fc-why", has_text="Hold a Block to move it").wait_for()
    # The next change that is stored is the one that is meant, and no card has moved.
    page.get_by_role("button", name="Add a Block", exact=True).tap()
    page.locator('[data-palette="wait"]').tap()
    becomes(lambda: len(shop.kinds(slug)), 3)
    assert places(shop.draft(slug).document)[:2] == [(0, 0), (0, 140)]


def test_a_pinch_that_begins_on_a_card_only_zooms(shop_with_web: Shop, open_flow: Open) -> None:
    shop = shop_with_web
    slug = shop.new_flow("Pinch", two_steps())
    page = open_flow(shop, slug, phone=True)
    fingers = Fingers(page)
    x, y = middle(card(page, "Wait 1 hour"))
    before = view(page)
    fingers.put((x, y))
    fingers.put((x, y + 200))
    fingers.move((x, y + 60), (x, y + 140))
    fingers.lift()
    until(lambda: view(page)[2] < before[2] * 0.6)
    assert not panel(page).is_visible()
    assert page.locator(".cw-block.is-on").count() == 0
    assert places(shop.draft(slug).document) == [(0, 0), (0, 140)]


def test_a_card_that_is_held_comes_along(shop_with_web: Shop, open_flow: Open) -> None:
    shop = shop_with_web
    slug = shop.new_flow("Hold", two_steps())
    page = open_flow(shop, slug, phone=True)
    fingers = Fingers(page)
    x, y = middle(card(page, "Wait 1 hour"))
    before = view(page)
    fingers.put((x, y))
    held(page).wait_for()
    fingers.move((x, y + 100 * before[2]))
    fingers.lift()
    becomes(lambda: places(shop.draft(slug).document), [(0, 0), (0, 240)])
    held(page).wait_for(state="detached")
    # The view stood still meanwhile, and no sheet came up.
    assert view(page) == before
    assert not panel(page).is_visible()


def test_a_second_finger_puts_the_card_back_and_zooms(shop_with_web: Shop, open_flow: Open) -> None:
    shop = shop_with_web
    slug = shop.new_flow("Second finger", two_steps())
    page = open_flow(shop, slug, phone=True)
    fingers = Fingers(page)
    x, y = middle(card(page, "Wait 1 hour"))
    stands = page.locator(".vue-flow__node", has_text="Wait 1 hour")
    start = stands.evaluate("(one) => one.style.transform")
    before = view(page)
    fingers.put((x, y))
    held(page).wait_for()
    fingers.move((x, y + 90))
    until(lambda: stands.evaluate("(one) => one.style.transform") != start)
    fingers.put((x, y + 250))
    becomes(lambda: stands.evaluate("(one) => one.style.transform"), start)
    assert view(page) == before
    fingers.move((x, y + 130), (x, y + 210))
    fingers.lift()
    until(lambda: view(page)[2] < before[2] * 0.7)
    assert places(shop.draft(slug).document) == [(0, 0), (0, 140)]


def test_a_held_card_reaches_what_is_out_of_view(shop_with_web: Shop, open_flow: Open) -> None:
    shop = shop_with_web
    slug = shop.new_flow("Far", two_steps())
    page = open_flow(shop, slug, phone=True)
    fingers = Fingers(page)
    x, y = middle(card(page, "Wait 1 hour"))
    frame = page.locator(".cw-canvas").bounding_box()
    before = view(page)
    fingers.put((x, y))
    held(page).wait_for()
    fingers.move((x, frame["y"] + frame["height"] - 5))
    until(lambda: view(page)[1] < before[1] - 200)
    fingers.lift()
    until(lambda: places(shop.draft(slug).document)[1][1] > (frame["height"] + 100) / before[2])


def test_a_tap_still_opens_the_form(shop_with_web: Shop, open_flow: Open) -> None:
    slug = shop_with_web.new_flow("Tap", two_steps())
    page = open_flow(shop_with_web, slug, phone=True)
    card(page, "Wait 1 hour").tap()
    panel(page).get_by_label("Wait for").wait_for()
    page.locator(".cw-block.is-on", has_text="Wait 1 hour").wait_for()
