"""Nok types faster than the page is drawn: what she types stays, and so does her cursor."""

from typing import Any

import pytest

from tests.browser import ready, until
from tests.pages.conftest import Look, Web

pytestmark = pytest.mark.browser

PRESS_AND_TYPE = """([button, field, text]) => {
  button.click();
  field.focus();
  field.value = text;
  field.dispatchEvent(new Event("input", { bubbles: true }));
}"""
"""In one breath: nothing can come from the server between them."""


def press_and_type(page: Any, button: Any, field: Any, text: str) -> None:
    page.evaluate(PRESS_AND_TYPE, [button.element_handle(), field.element_handle(), text])


def test_a_line_of_a_rule_keeps_what_is_typed_while_another_is_added(look: Look, web: Web) -> None:
    rule = {
        "kind": "all",
        "rules": [
            {"kind": "field", "of": "contact", "field": "name", "op": "starts_with", "value": "Dewi"},
            {
                "kind": "did",
                "event": "Order placed",
                "negate": False,
                "times": 1,
                "window": {"kind": "last_days", "days": 7},
            },
        ],
    }
    drafts = web.house.desk.drafts(web.workspace)
    made = drafts.create("segment", "Fast", {"format": 1, "rule": rule}, "nok@doi-leaf.example", web.house.clock.now())
    page = look("/segments")
    page.get_by_role("link", name="Fast").first.click()
    page.wait_for_url("**/segments/fast")
    ready(page)

    # The lines become a group: they go to another place of the page while she types.
    name = page.get_by_role("textbox", name="Value")
    press_and_type(page, page.get_by_role("button", name="Or…"), name, "So")
    page.get_by_label("What is looked at").nth(2).wait_for()
    page.keyboard.type("m")
    days = page.get_by_label("Days").first
    press_and_type(page, page.get_by_role("button", name="Remove this line").last, days, "1")
    page.get_by_label("What is looked at").nth(2).wait_for(state="detached")
    page.keyboard.type("4")

    press_and_type(page, page.get_by_role("button", name="where…"), days, "21")
    page.get_by_label("Field", exact=True).nth(1).fill("total")
    total = page.get_by_role("textbox", name="Value").last
    press_and_type(page, page.get_by_role("button", name="and where…"), total, "9")
    page.get_by_label("Field", exact=True).nth(2).wait_for()
    page.keyboard.type("9")

    def typed() -> Any:
        draft = web.house.desk.drafts(web.workspace).get("segment", made.slug)
        lines = draft.document["rule"]["rules"] if draft else []
        first, second = lines[0].get("rules", lines)
        where = second.get("where") or {"rules": [{}]}
        return first["value"], second["window"]["days"], where["rules"][0].get("value")

    until(lambda: typed() == ("Som", 21, "99"))


def test_a_cap_keeps_what_is_typed_while_another_is_added(look: Look) -> None:
    page = look("/settings#limits")
    ready(page)
    card = page.locator("#limits")
    add = card.get_by_role("button", name="Add a cap")
    before = card.get_by_label("At most").count()
    add.click()
    most = card.get_by_label("At most")
    most.nth(before).wait_for()
    press_and_type(page, add, most.first, "3")
    most.nth(before + 1).wait_for()
    page.keyboard.type("1")
    card.get_by_text("31 e-mails").first.wait_for()
