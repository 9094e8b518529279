"""Splits by hand: ways are added, named, moved and removed, and the canvas follows at once."""

from typing import Any

import pytest

from runtime.insight.published import what_is_live
from tests.browser import becomes, middle, until
from tests.canvas.conftest import Open, Shop
from tests.canvas.hands import drag, panel, plus_after
from tests.engine.stage import block, in_a_row, link

pytestmark = pytest.mark.browser

RULE = {"kind": "all", "rules": [{"kind": "field", "of": "contact", "field": "city", "op": "is", "value": "Bangkok"}]}
WAYS = [{"id": "vip", "name": "VIP", "rule": RULE}, {"id": "near", "name": "{x} <b>near</b>", "rule": RULE}]
ARMS = [{"id": "a", "name": "A", "weight": 50}, {"id": "b", "name": "B", "weight": 50}]


def flow(kind: str, **settings: Any) -> dict[str, Any]:
    """A trigger, a split and the end of its first way."""
    document = in_a_row(block("cart", "event_trigger", event="Checkout started"), block("split", kind, **settings))
    first = next(iter(settings.values()))[0]["id"]
    document["blocks"] += [block("end", "stop")]
    document["links"] += [link("split", "end", first)]
    for place, one in enumerate(document["blocks"]):
        one["position"] = {"x": 0, "y": 200 * place}
    return {"format": 1, **document}


def opened(shop: Shop, open_flow: Open, document: dict[str, Any], *, phone: bool = False) -> tuple[Any, str]:
    """The page with the split's form, and the flow's slug."""
    slug = shop.new_flow("Tea for everyone", document)
    page = open_flow(shop, slug, phone=phone)
    page.locator('[data-block="split"]').click()
    lines(page).first.wait_for()
    return page, slug


def lines(page: Any) -> Any:
    """The lines of the list in the panel."""
    return panel(page).locator("[data-item]")


def names(page: Any) -> list[str]:
    """What the lines of the list are called, from above."""
    return [box.input_value() for box in lines(page).get_by_role("textbox", name="Name of the").all()]


def tags(page: Any) -> list[str]:
    """The ways out as they hang below the split, in their order."""
    return list(page.locator(".fc-tag").all_inner_texts())


def typed_into(shop: Shop, slug: str, setting: str) -> list[Any]:
    """The names of the ways on the desk."""
    document = shop.draft(slug).document
    split = next(one for one in document["blocks"] if one["id"] == "split")
    return [way["name"] for way in split["settings"][setting]]


def test_hannah_splits_many_ways_and_publishes_it(shop_with_web: Shop, open_flow: Open) -> None:
    shop = shop_with_web
    slug = shop.new_flow("Tea for everyone")
    page = open_flow(shop, slug)
    drag(page, "abandoned_cart", at=(620, 180))
    drag(page, "many_ways", onto=plus_after(page, "without paying"))
    becomes(lambda: names(page), ["Regulars", "Ordered before"])

    # A third way: it hangs below the card at once, under its name as it is typed.
    panel(page).get_by_role("button", name="Add a way").click()
    becomes(lambda: tags(page), ["Regulars", "Ordered before", "Way 3", "Everyone else"])
    lines(page).nth(2).get_by_label("Name of the way").fill("{x} & <b>friends</b>")
    becomes(lambda: tags(page), ["Regulars", "Ordered before", "{x} & <b>friends</b>", "Everyone else"])

    # It has no rule yet, and both the card and the form say so.
    page.locator(".fe-problems.is-bad").wait_for()
    panel(page).get_by_text("Say who goes the way “{x} & <b>friends</b>”: add a condition.").wait_for()
    lines(page).nth(2).get_by_role("button", name="Who goes this way?").click()
    lines(page).nth(2).get_by_role("button", name="Add a condition").click()
    lines(page).nth(2).get_by_role("combobox", name="Event").fill("Review written")
    lines(page).nth(2).get_by_role("button", name="If “Review written” happened").wait_for()

    # What comes after it is drawn from its own way out.
    drag(page, "stop", onto=plus_after(page, "<b>friends</b>"))
    becomes(lambda: len(shop.draft(slug).document["links"]), 2)
    page.locator(".fe-problems.is-bad").wait_for(state="detached")
    page.get_by_role("button", name="Publish").click()
    page.get_by_role("dialog").get_by_role("button", name="Publish").click()
    page.get_by_text("Published. It starts with the next person who fits.").wait_for()
    live = what_is_live(shop.house, shop.workspace, slug)
    assert live is not None
    ways = live.document["blocks"][1]["settings"]["ways"]
    assert [way["name"] for way in ways] == ["Regulars", "Ordered before", "{x} & <b>friends</b>"]
    assert live.document["links"][1]["outlet"] == ways[2]["id"]


def test_a_way_that_is_renamed_or_moved_keeps_its_link(shop_with_web: Shop, open_flow: Open) -> None:
    page, slug = opened(shop_with_web, open_flow, flow("many_ways", ways=WAYS))
    before = shop_with_web.draft(slug).document["links"]
    lines(page).first.get_by_label("Name of the way").fill("Friends")
    becomes(lambda: tags(page), ["Friends", "{x} <b>near</b>", "Everyone else"])

    # With the keys: the focus goes along, so that the next key moves it on.
    lines(page).first.get_by_role("button", name="Move with").focus()
    page.keyboard.press("ArrowDown")
    becomes(lambda: names(page), ["{x} <b>near</b>", "Friends"])
    becomes(lambda: tags(page), ["{x} <b>near</b>", "Friends", "Everyone else"])
    page.get_by_text("Friends is now number 2").wait_for()
    page.keyboard.press("ArrowUp")
    becomes(lambda: names(page), ["Friends", "{x} <b>near</b>"])

    # And with the mouse.
    page.mouse.move(*middle(lines(page).nth(1).get_by_role("button", name="Move with")))
    page.mouse.down()
    x, y = middle(lines(page).first)
    page.mouse.move(x, y, steps=6)
    page.mouse.move(x, y - 30, steps=3)
    page.mouse.up()
    becomes(lambda: names(page), ["{x} <b>near</b>", "Friends"])
    becomes(lambda: typed_into(shop_with_web, slug, "ways"), ["{x} <b>near</b>", "Friends"])
    assert shop_with_web.draft(slug).document["links"] == before

    # Each of these is one step back.
    undo = page.get_by_role("button", name="Undo").first
    undo.click()
    becomes(lambda: names(page), ["Friends", "{x} <b>near</b>"])
    undo.click()
    becomes(lambda: names(page), ["{x} <b>near</b>", "Friends"])
    undo.click()
    becomes(lambda: names(page), ["Friends", "{x} <b>near</b>"])
    undo.click()
    becomes(lambda: names(page), ["VIP", "{x} <b>near</b>"])


def test_a_removed_way_can_be_put_back_with_its_link(shop_with_web: Shop, open_flow: Open) -> None:
    third = {"id": "third", "name": "Third", "rule": RULE}
    page, slug = opened(shop_with_web, open_flow, flow("many_ways", ways=[*WAYS, third]))
    before = shop_with_web.draft(slug).document["links"]
    lines(page).first.get_by_role("button", name="Remove").first.click()
    becomes(lambda: tags(page), ["{x} <b>near</b>", "Third", "Everyone else", "No longer used"])
    panel(page).get_by_text("“VIP” is removed").wait_for()
    page.get_by_text("A link begins at a way out that is no longer there").first.wait_for()
    # Two ways are the least.
    until(lines(page).first.get_by_role("button", name="Remove").is_disabled)

    page.wait_for_function("document.activeElement.innerText === 'Undo'")
    page.keyboard.press("Enter")
    becomes(lambda: tags(page), ["VIP", "{x} <b>near</b>", "Third", "Everyone else"])
    becomes(lambda: typed_into(shop_with_web, slug, "ways"), ["VIP", "{x} <b>near</b>", "Third"])
    assert shop_with_web.draft(slug).document["links"] == before


def test_the_weights_of_an_experiment_are_shown_as_shares(shop_with_web: Shop, open_flow: Open) -> None:
    page, _ = opened(shop_with_web, open_flow, flow("experiment", arms=ARMS))
    becomes(lambda: tags(page), ["A", "B"])
    panel(page).get_by_role("button", name="Add a variant").click()
    becomes(lambda: tags(page), ["A", "B", "C"])
    lines(page).nth(2).get_by_label("Weight").fill("100")
    shares = panel(page).locator("[data-item] .cw-arm-share")
    becomes(shares.all_inner_texts, ["25%", "25%", "50%"])
    becomes(panel(page).locator(".cw-arm-bar > *").count, 3)

    panel(page).get_by_label("Held out").fill("20")
    becomes(lambda: tags(page), ["A", "B", "C", "Held out"])
    becomes(shares.all_inner_texts, ["20%", "20%", "40%"])
    panel(page).get_by_label("Held out").fill("0")
    becomes(lambda: tags(page), ["A", "B", "C"])

    # A weight that is none takes no way out away.
    lines(page).nth(0).get_by_label("Weight").fill("half")
    panel(page).get_by_text("Type a whole number, like 3.").wait_for()
    assert tags(page) == ["A", "B", "C"]
    lines(page).nth(0).get_by_label("Weight").fill("0")
    becomes(shares.all_inner_texts, ["0%", "33.3%", "66.7%"])


def test_ways_are_moved_with_a_finger(shop_with_web: Shop, open_flow: Open) -> None:
    page, slug = opened(shop_with_web, open_flow, flow("many_ways", ways=WAYS), phone=True)
    x, y = middle(lines(page).first.get_by_role("button", name="Move with"))
    touch = page.context.new_cdp_session(page)
    far = middle(lines(page).nth(1))[1] + 30
    touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
    for step in range(1, 9):
        at = {"x": x, "y": y + (far - y) * step / 8}
        touch.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [at]})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    becomes(lambda: names(page), ["{x} <b>near</b>", "VIP"])
    becomes(lambda: typed_into(shop_with_web, slug, "ways"), ["{x} <b>near</b>", "VIP"])
