"""Who is inside a flow, with the mouse: found, let go on, put back, taken out; and why somebody is not there."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select

from blocks.values import micros, type_document
from runtime.clock import HOUR, MINUTE
from runtime.engine.by_hand.handling import skip_wait
from runtime.engine.publishing.publish import publish
from runtime.engine.work import Engine
from runtime.ledger import tables
from tests.browser import becomes, choose, until
from tests.engine.stage import block, in_a_row, link
from tests.pages.conftest import Look, Web
from tests.pages.doi_leaf import HANNAH

pytestmark = pytest.mark.browser

MINA, RUMI, TARO = "mina@example.com", "rumi@example.com", "taro@example.com"


@pytest.fixture(scope="module")
def carts(web: Web) -> Web:
    """Three more people have left a cart, minutes apart."""
    for minutes, who in ((50, MINA), (40, RUMI), (30, TARO)):
        arrives(web, who, minutes=minutes)
    return web


def arrives(web: Web, who: str, *, minutes: int, name: str = "Checkout started") -> None:
    """Somebody has left a cart, or else, so many minutes ago, and the engine has done its work."""
    at = web.house.clock.now() - minutes * MINUTE
    with web.house.ledger.write(web.workspace) as tx:
        row = {"id": tx.reserve(1)[0], "name": name, "source": "api", "contact": None}
        told = {"at": at, "received_at": at, "who": {"email": who}, "properties": {"total": 900}}
        tx.insert(tables.event, [row | told | {"typed": type_document({"total": 900}), "state": "new"}])
    engine = Engine(web.house)
    while engine.work():
        pass


def stands(web: Web, who: str) -> tuple[str, str, int]:
    """(block, state, hour in which they go on) of somebody's run."""
    with web.house.ledger.read(web.workspace) as tx:
        query = select(tables.run.c.block, tables.run.c.state, tables.run.c.wake_at)
        row = tx.first(
            query.join(tables.contact, tables.contact.c.id == tables.run.c.contact).where(tables.contact.c.email == who)
        )
    assert row is not None
    return row.block, row.state, (row.wake_at or 0) // HOUR


def row(page: Any, who: str) -> Any:
    return page.locator(".ru-row", has_text=who)


def test_somebody_is_found_let_go_on_and_taken_out(look: Look, carts: Web) -> None:
    page = look("/flows")
    choose(page.get_by_label("More for Abandoned cart"), "Who is inside")
    row(page, MINA).wait_for()
    becomes(page.locator(".ru-row").count, 4)
    inside = page.get_by_role("button", name="Inside")
    assert inside.inner_text().split() == ["Inside", "4"]
    assert "Wait 1 hour" in row(page, MINA).inner_text()
    assert "Waits until" in row(page, MINA).inner_text()

    page.get_by_label(f"Choose {TARO}").check()
    page.get_by_role("button", name="Move to another Block").click()
    dialog = page.locator(".cw-dialog")
    dialog.locator(".fm-block").nth(1).click()
    becomes(dialog.get_by_role("combobox").input_value, "“Your tea is waiting”")
    dialog.locator(".fm-block").nth(0).click()
    becomes(dialog.get_by_role("combobox").input_value, "Wait 1 hour")
    dialog.get_by_role("button", name="Move").click()
    page.get_by_text("1 person goes on from Wait 1 hour.").wait_for()
    page.locator(".cw-toast").get_by_role("button", name="Undo").click()
    page.get_by_text("1 person is back where they were.").wait_for()

    page.get_by_label("Find by name or address").fill("rumi@")
    page.wait_for_function("document.querySelectorAll('.ru-row').length === 1")
    page.get_by_label(f"Choose {RUMI}").check()
    page.get_by_role("button", name="Wait no longer").click()
    until(lambda: stands(carts, RUMI)[:2] == ("mail", "ended"))
    page.get_by_text("1 person waits no longer.").wait_for()

    page.get_by_label("Find by name or address").fill("")
    page.wait_for_function("document.querySelectorAll('.ru-row').length === 3")
    for who in (MINA, TARO):
        page.get_by_label(f"Choose {who}").check()
    page.get_by_role("button", name="Take out").click()
    page.get_by_text("Take 2 people out of the Flow?").wait_for()
    page.locator(".cw-dialog").get_by_role("button", name="Take out").click()
    until(lambda: {stands(carts, who)[1] for who in (MINA, TARO)} == {"left"})
    page.get_by_text("2 people are taken out of the Flow.").wait_for()
    becomes(lambda: inside.inner_text().split(), ["Inside", "1"])

    page.get_by_role("button", name="Left early", exact=True).click()
    row(page, TARO).locator("a").click()
    page.get_by_text("Taken out by Nok").wait_for()
    page.locator(".ru-picture").wait_for()


def test_who_is_not_there_is_explained(look: Look, carts: Web) -> None:
    page = look("/flows/cart/runs")
    page.get_by_label("Find by name or address").fill("hannah@example.com")
    page.get_by_text("Hannah Whitfield has never been in this Flow.").wait_for()
    page.get_by_text("“Checkout started” has never happened to them").wait_for()
    page.get_by_label("Find by name or address").fill("hanah@example.com")
    page.get_by_text("No Contact has the address hanah@example.com.").wait_for()


def test_of_a_flow_that_was_never_live_it_says_so(look: Look, web: Web) -> None:
    now = web.house.clock.now()
    web.house.desk.drafts(web.workspace).put("flow", "not-published", "Drawn", {"name": "Drawn"}, "Nok", now)
    page = look("/flows/not-published/runs")
    page.get_by_text("Nobody has been in this Flow yet").wait_for()
    page.get_by_text("Once it is published, you see here who is where.").wait_for()
    assert page.get_by_text("may have been removed").count() == 0


@pytest.mark.parametrize("page", ["runs", "versions", "versions/compare"])
def test_of_a_flow_that_is_not_there_it_says_that(look: Look, page: str) -> None:
    look(f"/flows/not-there/{page}").get_by_text("There is no such Flow").wait_for()


def test_the_step_says_what_became_of_its_message(look: Look, carts: Web) -> None:
    sent, runs = tables.message, tables.run
    arrives(carts, "sora@example.com", minutes=5)
    with carts.house.ledger.read(carts.workspace) as tx:
        latest = tx.first(select(runs.c.id, runs.c.hops).order_by(runs.c.id.desc()).limit(1))
    assert latest is not None
    skip_wait(carts.house, carts.workspace, {latest.id: latest.hops}, "Nok")
    with carts.house.ledger.read(carts.workspace) as tx:
        found = tx.first(select(sent.c.id, sent.c.run).where(sent.c.run == latest.id))
    assert found is not None
    page = look(f"/flows/cart/runs/{found.run}")
    step = page.locator(".cw-time li", has_text="Your tea is waiting")
    step.get_by_text("The Message was queued").wait_for()
    page.get_by_text("Times in Asia/Bangkok, where your shop is").wait_for()
    with carts.house.ledger.write(carts.workspace) as tx:
        refused = {"state": "skipped", "code": "no_consent", "done_at": carts.house.clock.now()}
        tx.execute(sent.update().where(sent.c.id == found.id).values(**refused))
    page.reload()
    step.get_by_text("Not sent").wait_for()
    step.get_by_text("Because they have not agreed to marketing e-mails").wait_for()
    assert step.get_by_text("The Message was queued").count() == 0


def test_a_contact_is_told_why_not_for_each_live_flow(look: Look, carts: Web) -> None:
    page = look(f"/contacts/{HANNAH}")
    page.get_by_role("button", name="Why not?").click()
    page.locator(".cw-dialog", has_text="“Checkout started” has never happened to them").wait_for()


def test_who_goes_the_last_way_has_left_wherever_that_is_told(look: Look, web: Web) -> None:
    exits = [{"event": "Tasting cancelled"}]
    asked = in_a_row(block("cart", "event_trigger", event="Tasting booked"), block("wait", "wait")) | {"exits": exits}
    asked["blocks"] += [block("bye", "on_leaving"), block("days", "wait", amount=2, unit="days")]
    asked["links"] += [link("bye", "days")]
    drafts = web.house.desk.drafts(web.workspace)
    slug = drafts.create("flow", "Tasting", {**asked, "name": "Tasting"}, "nok", web.house.clock.now()).slug
    publish(web.house, web.workspace, slug, "nok")
    arrives(web, TARO, minutes=2, name="Tasting booked")
    arrives(web, TARO, minutes=1, name="Tasting cancelled")
    page = look(f"/flows/{slug}/runs")
    row(page, TARO).get_by_text("Has left, on the last way").wait_for()
    row(page, TARO).locator("a").click()
    page.get_by_text("Left the Flow", exact=True).wait_for()
    page.get_by_text("Goes on by the last way").wait_for()
    assert page.get_by_text("Entered the Flow", exact=True).count() == 1
    page.get_by_role("heading", level=1).get_by_role("link").click()
    page.locator(".ru-flow", has_text="Tasting").get_by_role("button", name="Why?").click()
    page.get_by_text(f"{TARO} has left this Flow, and gets what is drawn for those who leave.").wait_for()
    page.get_by_text("Because “Tasting cancelled” happened").first.wait_for()


def test_on_the_page_of_a_contact_the_days_of_their_flows_are_theirs(look: Look, carts: Web) -> None:
    evening = micros(datetime(2026, 11, 20, 12, tzinfo=UTC))
    with carts.house.ledger.write(carts.workspace) as tx:
        mina = tx.scalar(select(tables.contact.c.id).where(tables.contact.c.email == MINA))
        tx.execute(tables.contact.update().where(tables.contact.c.id == mina).values(zone="Pacific/Kiritimati"))
        tx.execute(tables.run.update().where(tables.run.c.contact == mina).values(state="ended", ended_at=evening))
    page = look(f"/contacts/{mina}")
    page.locator(".ru-flow", has_text="Abandoned cart").get_by_text("Reached the end on 21 Nov 2026").wait_for()


def test_on_a_phone_who_chooses_all_finds_the_box_above_the_others(look: Look, carts: Web) -> None:
    page = look("/flows/cart/runs?state=all", phone=True)
    page.locator(".ru-row").first.wait_for()
    lefts = {round(box.bounding_box()["x"]) for box in page.locator(".ru-tick").all()}
    assert len(lefts) == 1
