"""Other values on the page of the rehearsal, in a real browser; and what is said of those that cannot be."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.browser import becomes
from tests.canvas.conftest import Shop
from tests.rehearsal.test_screen import doi_leaf, lit, shows, visit

__all__ = ["doi_leaf", "visit"]
pytestmark = pytest.mark.browser


def asks(of: str, field: str, op: str, value: Any) -> dict[str, Any]:
    """A flow that lets those who meet a rule wait a day."""
    rule = {"kind": "field", "of": of, "field": field, "op": op, "value": value}
    return {
        "blocks": [
            {"id": "cart", "kind": "event_trigger", "settings": {"event": "Checkout started"}},
            {"id": "ask", "kind": "branch", "settings": {"rule": rule}},
            {"id": "yes", "kind": "wait", "settings": {"amount": 1, "unit": "days"}},
        ],
        "links": [{"from": "cart", "to": "ask"}, {"from": "ask", "outlet": "yes", "to": "yes"}],
        "exits": [{"event": "Order placed"}],
    }


def test_somebody_made_up_in_the_country_that_the_flow_asks_for(doi_leaf: Shop, visit: Callable[..., Any]) -> None:
    slug = doi_leaf.new_flow("Thailand", asks("contact", "country", "is", ["TH", "LA"]))
    page = visit(f"/flows/{slug}/rehearse", phone=True)
    page.get_by_role("button", name="Pretend to be").click()
    page.get_by_role("button", name="Make somebody up").click()
    page.locator(".re-list .what", has_text="Goes to No").wait_for()
    page.locator("summary[aria-label='More about them']").click()
    page.get_by_role("combobox", name="country").click()
    page.get_by_role("option", name="TH").click()
    page.locator(".re-list .what", has_text="Goes to Yes").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_another_total_and_back_to_nothing(doi_leaf: Shop, visit: Callable[..., Any]) -> None:
    page = visit(f"/flows/{doi_leaf.new_flow('Dear carts', asks('event', 'total', 'over', 1000))}/rehearse")
    becomes(lambda: lit(page), ["cart", "ask"])
    page.locator(".re-begins summary").click()
    total = page.get_by_role("textbox", name="total")
    becomes(total.input_value, "640")
    total.fill("1200")
    becomes(lambda: lit(page), ["cart", "ask", "yes"])
    assert page.locator(".re-list .what").first.inner_text() == "Started a checkout of ฿1,200"
    total.fill("")
    becomes(lambda: lit(page), ["cart", "ask"])


def test_a_field_of_ones_own_for_an_event_after_the_start(doi_leaf: Shop, visit: Callable[..., Any]) -> None:
    flow = asks("event", "total", "over", 0)
    flow["exits"] = [
        {"event": "Order placed", "where": {"kind": "field", "of": "event", "field": "paid", "op": "is_true"}}
    ]
    page = visit(f"/flows/{doi_leaf.new_flow('Paid', flow)}/rehearse")
    page.get_by_label("Hour").fill("12:00")
    page.get_by_role("button", name="Add an event").click()
    shows(page, "Reached the end of the Flow")
    row = page.locator(".re-later", has=page.get_by_role("textbox", name="Days later"))
    row.locator("summary").click()  # before anything is said above it, which would move it away from under the mouse
    row.get_by_label("Hour").fill("23:59")
    row.get_by_role("textbox", name="Days later").fill("0")
    row.get_by_role("combobox", name="paid").select_option("Yes")
    shows(page, "Left the Flow")
    row.get_by_role("button", name="Add a field").click()
    row.get_by_role("textbox", name="Field").fill("order_number")
    row.get_by_role("textbox", name="order number").fill("#77")
    page.locator(".re-list .what", has_text="Placed order #77").wait_for()


def test_one_more_of_what_starts_the_flow_leaves_the_start(doi_leaf: Shop, visit: Callable[..., Any]) -> None:
    page = visit(f"/flows/{doi_leaf.new_flow('Again', asks('event', 'total', 'over', 0))}/rehearse")
    page.get_by_role("button", name="Add an event").click()
    event = page.get_by_role("combobox", name="What happens")
    event.fill("Checkout started")
    page.get_by_role("option", name="Checkout started").click()
    becomes(page.locator(".re-list .what", has_text="Started a checkout").count, 2)
    event.fill("Tea tasted")
    page.get_by_role("option", name="Use “Tea tasted”").wait_for()


def test_what_cannot_be_is_said_where_it_was_typed(doi_leaf: Shop, visit: Callable[..., Any]) -> None:
    page = visit(f"/flows/{doi_leaf.new_flow('Odd', asks('event', 'total', 'over', 0))}/rehearse")
    page.get_by_label("Hour").fill("07:30")
    page.get_by_role("button", name="Add an event").click()
    row = page.locator(".re-later", has=page.get_by_role("textbox", name="Days later"))
    days, hour = row.get_by_role("textbox", name="Days later"), row.get_by_label("Hour")
    said = row.locator(".cw-help.is-bad")
    for typed in ("400", "-3", ""):
        days.fill(typed)
        row.get_by_text("Type 0 to 90 days. Until then, it happens 1 day later.").wait_for()
    days.fill("0")
    hour.fill("01:00")
    row.get_by_text("That is before the start at 07:30, so it happens at the start.").wait_for()
    assert hour.get_attribute("aria-invalid") == "true"
    page.get_by_label("Hour").first.fill("00:30")
    said.wait_for(state="hidden")

    day = page.get_by_label("Day", exact=True)
    day.fill("9999-01-01")
    page.get_by_text("Choose a day from 1971 to 2999. Until then, it starts on").wait_for()
    day.fill("2026-12-01")
    page.get_by_text("Choose a day from 1971").wait_for(state="detached")

    page.get_by_role("button", name="Pretend to be").click()
    page.get_by_role("button", name="Make somebody up").click()
    page.get_by_role("textbox", name="E-mail address").fill("budi")
    page.get_by_text("This is no e-mail address, so no e-mail reaches them.").wait_for()
