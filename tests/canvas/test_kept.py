"""What was typed beside the canvas outlives a server that goes away meanwhile, as what is drawn on it does."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.browser import becomes
from tests.canvas.conftest import Open, Shop, make_shop
from tests.canvas.hands import card, panel
from tests.engine.stage import block, in_a_row

pytestmark = pytest.mark.browser


def tea() -> dict[str, Any]:
    """A flow that waits, and then marks people."""
    document = in_a_row(
        block("cart", "event_trigger", event="Checkout started"),
        block("pause", "wait", amount=3, unit="days"),
        block("mark", "update_contact", change="add_tag", name="tea"),
    )
    for place, one in enumerate(document["blocks"]):
        one["position"] = {"x": 0, "y": 140 * place}
    return {"format": 1, **document}


@pytest.fixture
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """A shop whose web process a test may stop."""
    shop = make_shop(tmp_path_factory.mktemp("away"))
    shop.start()
    yield shop
    shop.stop()
    shop.house.close()


def settings(shop: Shop, slug: str, place: int) -> dict[str, Any]:
    """The settings of a block on the desk."""
    return dict(shop.draft(slug).document["blocks"][place]["settings"])


def back(page: Any) -> Any:
    """What the page says when it has put something back."""
    return page.locator(".cw-toast", has_text="Changes that had not been saved are back.")


def test_what_is_typed_into_a_block_while_the_server_is_away_is_stored_after_it(shop: Shop, open_flow: Open) -> None:
    slug = shop.new_flow("Power cut", tea())
    page = open_flow(shop, slug)
    card(page, "Wait 3 days").click()
    panel(page).get_by_label("Wait for").wait_for()
    shop.stop()
    panel(page).get_by_label("Wait for").fill("9")
    panel(page).get_by_label("Unit").select_option("hours")
    shop.start()
    back(page).wait_for()
    becomes(lambda: settings(shop, slug, 1), {"amount": 9, "unit": "hours"})
    # It is open where it was left, and nothing is kept any more.
    assert panel(page).get_by_label("Wait for").input_value() == "9"
    page.wait_for_function("Object.keys(localStorage).every((key) => !key.startsWith('cartwheel.typed'))")

    card(page, "Add the tag").click()
    panel(page).get_by_label("Tag or field").wait_for()
    shop.stop(kill=True)
    panel(page).get_by_label("Tag or field").fill("tea lover")
    panel(page).get_by_label("Tag or field").press("Tab")
    shop.start()
    back(page).wait_for()
    becomes(lambda: settings(shop, slug, 2)["name"], "tea lover")


def test_who_types_what_stood_there_has_nothing_kept(shop: Shop, open_flow: Open) -> None:
    slug = shop.new_flow("The same again", tea())
    page = open_flow(shop, slug)
    card(page, "Wait 3 days").click()
    amount = panel(page).get_by_label("Wait for")
    amount.select_text()
    amount.press("3")
    panel(page).get_by_label("Unit").select_option("hours")
    becomes(lambda: settings(shop, slug, 1), {"amount": 3, "unit": "hours"})
    page.wait_for_function("Object.keys(localStorage).every((key) => !key.startsWith('cartwheel.typed'))")


def test_so_is_what_is_typed_into_the_settings_of_the_flow_and_its_name(shop: Shop, open_flow: Open) -> None:
    slug = shop.new_flow("Storm", {**tea(), "conversion": {"event": "Order placed", "days": 5}})
    page = open_flow(shop, slug)
    days = panel(page).locator("section", has_text="What counts as a success").get_by_label("Days")
    days.wait_for()
    shop.stop(kill=True)
    days.fill("12")
    page.get_by_label("Name of the Flow").fill("After the storm")
    shop.start()
    back(page).wait_for()
    becomes(lambda: shop.draft(slug).document["conversion"], {"event": "Order placed", "days": 12})
    becomes(lambda: shop.draft(slug).name, "After the storm")


def test_so_is_one_line_of_a_rule_among_others_that_look_the_same(shop: Shop, open_flow: Open) -> None:
    cities = [
        {"kind": "field", "of": "contact", "field": "city", "op": "is", "value": city} for city in ("Bandung", "Trang")
    ]
    document = in_a_row(
        block("cart", "event_trigger", event="Checkout started"),
        block("way", "branch", rule={"kind": "any", "rules": cities}),
    )
    document["blocks"][1]["position"] = {"x": 0, "y": 140}
    slug = shop.new_flow("Cities", {"format": 1, **document})
    page = open_flow(shop, slug)
    page.locator('[data-block="way"]').click()
    values = panel(page).get_by_label("Value", exact=True)
    values.nth(1).wait_for()
    shop.stop(kill=True)
    values.nth(1).fill("Chiang Rai")
    shop.start()
    back(page).wait_for()
    becomes(
        lambda: [one["value"] for one in settings(shop, slug, 1)["rule"]["rules"]],
        ["Bandung", "Chiang Rai"],
    )


def test_what_somebody_else_has_changed_since_is_asked_about(shop: Shop, open_flow: Open) -> None:
    slug = shop.new_flow("Two of us", tea())
    page = open_flow(shop, slug)
    card(page, "Wait 3 days").click()
    amount = panel(page).get_by_label("Wait for")
    amount.wait_for()
    shop.stop(kill=True)
    amount.fill("9")
    theirs = tea() | {"name": "Two of us"}
    theirs["blocks"][2]["settings"]["name"] = "coffee"
    drafts = shop.house.desk.drafts(shop.workspace)
    drafts.save("flow", slug, theirs, 1, "somchai@doileaf.example", shop.house.clock.now())
    shop.start()
    page.get_by_text("This browser kept something typed that was not saved, and the Flow was changed since.").wait_for()
    assert settings(shop, slug, 1)["amount"] == 3
    page.get_by_role("button", name="Put it in").click()
    becomes(lambda: settings(shop, slug, 1)["amount"], 9)
    assert settings(shop, slug, 2)["name"] == "coffee"


def test_what_cannot_go_back_where_it_was_typed_is_at_least_said(shop: Shop, open_flow: Open) -> None:
    slug = shop.new_flow("Gone", tea())
    page = open_flow(shop, slug)
    card(page, "Wait 3 days").click()
    amount = panel(page).get_by_label("Wait for")
    amount.wait_for()
    shop.stop(kill=True)
    amount.fill("9")
    card(page, "Wait 3 days").click()
    page.keyboard.press("Delete")
    card(page, "Wait 3 days").wait_for(state="detached")
    shop.start()
    page.get_by_text("What you had typed has no place in the Flow any more: “9”").wait_for()
