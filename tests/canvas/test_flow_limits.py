"""Limits, pauses and hours set with the mouse: what lands in the draft, what is published, and the chip that says so."""

from typing import Any

import pytest

from tests.browser import becomes
from tests.canvas.conftest import Open, Shop
from tests.canvas.hands import panel
from tests.engine.stage import block, in_a_row

pytestmark = pytest.mark.browser


def test_nok_gives_a_flow_its_own_limits_and_a_holiday_and_an_e_mail_its_hours(
    shop_with_web: Shop, open_flow: Open
) -> None:
    shop = shop_with_web
    blocks = block("cart", "event_trigger", event="Checkout started"), block("mail", "send_email", email="tea")
    document: dict[str, Any] = {"format": 1, **in_a_row(*blocks)}
    document["blocks"][1]["position"] = {"x": 0, "y": 140}
    slug = shop.new_flow("Not over the holidays", document)
    page = open_flow(shop, slug)
    form = panel(page)

    form.get_by_label("How often, and when").select_option("own")
    form.get_by_role("button", name="Add a cap").click()
    form.get_by_label("In which time").select_option("days")
    form.get_by_label("Quiet hours", exact=True).select_option("own")
    form.get_by_role("button", name="Add quiet hours").click()
    form.get_by_label("From", exact=True).wait_for()
    form.get_by_label("What is over", exact=True).select_option("skip")
    cap = {"channel": "email", "most": 1, "per": "days", "hours": 24, "days": 7}
    night = {"start": "21:00", "end": "08:00", "days": []}
    wanted = {"keep": "own", "caps": [cap], "over": "skip", "quiet": [night], "in_quiet": None}
    becomes(lambda: shop.draft(slug).document.get("limits"), wanted)
    form.get_by_label("From", exact=True).fill("08:00")
    form.get_by_text("Quiet hours must leave some time in which e-mails may go out.").wait_for()
    form.get_by_label("From", exact=True).fill("21:00")
    form.get_by_text("Quiet hours must leave some time").wait_for(state="detached")
    becomes(lambda: shop.draft(slug).document.get("limits"), wanted)

    form.get_by_role("button", name="Add dates").click()
    form.get_by_label("From", exact=True).nth(1).wait_for()
    form.get_by_label("From", exact=True).last.fill("2020-01-03")
    form.get_by_label("to", exact=True).last.fill("2020-01-01")
    form.get_by_text("A pause must not end before it begins.").wait_for()
    form.get_by_label("to", exact=True).last.fill("2999-12-31")
    pause = {"from": "2020-01-03", "to": "2999-12-31", "yearly": False, "then": "wait"}
    becomes(lambda: shop.draft(slug).document.get("pauses"), [pause])

    page.locator('[data-block="mail"]').click()
    form.get_by_role("switch", name="Only at certain hours").click()
    form.get_by_role("button", name="Friday").click()
    form.get_by_label("What is due at other times").select_option("skip")
    hours = {"start": "09:00", "end": "18:00", "days": [1, 2, 3, 4], "then": "skip"}
    becomes(lambda: shop.draft(slug).document["blocks"][1]["settings"].get("hours"), hours)

    page.get_by_role("button", name="Publish").click()
    page.get_by_role("dialog").get_by_role("button", name="Publish").click()
    page.get_by_text("Pauses until 1 Jan").wait_for()
    page.goto(page.url.rsplit("/", 1)[0])
    page.get_by_role("listitem").filter(has_text="Not over the holidays").get_by_text("Pauses until 1 Jan").wait_for()
