"""Rehearsing in a real browser: who, when, what happens, what would come of it, and the way on the canvas."""

from collections.abc import Callable, Iterator
from typing import Any

import orjson
import pytest

from runtime import engine
from runtime.intake.reading import read_events
from runtime.intake.writer import store
from runtime.ledger.tables import metadata
from tests.browser import Windows, becomes
from tests.canvas.conftest import Shop, make_shop

pytestmark = pytest.mark.browser
FLOW: dict[str, Any] = {
    "blocks": [
        {
            "id": "cart",
            "kind": "event_trigger",
            "settings": {"event": "Checkout started"},
            "position": {"x": 0, "y": 0},
        },
        {"id": "hour", "kind": "wait", "settings": {"amount": 1, "unit": "hours"}, "position": {"x": 0, "y": 140}},
        {"id": "mail", "kind": "send_email", "settings": {"email": "tea"}, "position": {"x": 0, "y": 260}},
        {"id": "days", "kind": "wait", "settings": {"amount": 3, "unit": "days"}, "position": {"x": 0, "y": 400}},
        {"id": "last", "kind": "send_email", "settings": {"email": "tea"}, "position": {"x": 0, "y": 520}},
    ],
    "links": [
        {"from": "cart", "to": "hour"},
        {"from": "hour", "to": "mail"},
        {"from": "mail", "to": "days"},
        {"from": "days", "to": "last"},
    ],
    "exits": [{"event": "Order placed"}],
}


@pytest.fixture(scope="module")
def doi_leaf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """A shop with its web process, and Dewi, who has left a cart."""
    shop = make_shop(tmp_path_factory.mktemp("rehearsal"))
    consent = {"email": "yes", "source": "Ticked the box at checkout"}
    dewi = {"email": "dewi@example.com", "first_name": "Dewi", "zone": "Asia/Jakarta", "consent": consent}
    cart = {"total": 640, "currency": "THB", "items": [{"title": "Mae Salong oolong"}]}
    document = {"name": "Checkout started", "contact": dewi, "properties": cart}
    events = read_events(orjson.dumps(document), shop.workspace, "test", shop.house.clock.now())
    with shop.house.ledger.write() as tx:
        store(tx, events)
    while engine.work(shop.house):
        pass
    shop.start()
    yield shop
    shop.stop()
    shop.house.close()


@pytest.fixture
def visit(doi_leaf: Shop, windows: Windows) -> Iterator[Callable[..., Any]]:
    """Opens an address of the shop in Hannah's browser. An error in a page fails the test."""
    errors: list[str] = []

    def open_(path: str, *, phone: bool = False) -> Any:
        size = {"width": 390, "height": 844} if phone else {"width": 1400, "height": 900}
        page = windows(doi_leaf.url, doi_leaf.token, viewport=size, has_touch=phone, is_mobile=phone).new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(doi_leaf.url + path)
        return page

    yield open_
    assert not errors, errors


def entries(page: Any) -> list[str]:
    """What the entries say, without their times."""
    return list(page.locator(".re-list .what").all_inner_texts())


def shows(page: Any, last: str) -> None:
    """Wait until the last entry says so."""
    page.locator(".re-list li:last-child .what", has_text=last).wait_for()


def lit(page: Any) -> list[str]:
    """The blocks on the way."""
    return list(page.locator(".cw-block.is-path").evaluate_all("found => found.map((one) => one.dataset.block)"))


def rows(shop: Shop) -> int:
    """How many rows the ledger has, but for sessions and what processes say of themselves."""
    with shop.house.ledger.read() as tx:
        tables = [table for name, table in metadata.tables.items() if name not in ("pulse", "session", "account")]
        return sum(len(tx.all(table.select())) for table in tables)


def test_dewi_orders_the_next_day(doi_leaf: Shop, visit: Callable[..., Any]) -> None:
    slug = doi_leaf.new_flow("Abandoned cart", FLOW)
    before = rows(doi_leaf)
    page = visit(f"/flows/{slug}")
    page.get_by_role("button", name="Rehearse").click()
    page.wait_for_url("**/rehearse")
    shows(page, "Reached the end of the Flow")
    assert entries(page)[0] == "Started a checkout of ฿640"
    becomes(page.locator(".re-thumb").count, 2)
    becomes(lambda: lit(page), ["cart", "hour", "mail", "days", "last"])

    page.get_by_role("button", name="Add an event").click()
    shows(page, "Left the Flow")
    becomes(page.locator(".re-thumb").count, 1)
    becomes(lambda: lit(page), ["cart", "hour", "mail", "days"])
    assert "Because “Order placed” happened" in page.locator(".re-list li:last-child").inner_text()
    assert rows(doi_leaf) == before


def test_the_slider_jumps_in_time_by_keyboard(doi_leaf: Shop, visit: Callable[..., Any]) -> None:
    page = visit(f"/flows/{doi_leaf.new_flow('Abandoned cart', FLOW)}/rehearse")
    shows(page, "Reached the end of the Flow")
    slider = page.get_by_role("slider", name="Jump in time")
    slider.focus()
    slider.press("Home")
    page.locator(".re-now", has_text="0 Messages so far").wait_for()
    page.wait_for_function("document.querySelectorAll('.cw-block.is-path').length === 2")
    becomes(page.locator(".re-list li.is-later").count, 4)
    slider.press("ArrowRight")
    page.locator(".re-now", has_text="1 Message so far").wait_for()
    page.wait_for_function("document.querySelectorAll('.cw-block.is-path').length === 4")


def test_each_message_opens_as_it_would_arrive(doi_leaf: Shop, visit: Callable[..., Any]) -> None:
    page = visit(f"/flows/{doi_leaf.new_flow('Abandoned cart', FLOW)}/rehearse")
    shows(page, "Reached the end of the Flow")
    page.locator(".re-thumb").first.click()
    frame = page.locator("iframe.re-mail")
    assert "allow-scripts" not in frame.get_attribute("sandbox")
    page.frame_locator("iframe.re-mail").get_by_text("Your tea is still in the cart").wait_for()


def test_somebody_made_up_who_never_agreed(doi_leaf: Shop, visit: Callable[..., Any]) -> None:
    page = visit(f"/flows/{doi_leaf.new_flow('Abandoned cart', FLOW)}/rehearse", phone=True)
    shows(page, "Reached the end of the Flow")
    page.get_by_role("button", name="Pretend to be").click()
    page.get_by_role("button", name="Make somebody up").click()
    page.get_by_role("button", name="Never asked").click()
    page.locator(".re-list .why", has_text="Because they have not agreed to marketing e-mails").first.wait_for()
    page.locator(".re-thumb").first.wait_for(state="detached")
    zone = page.get_by_role("combobox", name="Time zone")
    zone.fill("New York")
    page.get_by_role("option", name="America/New York").click()
    page.locator(".re-zone", has_text="America/New York").wait_for()
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= 390


def test_a_flow_with_a_zone_of_its_own_begins_and_is_told_by_its_clocks(
    doi_leaf: Shop, visit: Callable[..., Any]
) -> None:
    """Dewi lives in Jakarta; on the flow's clocks it is seven hours later."""
    kiribati = {**FLOW, "zone": "Pacific/Kiritimati"}
    page = visit(f"/flows/{doi_leaf.new_flow('Abandoned cart', kiribati)}/rehearse")
    shows(page, "Reached the end of the Flow")
    page.get_by_text("Times in Pacific/Kiritimati (UTC+14), by whose clocks this Flow goes").wait_for()
    began = page.locator(".re-list .when").first.inner_text()
    hour = page.get_by_label("Hour", exact=True).first.input_value()
    assert began.endswith(hour)


def test_a_flow_that_cannot_be_published_says_why(doi_leaf: Shop, visit: Callable[..., Any]) -> None:
    broken = {**FLOW, "blocks": [*FLOW["blocks"][:4], {**FLOW["blocks"][4], "settings": {"email": ""}}]}
    page = visit(f"/flows/{doi_leaf.new_flow('Half done', broken)}/rehearse")
    page.get_by_text("This Flow cannot be rehearsed yet").wait_for()
    assert page.locator(".re-problems li").inner_text().endswith("Choose an e-mail first")
    assert lit(page) == []
