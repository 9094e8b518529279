"""The keyboard on the canvas: where the focus goes when what was focused is gone."""

from typing import Any

import pytest

from tests.browser import becomes
from tests.canvas.conftest import Open, Shop
from tests.canvas.hands import card, places, plus_after
from tests.canvas.test_two_tabs import two_steps

pytestmark = pytest.mark.browser

FOCUSED = "() => document.activeElement.dataset.block ?? document.activeElement.className"


def focused(page: Any) -> str:
    """The block that has the focus, or what else has it."""
    return str(page.evaluate(FOCUSED))


def test_the_focus_stays_in_the_canvas_when_an_addition_is_undone(shop_with_web: Shop, open_flow: Open) -> None:
    shop = shop_with_web
    slug = shop.new_flow("Undone", two_steps())
    page = open_flow(shop, slug)
    card(page, "Wait 1 hour").click()

    # A copy goes back to what it is a copy of.
    page.keyboard.press("Control+d")
    becomes(lambda: focused(page) not in ("cart", "wait"), wanted=True)
    page.keyboard.press("Control+z")
    becomes(lambda: focused(page), "wait")

    # So does one that was pasted, and the next key acts on it.
    page.keyboard.press("Control+c")
    page.keyboard.press("Control+v")
    becomes(lambda: len(shop.kinds(slug)), 3)
    becomes(lambda: focused(page) not in ("cart", "wait"), wanted=True)
    page.keyboard.press("Control+z")
    becomes(lambda: focused(page), "wait")
    page.keyboard.press("Control+d")
    becomes(lambda: shop.kinds(slug), ["event_trigger", "wait", "wait"])
    becomes(lambda: focused(page) not in ("cart", "wait"), wanted=True)
    page.keyboard.press("Control+z")
    becomes(lambda: focused(page), "wait")

    # What was added with a "+" goes back to the card of the "+", and Tab goes on from there.
    plus_after(page, "Wait 1 hour").focus()
    page.keyboard.press("Enter")
    page.get_by_role("dialog", name="Add a Block").get_by_label("Find a Block").fill("tag")
    page.keyboard.press("Enter")
    becomes(lambda: focused(page) not in ("cart", "wait", "BODY", ""), wanted=True)
    page.locator(".fc-menu").wait_for(state="detached")
    becomes(lambda: len(shop.kinds(slug)), 3)
    page.locator(".cw-block:focus").wait_for()
    page.keyboard.press("Control+z")
    becomes(lambda: focused(page), "wait")
    page.keyboard.press("Tab")
    becomes(lambda: "cw-plus" in focused(page), wanted=True)


def test_the_first_block_of_all_leaves_the_focus_to_the_canvas(shop_with_web: Shop, open_flow: Open) -> None:
    shop = shop_with_web
    slug = shop.new_flow("First undone")
    page = open_flow(shop, slug)
    page.get_by_role("button", name="Choose a trigger").focus()
    page.keyboard.press("Enter")
    page.get_by_role("dialog", name="Add a Block").get_by_label("Find a Block").fill("order")
    page.keyboard.press("Enter")
    page.locator(".cw-block:focus").wait_for()
    page.keyboard.press("Control+z")
    becomes(lambda: focused(page), "cw-canvas")


def test_undo_reaches_the_canvas_from_the_emptied_search(shop_with_web: Shop, open_flow: Open) -> None:
    shop = shop_with_web
    slug = shop.new_flow("Search undone", two_steps())
    page = open_flow(shop, slug)
    search = page.locator(".fc-pal").get_by_label("Find a Block")
    search.fill("tag")
    search.press("Enter")
    becomes(lambda: len(shop.kinds(slug)), 3)
    search.press("Control+z")
    becomes(lambda: shop.kinds(slug), ["event_trigger", "wait"])
    # What is being typed is undone as text, and no card.
    card(page, "Wait 1 hour").wait_for()
    search.press_sequentially("ta")
    search.press("Control+z")
    search.press("Control+y")
    assert shop.kinds(slug) == ["event_trigger", "wait"]


def test_a_pasted_block_covers_nothing(shop_with_web: Shop, open_flow: Open) -> None:
    shop = shop_with_web
    slug = shop.new_flow("Pasted", two_steps())
    page = open_flow(shop, slug)
    card(page, "Wait 1 hour").click()
    page.keyboard.press("Control+c")
    page.keyboard.press("Control+v")
    page.keyboard.press("Control+v")
    becomes(lambda: places(shop.draft(slug).document), [(0, 0), (0, 140), (280, 140), (-280, 140)])
