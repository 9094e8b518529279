"""The panel: forms drawn from the Blocks' settings, the rule builder, and how quickly a card follows."""

from typing import Any

import pytest

from tests.browser import becomes
from tests.canvas.conftest import Open, Shop
from tests.canvas.hands import card, panel
from tests.engine.stage import block, in_a_row, link

pytestmark = pytest.mark.browser


def one(kind: str, **settings: Any) -> dict[str, Any]:
    """A flow with a trigger and one block."""
    document = in_a_row(block("cart", "event_trigger", event="Checkout started"), block("b", kind, **settings))
    document["blocks"][1]["position"] = {"x": 0, "y": 140}
    return {"format": 1, **document}


def settings(shop: Shop, slug: str) -> dict[str, Any]:
    """The settings of the block on the desk."""
    return dict(shop.draft(slug).document["blocks"][1]["settings"])


@pytest.fixture
def opened(shop_with_web: Shop, open_flow: Open) -> Any:
    """Opens a flow with one block and that block's form."""

    def open_(kind: str, **given: Any) -> tuple[Any, str]:
        slug = shop_with_web.new_flow("Panel", one(kind, **given))
        page = open_flow(shop_with_web, slug)
        page.locator('[data-block="b"]').click()
        panel(page).get_by_role("button", name="Delete Block").wait_for()
        return page, slug

    return open_


def test_an_archived_email_that_is_sent_is_called_by_its_name(shop_with_web: Shop, open_flow: Open) -> None:
    shop = shop_with_web
    drafts, now = shop.house.desk.drafts(shop.workspace), shop.house.clock.now()
    drafts.create("email", "Spring harvest", {"sections": []}, "hannah@doileaf.example", now, "spring")
    drafts.archive("email", "spring", "hannah@doileaf.example", now)
    page = open_flow(shop, shop.new_flow("Spring", one("send_email", email="spring")))
    page.locator('[data-block="b"]').click()
    becomes(lambda: panel(page).get_by_role("combobox", name="E-mail").input_value(), "Spring harvest")


def test_a_card_follows_what_is_typed_within_a_fifth_of_a_second(opened: Any) -> None:
    page, _ = opened("wait", amount=1, unit="hours")
    took = page.evaluate(
        """async () => {
            const field = document.querySelector('.cw-panel .cw-num-box');
            const say = document.querySelector('[data-block="b"] .say');
            const times = [];
            for (let hours = 2; hours < 40 && !(Math.min(...times) < 200); hours += 1) {
                const start = performance.now();
                field.value = String(hours);
                field.dispatchEvent(new Event('input'));
                while (!say.innerText.includes(`${hours} hours`)) await new Promise((go) => setTimeout(go, 2));
                times.push(performance.now() - start);
            }
            return Math.min(...times);
        }"""
    )
    # 150 ms are the pause in the typing that is waited for. Once is enough, because others use this machine as well.
    assert took < 200, f"{took:.0f} ms"


def test_a_number_outside_its_limits_is_said_below_the_field(shop_with_web: Shop, opened: Any) -> None:
    page, slug = opened("wait", amount=1, unit="hours")
    field = panel(page).get_by_label("Wait for")
    field.fill("0")
    panel(page).get_by_text("Must be 1 or more.").wait_for()
    becomes(lambda: field.get_attribute("aria-invalid"), "true")
    # The draft keeps what was typed; it cannot be published so.
    becomes(lambda: settings(shop_with_web, slug)["amount"], 0)
    page.locator('[data-block="b"] .alert.is-bad').wait_for()
    field.fill("2")
    panel(page).get_by_text("Must be 1 or more.").wait_for(state="detached")
    field.press("ArrowUp")
    becomes(lambda: settings(shop_with_web, slug)["amount"], 3)


def test_weekdays_are_chips(shop_with_web: Shop, opened: Any) -> None:
    page, slug = opened("wait_until", time="09:00", weekdays=[])
    panel(page).get_by_text("Any day").wait_for()
    for day in ("Tuesday", "Thursday"):
        panel(page).get_by_role("button", name=day).click()
    card(page, "Wait until 09:00 on Tue and Thu where they live").wait_for()
    becomes(lambda: settings(shop_with_web, slug)["weekdays"], [2, 4])
    panel(page).get_by_label("Time of day").fill("18:30")
    card(page, "18:30").wait_for()


def test_a_week_without_a_day_is_not_any_day(opened: Any) -> None:
    page, _ = opened("schedule_trigger", to="everybody", repeat="weekly", weekdays=[5])
    panel(page).get_by_role("button", name="Friday").click()
    panel(page).get_by_text("Choose at least one day.").wait_for()
    assert panel(page).get_by_text("Any day").count() == 0


def test_a_setting_that_does_not_apply_is_not_shown(opened: Any) -> None:
    page, _ = opened("update_contact", change="add_tag", name="oolong")
    assert panel(page).get_by_label("Value").count() == 0 or not panel(page).get_by_label("Value").is_visible()
    panel(page).get_by_label("What changes").select_option(label="Change a field")
    panel(page).get_by_label("Value").fill("Jakarta")
    card(page, "Set “oolong” to “Jakarta”").wait_for()


def test_a_part_in_which_nothing_applies_is_not_there(opened: Any) -> None:
    page, _ = opened("webhook", url="https://tea.example")
    side = panel(page)
    assert side.get_by_label("Keep it under the name").get_attribute("placeholder") == "answer"
    strips = "(side) => [...side.querySelectorAll('.body section')].filter((one) => one.offsetHeight && !one.innerText.trim())"
    assert side.evaluate(f"(side) => ({strips})(side).length") == 0
    side.get_by_label("What is sent").select_option(label="Chosen fields")
    side.get_by_role("heading", name="Fields").wait_for()


def test_what_is_chosen_is_said_in_words_though_nothing_has_brought_it(opened: Any) -> None:
    page, _ = opened("wait_for_event", event="Review written", key="order_id")
    assert panel(page).get_by_label("For the same").input_value() == "order id"


def test_what_a_rule_means_follows_the_event_that_it_is_about(opened: Any) -> None:
    rule = {"kind": "field", "field": "stars", "op": "at_least", "value": 4}
    page, _ = opened("wait_for_event", event="Review written", where=rule)
    side = panel(page)
    side.get_by_text("If “Review written” happens where stars is at least 4, they go to “Happened” at once.").wait_for()
    side.get_by_label("Until this happens").fill("Tea tasted")
    side.get_by_text("If “Tea tasted” happens where stars is at least 4, they go to “Happened” at once.").wait_for()


def test_a_rule_is_built_from_words_and_said_in_a_sentence(shop_with_web: Shop, opened: Any) -> None:
    page, slug = opened("branch", rule={"kind": "all", "rules": [{"kind": "did", "event": "Order placed"}]})
    side = panel(page)
    sentence = "If “Order placed” happened since entering, they go to “Yes”. Everyone else goes to “No”."
    side.get_by_text(sentence).wait_for()

    side.get_by_label("How often").select_option(label="2 times or more")
    side.get_by_label("In which time").select_option(label="in the last")
    side.get_by_label("Days").fill("14")
    card(page, "If “Order placed” happened at least 2 times in the last 14 days").wait_for()

    side.get_by_role("button", name="And…").click()
    side.get_by_label("What is looked at").nth(1).select_option(label="Contact field")
    side.get_by_label("Field").fill("city")
    side.get_by_role("textbox", name="Value").fill("Chiang Rai")
    card(page, "14 days and city is “Chiang Rai”").wait_for()
    side.get_by_role("button", name="Or another value").click()
    side.get_by_role("textbox", name="Value").nth(1).fill("Bangkok")
    side.get_by_role("textbox", name="Value").nth(1).press("Tab")
    card(page, "city is “Chiang Rai” or “Bangkok”").wait_for()

    side.get_by_role("button", name="Or…").click()
    last = side.get_by_label("What is looked at").nth(2)
    last.select_option(label="They did not do")
    side.get_by_label("Event", exact=True).nth(1).fill("Tea tasted")
    wanted = {
        "kind": "any",
        "rules": [
            {
                "kind": "all",
                "rules": [
                    {
                        "kind": "did",
                        "event": "Order placed",
                        "times": 2,
                        "window": {"kind": "last_days", "days": 14},
                    },
                    {"kind": "field", "of": "contact", "field": "city", "op": "is", "value": ["Chiang Rai", "Bangkok"]},
                ],
            },
            {
                "kind": "did",
                "event": "Tea tasted",
                "negate": True,
                "times": 1,
                "window": {"kind": "since_entering"},
            },
        ],
    }
    becomes(lambda: settings(shop_with_web, slug)["rule"], wanted)

    # The word between two lines turns, a line goes, and undo brings it back.
    side.get_by_role("button", name="AND", exact=True).click()
    becomes(lambda: len(settings(shop_with_web, slug)["rule"]["rules"]), 3)
    side.get_by_role("button", name="Remove this line").last.click()
    becomes(lambda: len(settings(shop_with_web, slug)["rule"]["rules"]), 2)
    page.get_by_role("button", name="Undo").click()
    becomes(lambda: len(settings(shop_with_web, slug)["rule"]["rules"]), 3)
    side.get_by_label("What is looked at").nth(2).wait_for()


def test_a_filter_on_what_they_did(shop_with_web: Shop, opened: Any) -> None:
    page, slug = opened("branch", rule={"kind": "did", "event": "Order placed"})
    side = panel(page)
    side.get_by_role("button", name="where…").click()
    side.get_by_label("Field").fill("total")
    side.get_by_label("How they compare").select_option(label="is over")
    side.get_by_role("textbox", name="Value").fill("1500")
    card(page, "If “Order placed” happened since entering where total is over 1,500").wait_for()
    where = {"kind": "field", "of": "event", "field": "total", "op": "over", "value": 1500}
    rule = {"kind": "did", "event": "Order placed", "where": {"kind": "all", "rules": [where]}}
    becomes(lambda: settings(shop_with_web, slug)["rule"], {"kind": "all", "rules": [rule]})


def test_what_a_line_lacks_is_said_there(opened: Any) -> None:
    page, _ = opened("branch", rule={"kind": "all", "rules": [{"kind": "did", "event": "Order placed"}]})
    side = panel(page)
    side.get_by_role("button", name="And…").click()
    side.get_by_label("What is looked at").nth(1).select_option(label="Event field")
    # A line that was just added is not scolded for being empty.
    assert side.locator(".cw-help.is-bad").count() == 0
    side.get_by_label("Field").fill("total")
    side.get_by_label("How they compare").select_option(label="is over")
    side.get_by_role("textbox", name="Value").fill("many")
    side.get_by_text("Type a number, like 100 or 19.90.").wait_for()
    # The card says the part that is done.
    card(page, "If “Order placed” happened since entering …").wait_for()


def test_settings_of_the_flow(shop_with_web: Shop, open_flow: Open) -> None:
    slug = shop_with_web.new_flow("Settings", one("wait", amount=1, unit="hours"))
    page = open_flow(shop_with_web, slug)
    side = panel(page)
    side.get_by_role("heading", name="Settings of the Flow").wait_for()
    side.get_by_label("One Run for each").first.fill("cart_token")
    side.get_by_label("Coming back").select_option(label="Again after some days")
    side.get_by_label("Days").first.fill("14")
    side.get_by_role("switch").first.click()
    side.get_by_role("button", name="Add an exit rule").click()
    side.get_by_label("Leaves when").fill("Order placed")
    side.get_by_label("What counts as a success").fill("Order placed")
    side.get_by_label("Priority", exact=True).select_option(label="High")

    def stored() -> dict[str, Any]:
        return shop_with_web.draft(slug).document

    entry = {"key": "cart_token", "again": "after_days", "again_days": 14, "newest_wins": True}
    becomes(lambda: stored().get("entry"), entry)
    becomes(
        lambda: stored().get("exits"), [{"event": "Order placed", "where": None, "key": "", "rule": None, "name": ""}]
    )
    becomes(lambda: stored().get("conversion"), {"event": "Order placed", "days": 5})
    becomes(lambda: stored().get("priority"), 4)
    page.get_by_text("Leaves at any point when they place an order").wait_for()


def test_a_new_email_is_made_chosen_and_opened(shop_with_web: Shop, opened: Any) -> None:
    page, slug = opened("send_email", email="")
    panel(page).get_by_role("button", name="New e-mail").click()
    page.wait_for_url("**/emails/**")
    made = settings(shop_with_web, slug)["email"]
    assert shop_with_web.house.desk.drafts(shop_with_web.workspace).get("email", made) is not None
    assert f"/emails/{made}" in page.url


def test_the_panel_gives_the_room_back_until_something_is_chosen(opened: Any) -> None:
    page, _ = opened("wait", amount=1, unit="hours")
    narrow = page.locator(".cw-canvas").bounding_box()["width"]
    panel(page).get_by_role("button", name="Close").click()
    panel(page).wait_for(state="hidden")
    becomes(lambda: page.locator(".cw-canvas").bounding_box()["width"] > narrow, wanted=True)
    page.locator('[data-block="cart"]').click()
    panel(page).get_by_label("When this happens").wait_for()


def test_blocks_are_deleted_and_duplicated_from_the_panel(shop_with_web: Shop, opened: Any) -> None:
    page, slug = opened("wait", amount=1, unit="hours")
    panel(page).get_by_role("button", name="Duplicate").click()
    becomes(lambda: shop_with_web.kinds(slug), ["event_trigger", "wait", "wait"])
    panel(page).get_by_role("button", name="Delete Block").click()
    becomes(lambda: shop_with_web.kinds(slug), ["event_trigger", "wait"])


def test_everything_in_the_panel_is_reached_by_keyboard(shop_with_web: Shop, open_flow: Open) -> None:
    document = one("branch", rule={"kind": "did", "event": "Order placed"})
    document["links"].append(link("b", "b2", "no"))
    document["blocks"].append({**block("b2", "wait", amount=1, unit="hours"), "position": {"x": 140, "y": 300}})
    slug = shop_with_web.new_flow("Keyboard", document)
    page = open_flow(shop_with_web, slug)
    page.locator('[data-block="b"]').focus()
    page.keyboard.press("Enter")
    panel(page).get_by_role("button", name="Delete Block").wait_for()
    names = []
    panel(page).get_by_role("button", name="Close").focus()
    for _ in range(12):
        page.keyboard.press("Tab")
        names.append(page.evaluate("document.activeElement.ariaLabel || document.activeElement.innerText.trim()"))
    for name in ("What is looked at", "Event", "How often", "In which time", "Remove this line", "Duplicate"):
        assert any(name in told for told in names), (name, names)
