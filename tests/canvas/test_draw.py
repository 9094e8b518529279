"""Hannah draws the abandoned cart with the mouse, from an empty canvas to a Flow that is live."""

from typing import Any

import pytest

from runtime.insight.published import what_is_live
from tests.browser import becomes, middle, until
from tests.canvas.conftest import Open, Shop, ready
from tests.canvas.hands import card, drag, panel, plus_after, setting
from tests.engine.stage import block, in_a_row

pytestmark = pytest.mark.browser


def test_hannah_draws_the_abandoned_cart_and_publishes_it(shop_with_web: Shop, open_flow: Open) -> None:
    shop = shop_with_web
    slug = shop.new_flow("Abandoned cart")
    page = open_flow(shop, slug)

    # An empty canvas says how to begin, and the bar what is missing.
    page.get_by_text("Start with a trigger").wait_for()
    page.locator(".fe-problems", has_text="1 problem").wait_for()

    # The trigger goes anywhere; what follows goes onto the "+" below it.
    drag(page, "abandoned_cart", at=(620, 180))
    card(page, "When someone leaves a cart without paying").wait_for()
    drag(page, "wait", onto=plus_after(page, "without paying"))
    drag(page, "branch", onto=plus_after(page, "Wait 1 hour"))
    drag(page, "send_email", onto=plus_after(page, ", No"))
    becomes(lambda: shop.kinds(slug), ["event_trigger", "wait", "branch", "send_email"])
    becomes(lambda: len(shop.draft(slug).document["links"]), 3)

    # The panel shows the Block that was added last. What is chosen there stands on the card at once.
    card(page, "Choose an e-mail").wait_for()
    panel(page).get_by_role("combobox", name="E-mail").click()
    page.get_by_role("option", name="Your tea is waiting").click()
    card(page, "“Your tea is waiting”").wait_for()

    # A wait of three hours.
    card(page, "Wait 1 hour").click()
    panel(page).get_by_label("Wait for").fill("3")
    card(page, "Wait 3 hours").wait_for()

    # Who leaves early is said beside the trigger.
    page.get_by_role("button", name="Add an exit rule").first.click()
    panel(page).get_by_label("Leaves when").fill("Order placed")
    page.get_by_text("Leaves at any point when they place an order").wait_for()
    becomes(lambda: [leave["event"] for leave in shop.draft(slug).document["exits"]], ["Order placed"])

    # Nothing stands in the way any more, and it can go live.
    page.locator(".fe-problems.is-bad").wait_for(state="detached")
    page.get_by_role("button", name="Publish").click()
    page.get_by_role("dialog").get_by_text("Publish “Abandoned cart”?").wait_for()
    page.get_by_role("dialog").get_by_role("button", name="Publish").click()
    page.get_by_text("Published. It starts with the next person who fits.").wait_for()
    page.locator(".cw-top .cw-state.is-live").wait_for()
    page.get_by_text("all of it is published").wait_for()
    live = what_is_live(shop.house, shop.workspace, slug)
    assert live is not None
    assert (live.state, live.number, len(live.document["blocks"])) == ("live", 1, 4)

    # A change after that is a change that is not published.
    card(page, "Wait 3 hours").click()
    panel(page).get_by_label("Wait for").fill("4")
    page.get_by_text("1 change not published").wait_for()


def test_undo_takes_back_what_was_drawn_and_what_was_typed(shop_with_web: Shop, open_flow: Open) -> None:
    shop = shop_with_web
    slug = shop.new_flow("Undo")
    page = open_flow(shop, slug)
    drag(page, "abandoned_cart", at=(620, 180))
    drag(page, "wait", onto=plus_after(page, "without paying"))
    panel(page).get_by_label("Wait for").fill("5")
    card(page, "Wait 5 hours").wait_for()

    page.get_by_role("button", name="Undo").click()
    card(page, "Wait 1 hour").wait_for()
    # The form shows what the card shows.
    becomes(lambda: panel(page).get_by_label("Wait for").input_value(), "1")
    page.get_by_role("button", name="Undo").click()
    becomes(lambda: shop.kinds(slug), ["event_trigger"])
    page.get_by_role("button", name="Redo").click()
    page.get_by_role("button", name="Redo").click()
    card(page, "Wait 5 hours").wait_for()
    becomes(lambda: setting(shop.draft(slug).document, 1, "amount"), 5)


def test_what_was_drawn_is_there_after_loading_the_page_anew(shop_with_web: Shop, open_flow: Open) -> None:
    shop = shop_with_web
    slug = shop.new_flow("Reload")
    page = open_flow(shop, slug)
    drag(page, "order_placed", at=(620, 180))
    card(page, "When someone places an order").wait_for()
    page.reload()
    ready(page)
    card(page, "When someone places an order").wait_for()
    # It is the same tab: nobody is said to have the Flow open elsewhere.
    drag(page, "wait", onto=plus_after(page, "places an order"))
    becomes(lambda: shop.kinds(slug), ["event_trigger", "wait"])
    assert page.get_by_text("You are looking on").count() == 0


def test_the_list_of_problems_leads_to_each_block(shop_with_web: Shop, open_flow: Open) -> None:
    shop = shop_with_web
    slug = shop.new_flow("Problems")
    page = open_flow(shop, slug)
    drag(page, "abandoned_cart", at=(620, 180))
    drag(page, "send_email", onto=plus_after(page, "without paying"))
    card(page, "When someone").click()
    page.locator(".cw-block .alert", has_text="Choose an e-mail first").wait_for()

    page.get_by_role("button", name="Publish").click()
    # Publishing opens the list instead, and the first Block that stands in the way.
    line = page.get_by_role("listitem").filter(has_text="Choose an e-mail first")
    line.wait_for()
    panel(page).get_by_role("heading", name="Choose an e-mail").wait_for()
    line.click()
    panel(page).get_by_role("combobox", name="E-mail").wait_for()
    assert what_is_live(shop.house, shop.workspace, slug) is None


def test_the_name_is_changed_in_place(shop_with_web: Shop, open_flow: Open) -> None:
    shop = shop_with_web
    slug = shop.new_flow("New Flow")
    page = open_flow(shop, slug)
    name = page.get_by_label("Name of the Flow")
    name.fill("Carts of tea")
    name.press("Enter")
    becomes(lambda: shop.draft(slug).name, "Carts of tea")
    page.wait_for_function("document.title.startsWith('Carts of tea')")
    # A Flow is never without a name.
    name.fill("")
    name.press("Enter")
    drag(page, "wait", at=(620, 180))
    becomes(lambda: shop.kinds(slug), ["wait"])
    assert shop.draft(slug).name == "Carts of tea"


def a_long_flow() -> dict[str, Any]:
    """A trigger, 78 waits one below the other, and an e-mail at their end that is not chosen yet."""
    waits = [block(f"wait{number}", "wait", amount=1, unit="hours") for number in range(78)]
    document = in_a_row(
        block("cart", "event_trigger", event="Tea tasted"), *waits, block("mail", "send_email", email="")
    )
    for number, one in enumerate(document["blocks"]):
        one["position"] = {"x": 0, "y": 140 * number}
    return {"format": 1, **document}


def test_a_long_flow_is_drawn_to_its_end(shop_with_web: Shop, open_flow: Open) -> None:
    """What is in view comes first; the rest follows without being asked for."""
    page = open_flow(shop_with_web, shop_with_web.new_flow("Long", a_long_flow()))
    card(page, "Tea tasted").wait_for()
    becomes(lambda: page.locator(".vue-flow__node .cw-block").count(), 80)
    # Each link starts under the middle of its card, and has its "+".
    starts = "(lines) => lines.map((one) => Math.round(one.getAttribute('d').slice(1).split(' ')[0]))"
    becomes(lambda: page.locator(".vue-flow__edge-path").evaluate_all(starts), [118] * 79)
    becomes(page.locator(".cw-plus[data-link]").count, 79)


def test_the_end_of_a_long_flow_is_led_to_also_before_it_is_drawn(shop_with_web: Shop, open_flow: Open) -> None:
    page = open_flow(shop_with_web, shop_with_web.new_flow("Long way", a_long_flow()))
    page.get_by_role("button", name="Publish").click()
    panel(page).get_by_role("heading", name="Choose an e-mail").wait_for()
    frame = page.locator(".cw-canvas").bounding_box()

    def in_view() -> bool:
        x, y = middle(page.locator('.cw-block[data-block="mail"]'))
        return bool(0 < x - frame["x"] < frame["width"] and 0 < y - frame["y"] < frame["height"])

    until(in_view)
