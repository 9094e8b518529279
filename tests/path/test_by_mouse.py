"""The whole path with the mouse: sign in, draw the abandoned cart, compose its e-mail, publish, and the right one gets it.

The web process is real and so is the mail server; the worker's part is done here, with a clock that skips the hour.
"""

import json
import re
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from runtime import delivery, engine
from runtime.accounts import keys, links, preferences, users
from runtime.clock import HOUR, SetClock
from tests.browser import Windows, until
from tests.canvas.conftest import Shop, make_shop
from tests.canvas.hands import card, drag, panel, plus_after
from tests.delivery.smtp_server import SmtpServer
from tests.studio.hands import Studio

pytestmark = pytest.mark.browser

DEWI, SOMCHAI = "dewi@example.com", "somchai@example.com"


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    shop = make_shop(tmp_path)
    shop.start()
    yield shop
    shop.stop()
    shop.house.close()


@pytest.fixture
def page(shop: Shop, windows: Windows) -> Iterator[Any]:
    page = windows(shop.url, viewport={"width": 1400, "height": 900}).new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    assert not errors, errors


def test_from_an_empty_canvas_to_the_mail_in_dewis_inbox(shop: Shop, page: Any) -> None:
    token = links.make(shop.house, users.first(shop.house).id)
    page.goto(f"{shop.url}/sign-in/{token}")
    page.wait_for_url("**/flows*")

    draw(shop, page)
    compose(shop, page)
    publish(page)

    # The website tells what happens: two carts, and an order for one of them.
    _, key = keys.create(shop.house, shop.workspace, "ingest", "Website")
    happens(
        shop, key, "Checkout started", DEWI, checkout_token="c1", total=640, items=[{"title": "Oolong", "price": 640}]
    )
    happens(shop, key, "Checkout started", SOMCHAI, checkout_token="c2", total=300)
    happens(shop, key, "Order placed", SOMCHAI, checkout_token="c2", total=300)
    post_office = SmtpServer()
    try:
        work(shop, post_office, hours=0)
        assert post_office.taken == []
        work(shop, post_office, hours=1)
        (mail,) = post_office.taken
    finally:
        post_office.close()
    assert mail.recipient == DEWI
    assert mail.parsed["Subject"] == "Dewi, Your tea is waiting"
    assert "We kept the oolong for you." in mail.text("html")
    assert "Oolong" in mail.text("html")


def draw(shop: Shop, page: Any) -> None:
    """Trigger, wait, split and e-mail, from the palette onto the canvas."""
    slug = shop.new_flow("Abandoned cart")
    page.goto(f"{shop.url}/flows/{slug}")
    page.get_by_text("Start with a trigger").wait_for()
    drag(page, "abandoned_cart", at=(620, 180))
    drag(page, "wait", onto=plus_after(page, "without paying"))
    drag(page, "branch", onto=plus_after(page, "Wait 1 hour"))
    drag(page, "send_email", onto=plus_after(page, ", No"))
    page.get_by_role("button", name="Add an exit rule").first.click()
    panel(page).get_by_label("Leaves when").fill("Order placed")
    page.get_by_text("Leaves at any point when they place an order").wait_for()
    until(lambda: shop.kinds(slug) == ["event_trigger", "wait", "branch", "send_email"])


def compose(shop: Shop, page: Any) -> None:
    """The e-mail that is on the desk gets a subject, a text and the products of the cart."""
    card(page, "Choose an e-mail").click()
    panel(page).get_by_role("heading", name="Choose an e-mail").wait_for()
    panel(page).get_by_role("combobox", name="E-mail").click()
    page.get_by_role("option", name="Your tea is waiting").click()
    card(page, "“Your tea is waiting”").wait_for()
    panel(page).get_by_text("Edit e-mail").click()
    page.wait_for_url(re.compile("/emails/tea"))
    studio = Studio(page, "tea", lambda: shop.house.desk.drafts(shop.workspace).get("email", "tea"))  # type: ignore[arg-type,return-value]
    studio.wait()
    studio.choose_head()
    studio.box("Subject").click()
    page.keyboard.press("Home")
    page.keyboard.type(", ")
    page.keyboard.press("Home")
    studio.insert("Subject", "First name")
    studio.choose("Heading")
    studio.add("text")
    studio.box("Text").click()
    page.keyboard.type("We kept the oolong for you.")
    studio.add("products")
    studio.mail.get_by_text("We kept the oolong for you.").wait_for()
    until(lambda: "products" in studio.kinds)
    page.get_by_role("button", name="Done").click()
    page.wait_for_url(re.compile("/flows/flow-1"))


def publish(page: Any) -> None:
    """Nothing is wrong, so it goes live."""
    page.locator(".fe-problems").wait_for(state="hidden")
    page.get_by_role("button", name="Publish").click()
    page.get_by_role("dialog").get_by_role("button", name="Publish").click()
    page.locator(".cw-top .cw-state.is-live").wait_for()


def happens(shop: Shop, key: str, name: str, email: str, **properties: Any) -> None:
    """What the shop's website posts."""
    consent = {"email": "yes", "source": "Checkout"}
    contact = {"email": email, "first_name": email.split("@")[0].title(), "consent": consent}
    body = json.dumps({"name": name, "contact": contact, "properties": properties}).encode()
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    with urllib.request.urlopen(urllib.request.Request(f"{shop.url}/api/v1/events", body, headers)) as answer:
        assert json.load(answer) == {"accepted": 1, "duplicates": 0}


def work(shop: Shop, post_office: SmtpServer, *, hours: int) -> None:
    """What the worker does, so many hours from now."""
    there = {"smtp_url": post_office.url, "base_url": "https://mail.doileaf.example"}
    settings = shop.house.settings.model_copy(update=there)
    preferences.save_sender(shop.house, shop.workspace, preferences.Sender(address="nok@doileaf.example"))
    later = replace(shop.house, clock=SetClock(shop.house.clock.now() + hours * HOUR + 1_000_000), settings=settings)
    while engine.work(later) | delivery.deliver(later):
        pass
    delivery.leave(later)
