"""The mouse on the canvas: what scrolls, what is clicked among several, and what a drawn link may reach."""

from typing import Any

import pytest

from tests.browser import becomes, middle
from tests.canvas.conftest import Open, Shop
from tests.canvas.hands import card, panel, places, view
from tests.canvas.test_two_tabs import two_steps
from tests.engine.stage import block, in_a_row

pytestmark = pytest.mark.browser


def column(*names: str) -> dict[str, Any]:
    """A trigger and waits of 1, 2, … hours, one below the other."""
    waits = [block(name, "wait", amount=number + 1, unit="hours") for number, name in enumerate(names)]
    document = in_a_row(block("cart", "event_trigger", event="Tea tasted"), *waits)
    for number, one in enumerate(document["blocks"]):
        one["position"] = {"x": 0, "y": 140 * number}
    return {"format": 1, **document}


def chosen(page: Any) -> list[str]:
    """The blocks that are chosen."""
    return [one.get_attribute("data-block") for one in page.locator(".cw-block.is-on").all()]


def around(page: Any, *texts: str) -> None:
    """Draw a box with Shift around these cards."""
    boxes = [card(page, text).bounding_box() for text in texts]
    left, right = boxes[0]["x"] - 40, boxes[0]["x"] + boxes[0]["width"] + 40
    top, bottom = boxes[0]["y"] - 20, boxes[-1]["y"] + boxes[-1]["height"] + 12
    page.keyboard.down("Shift")
    page.mouse.move(left, top)
    page.mouse.down()
    page.mouse.move(right, bottom, steps=8)
    page.mouse.up()
    page.keyboard.up("Shift")


def test_one_notch_of_the_wheel_moves_the_view_and_lets_it_rest(shop_with_web: Shop, open_flow: Open) -> None:
    """A canvas that goes on moving is a blurred picture of itself."""
    page = open_flow(shop_with_web, shop_with_web.new_flow("Wheel", two_steps()))
    moving = page.locator(".fc-root.is-moving")
    page.mouse.move(600, 700)
    at_first = view(page)[1]
    for notches in (1, 2):
        page.mouse.wheel(0, 40)
        becomes(lambda: round(at_first - view(page)[1]), 20 * notches)
        moving.wait_for(state="detached")


def test_a_card_in_a_box_of_chosen_ones_can_be_clicked(shop_with_web: Shop, open_flow: Open) -> None:
    shop = shop_with_web
    slug = shop.new_flow("Box", column("one", "two", "three"))
    page = open_flow(shop, slug)
    middle(card(page, "Wait 3 hours"))
    around(page, "Wait 1 hour", "Wait 2 hours", "Wait 3 hours")
    becomes(lambda: chosen(page), ["one", "two", "three"])

    # With Shift one is taken out of it, or put back.
    page.keyboard.down("Shift")
    page.mouse.click(*middle(card(page, "Wait 3 hours")))
    page.keyboard.up("Shift")
    becomes(lambda: chosen(page), ["one", "two"])

    # Any of them takes the others along.
    x, y = middle(card(page, "Wait 2 hours"))
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 4, y)
    page.mouse.move(x + 4 + 100 * view(page)[2], y, steps=8)
    page.mouse.up()
    becomes(lambda: [x > 0 for x, _ in places(shop.draft(slug).document)], [False, True, True, False])
    becomes(lambda: chosen(page), ["one", "two"])

    # A click chooses the one.
    page.mouse.click(*middle(card(page, "Wait 1 hour")))
    becomes(lambda: chosen(page), ["one"])
    panel(page).get_by_label("Wait for").wait_for()


def test_a_card_is_clicked_while_the_box_is_there(shop_with_web: Shop, open_flow: Open) -> None:
    page = open_flow(shop_with_web, shop_with_web.new_flow("Box click", column("one", "two", "three")))
    middle(card(page, "Wait 3 hours"))
    around(page, "Wait 1 hour", "Wait 2 hours", "Wait 3 hours")
    page.locator(".vue-flow__nodesselection-rect").wait_for()
    page.mouse.click(*middle(card(page, "Wait 2 hours")))
    becomes(lambda: chosen(page), ["two"])
    panel(page).get_by_label("Wait for").wait_for()


def test_escape_puts_back_what_is_dragged(shop_with_web: Shop, open_flow: Open) -> None:
    shop = shop_with_web
    slug = shop.new_flow("Called off", column("one", "two"))
    page = open_flow(shop, slug)
    at_first, before = places(shop.draft(slug).document), shop.draft(slug).rev
    dragged = card(page, "Wait 2 hours")
    x, y = middle(dragged)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 100, y + 60, steps=8)
    page.locator(".vue-flow__node.dragging").wait_for()
    page.keyboard.press("Escape")
    becomes(lambda: middle(dragged), (x, y))
    page.mouse.move(x + 10, y + 4, steps=4)
    assert middle(dragged) == (x, y), "it does not follow any more"
    page.mouse.up()
    assert page.get_by_role("button", name="Undo").is_disabled()

    # The next one counts again.
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 4, y)
    page.mouse.move(x + 4 + 100 * view(page)[2], y, steps=8)
    page.mouse.up()
    becomes(lambda: [x > 0 for x, _ in places(shop.draft(slug).document)], [False, False, True])
    page.get_by_role("button", name="Undo").click()
    becomes(lambda: places(shop.draft(slug).document), at_first)
    assert shop.draft(slug).rev == before + 2, "stored once as moved and once as undone"


def test_a_link_that_may_not_be_drawn_says_why(shop_with_web: Shop, open_flow: Open) -> None:
    document = column("one")
    document["blocks"].append(block("order", "event_trigger", event="Order placed") | {"position": {"x": 300, "y": 0}})
    shop = shop_with_web
    slug = shop.new_flow("Into a trigger", document)
    page = open_flow(shop, slug)
    out = page.locator(".vue-flow__node", has_text="Wait 1 hour").locator(".fc-out")
    x, y = middle(out)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 30, y + 20, steps=3)
    page.mouse.move(*middle(card(page, "places an order")), steps=8)
    page.mouse.up()
    page.locator(".fc-why", has_text="A link cannot lead into a trigger").wait_for()
    assert page.get_by_role("dialog", name="Add a Block").count() == 0
    assert len(shop.draft(slug).document["links"]) == 1


def test_a_link_begins_anywhere_on_the_dot(shop_with_web: Shop, open_flow: Open) -> None:
    page = open_flow(shop_with_web, shop_with_web.new_flow("Dot", two_steps()))
    out = page.locator(".vue-flow__node", has_text="Wait 1 hour").locator(".fc-out")
    x, y = middle(out)
    what = "([x, y]) => document.elementFromPoint(x, y).className"
    under = [page.evaluate(what, [x + dx, y + dy]) for dx in (-1, -0.25, 0.25, 1) for dy in (-4, -1, 1, 4)]
    assert all("fc-out" in one for one in under), under
