"""What came of a flow stands in its settings: a bar for those in it, one for those held out, and what to think of it."""

from typing import Any

import pytest
from playwright.sync_api import expect

from blocks.values import type_document
from runtime.clock import DAY, HOUR
from runtime.engine.publishing.publish import publish
from runtime.ledger.tables import contact, event, flow, run, version
from tests.browser import becomes
from tests.canvas.conftest import Open, Shop
from tests.canvas.hands import card, panel
from tests.canvas.test_panel import one

pytestmark = pytest.mark.browser

# (people, how many of them bought two hours later)
INSIDE, HELD, LATELY = (200, 50), (100, 8), (5, 1)


@pytest.fixture
def sold(shop_with_web: Shop) -> tuple[Shop, str]:
    """A flow that is live for two months and holds a third out."""
    shop = shop_with_web
    document = one("wait", amount=1, unit="hours")
    document["blocks"][0]["settings"] = {"event": f"Tea {shop.flows} poured"}
    slug = shop.new_flow("Sold", document | {"conversion": {"event": "Tea bought", "days": 5}, "hold_out": 33})
    publish(shop.house, shop.workspace, slug, "hannah@doileaf.example")
    now = shop.house.clock.now()
    with shop.house.ledger.write(shop.workspace) as tx:
        row = tx.first(flow.select().where(tx.mine(flow), flow.c.slug == slug))
        assert row is not None
        tx.execute(version.update().where(version.c.id == row.version).values(published_at=now - 60 * DAY))
        for (people, ordered), code, at in (
            (INSIDE, None, now - 20 * DAY),
            (HELD, "held_out", now - 20 * DAY),
            (LATELY, None, now - 1 * DAY),
        ):
            ids = list(tx.reserve(people))
            somebody = {"fields": {}, "typed": type_document({}), "tags": [], "created_at": at, "seen_at": at}
            tx.insert(contact, [somebody | {"id": id_} for id_ in ids])
            entered = {"flow": row.id, "version": row.version, "key": "", "state": "ended", "block": "b", "code": code}
            entered |= {"hops": 1, "messages": 0, "entered_at": at, "arrived_at": at}
            tx.insert(
                run, [entered | {"id": new, "contact": id_} for id_, new in zip(ids, tx.reserve(people), strict=True)]
            )
            order = {"name": "Tea bought", "source": "api", "at": at + 2 * HOUR, "received_at": at, "state": "done"}
            order |= {"who": {}, "properties": {}, "typed": type_document({})}
            orders = zip(ids, tx.reserve(ordered), strict=False)
            tx.insert(event, [order | {"id": new, "contact": id_} for id_, new in orders])
    return shop, slug


def lines(page: Any) -> list[str]:
    """What the section says, line by line; nothing while it is not there."""
    section = panel(page).locator(".fe-success")
    return [] if not section.is_visible() else [text for text in section.inner_text().splitlines() if text]


def test_two_bars_say_how_many_ordered_and_how_many_of_those_held_out(sold: tuple[Shop, str], open_flow: Open) -> None:
    page = open_flow(*sold)
    becomes(
        lambda: lines(page)[:7], ["What came of it", "In the Flow", "50 of 200", "25%", "Held out", "8 of 100", "8%"]
    )
    said = lines(page)[7:]
    assert said[0] == "17 points more than among those held out. Chance alone hardly makes that much."
    assert said[1].endswith("each counted once: their 5 days are over.")
    assert said[2] == "Came in since: 4 still open, 1 with success already. They count once their time is over."
    widths = panel(page).locator(".fe-outcome .cw-bar > i").evaluate_all("all => all.map((one) => one.offsetWidth)")
    assert widths[1] / widths[0] == pytest.approx(8 / 25, abs=0.02)


def test_what_counts_as_a_success_is_changed_and_counted_anew(sold: tuple[Shop, str], open_flow: Open) -> None:
    page = open_flow(*sold)
    becomes(lambda: lines(page)[2:3], ["50 of 200"])
    panel(page).get_by_label("What counts as a success").fill("Tea reviewed")
    becomes(lambda: lines(page)[2:3], ["0 of 200"])
    panel(page).get_by_label("What counts as a success").fill("")
    becomes(lambda: lines(page), [])
    # The settings are drawn again when a block was looked at.
    panel(page).get_by_label("What counts as a success").fill("Tea bought")
    becomes(lambda: lines(page)[2:3], ["50 of 200"])
    card(page, "Wait 1 hour").click()
    panel(page).get_by_label("Wait for").wait_for()
    page.keyboard.press("Escape")
    becomes(lambda: lines(page)[2:3], ["50 of 200"])


def test_a_flow_that_never_was_live_has_nothing_to_say(shop_with_web: Shop, open_flow: Open) -> None:
    document = one("wait", amount=1, unit="hours") | {"conversion": {"event": "Tea bought", "days": 5}}
    page = open_flow(shop_with_web, shop_with_web.new_flow("Unsold", document))
    panel(page).get_by_label("What counts as a success").wait_for()
    page.get_by_text("Draft saved").wait_for()
    assert lines(page) == []


def test_a_number_that_cannot_be_is_named_and_what_counts_until_then(sold: tuple[Shop, str], open_flow: Open) -> None:
    shop, slug = sold
    page = open_flow(shop, slug)
    share, days = (
        panel(page).get_by_label("Hold-out in per cent"),
        panel(page).get_by_label("Days", exact=True).last,
    )
    page.set_viewport_size({"width": 1400, "height": 828})
    share.fill("60")
    said = panel(page).get_by_text("Type a whole number from 0 to 50. Until then it stays 33.")
    expect(said).to_be_in_viewport(ratio=1)  # the field was the last thing that could be seen
    days.fill("91")
    panel(page).get_by_text("Type a whole number from 1 to 90. Until then it stays 5.").wait_for()
    share.fill("50")
    panel(page).get_by_text("Until then it stays 33.").wait_for(state="detached")
    becomes(lambda: shop.draft(slug).document.get("hold_out"), 50)
    assert shop.draft(slug).document["conversion"]["days"] == 5
    days.fill("")
    panel(page).get_by_text("Type a whole number from 1 to 90. Until then it stays 5.").wait_for()
    days.fill("7")
    panel(page).get_by_text("Until then it stays").wait_for(state="detached")
    becomes(lambda: shop.draft(slug).document["conversion"]["days"], 7)
