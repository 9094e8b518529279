"""Testing a draft on the past in a real browser: the calendar, a day with its hours and people, and the process behind it."""

from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

from runtime import engine
from runtime.clock import DAY, HOUR
from runtime.intake.reading import read_events
from runtime.intake.writer import store
from tests.browser import Windows, becomes, until
from tests.canvas.conftest import Shop, make_shop
from tests.rehearsal.test_screen import FLOW

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def doi_leaf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """Dewi left a cart ten days ago, Budi one three days ago, who ordered soon; Nok, who never agreed, one twenty days ago."""
    shop = make_shop(tmp_path_factory.mktemp("past"))
    now = shop.house.clock.now()

    def happened(days: float, name: str, who: str, says: str | None) -> None:
        answer = {"consent": {"email": says, "source": "Ticked the box at checkout"}} if says else {}
        contact = {"email": f"{who.lower()}@example.com", "first_name": who, **answer}
        document = {"name": name, "contact": contact, "properties": {"total": 640}}
        with shop.house.ledger.write() as tx:
            store(tx, read_events(orjson.dumps(document), shop.workspace, "test", now - int(days * DAY)))

    happened(20, "Checkout started", "Nok", None)
    happened(10, "Checkout started", "Dewi", "yes")
    happened(3, "Checkout started", "Budi", "yes")
    happened(3 - 0.5 * HOUR / DAY, "Order placed", "Budi", None)
    while engine.work(shop.house):
        pass
    shop.start()
    yield shop
    shop.stop()
    shop.house.close()


def playing() -> list[int]:
    """The processes that play on the past."""
    found = []
    for line in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = line.read_bytes().split(b"\0")
        except OSError:
            continue
        if b"runtime.backtest" in words:
            found.append(int(line.parent.name))
    return found


def test_what_would_have_gone_out_day_by_day(doi_leaf: Shop, windows: Windows) -> None:
    slug = doi_leaf.new_flow("Abandoned cart", FLOW)
    errors: list[str] = []
    for phone in (False, True):
        size = {"width": 390, "height": 844} if phone else {"width": 1400, "height": 900}
        page = windows(doi_leaf.url, doi_leaf.token, viewport=size, has_touch=phone, is_mobile=phone).new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(f"{doi_leaf.url}/flows/{slug}/rehearse")
        tab = page.get_by_role("button", name="Test on the past")
        tab.focus()
        tab.press("Enter")
        page.locator(".heat").wait_for()
        numbers = page.locator(".bt-kv").inner_text().split("\n")
        said = dict(zip(numbers[::2], numbers[1::2], strict=True)) if "" not in numbers else {}
        said = said or dict(zip(*[iter(filter(None, numbers))] * 2, strict=True))
        assert said["Entered"] == "3"
        assert said["Left, because “Order placed” happened"] == "1"
        assert said["Not sent: they have not agreed to marketing e-mails"] == "2"
        assert page.locator(".cw-num").inner_text() == "2 Messages"
        assert page.locator(".bt-diff li").first.inner_text().startswith("No version of this Flow is live")
        assert page.locator(".heat button.c").count() in (30, 31)
        busiest = page.locator(".heat button[aria-pressed=true]")
        assert "1 Message" in (busiest.get_attribute("aria-label") or "")
        dewi = page.locator(".bt-people a", has_text="Dewi").first
        assert (dewi.get_attribute("href") or "").startswith("/contacts/")

        other = page.locator(".heat button.c:not(.is-on) b:not(:empty)").first
        other.click()
        page.locator(".bt-hours li").first.wait_for()
        becomes(page.locator(".heat button[aria-pressed=true]").count, 1)
        empty_day = page.locator(".heat button.h0").first
        empty_day.press("Enter")
        page.get_by_text("0 Messages").wait_for()
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
        assert page.evaluate("document.querySelector('.cw-top').scrollWidth") <= size["width"]

        page.get_by_role("button", name="7 days").click()
        page.locator(".cw-num", has_text="0 Messages").wait_for()
        assert not playing()
        page.get_by_role("button", name="90 days").click()
        page.get_by_role("button", name="Cancel").click()
        page.get_by_text("Cancelled").wait_for()
        until(lambda: not playing())
        page.get_by_role("button", name="One Contact").click()
        page.locator(".re-list li").first.wait_for()
        page.close()
    assert not errors, errors
    assert not list(doi_leaf.house.settings.data.glob("backtest-*"))
