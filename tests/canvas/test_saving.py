"""Cut connections, stopped servers, closed sessions: what was drawn is not lost, and the bar says how it is."""

import pytest

from tests.browser import becomes, until
from tests.canvas.conftest import Open, Shop, make_shop, ready
from tests.canvas.hands import card, drag, panel
from tests.canvas.test_two_tabs import two_steps

pytestmark = pytest.mark.browser


def test_what_is_drawn_offline_is_stored_when_the_connection_is_back(shop_with_web: Shop, open_flow: Open) -> None:
    shop = shop_with_web
    slug = shop.new_flow("Train tunnel", two_steps())
    page = open_flow(shop, slug)
    card(page, "Wait 1 hour").wait_for()
    page.context.set_offline(True)
    # Chromium keeps an open socket when it goes offline; a train tunnel does not.
    page.evaluate("window.socket.io.engine.close()")
    page.locator(".fe-saved .off").wait_for(state="visible")
    assert page.locator(".fe-saved").inner_text() == "Offline. Changes are kept in this browser."
    drag(page, "add_tag", at=(900, 300))
    page.locator(".cw-block.f-action").wait_for()
    page.context.set_offline(False)
    until(lambda: "update_contact" in shop.kinds(slug))
    page.locator(".fe-saved .off").wait_for(state="hidden")


def test_what_was_drawn_while_the_server_was_gone_is_back_after_it(
    tmp_path_factory: pytest.TempPathFactory, open_flow: Open
) -> None:
    shop = make_shop(tmp_path_factory.mktemp("restart"))
    shop.start()
    try:
        slug = shop.new_flow("Power cut", two_steps())
        page = open_flow(shop, slug)
        card(page, "Wait 1 hour").wait_for()
        shop.stop(kill=True)
        drag(page, "add_tag", at=(900, 300))
        page.locator(".cw-block.f-action").wait_for()
        assert "update_contact" not in shop.kinds(slug)
        shop.start()
        page.locator(".cw-toast", has_text="Changes that had not been saved are back.").wait_for()
        until(lambda: "update_contact" in shop.kinds(slug))
    finally:
        shop.stop()
        shop.house.close()


def test_a_draft_kept_in_the_browser_does_not_undo_what_was_saved_since(
    tmp_path_factory: pytest.TempPathFactory, open_flow: Open
) -> None:
    shop = make_shop(tmp_path_factory.mktemp("conflict"))
    shop.start()
    try:
        slug = shop.new_flow("Tea", two_steps())
        page = open_flow(shop, slug)
        card(page, "Wait 1 hour").wait_for()
        shop.stop(kill=True)
        drag(page, "add_tag", at=(900, 300))
        page.locator(".cw-block.f-action").wait_for()
        drafts = shop.house.desk.drafts(shop.workspace)
        theirs = two_steps() | {"name": "Tea"}
        drafts.save("flow", slug, theirs, 1, "somchai@doileaf.example", shop.house.clock.now())
        shop.start()
        page.get_by_text("This browser kept changes that were not saved").wait_for()
        assert "update_contact" not in shop.kinds(slug)
        page.get_by_role("button", name="Keep them as a copy").click()
        page.get_by_text("Kept as “Tea, copy”").wait_for()
        copies = [draft for draft in drafts.list("flow") if draft.name == "Tea, copy"]
        assert [block["kind"] for block in copies[0].document["blocks"]][-1] == "update_contact"
        assert "update_contact" not in shop.kinds(slug)
    finally:
        shop.stop()
        shop.house.close()


def test_a_page_that_was_signed_out_changes_nothing(shop_with_web: Shop, open_flow: Open) -> None:
    from runtime.accounts import sessions, users

    shop = shop_with_web
    slug = shop.new_flow("Signed out", two_steps())
    page = open_flow(shop, slug)
    card(page, "Wait 1 hour").click()
    found = sessions.find(shop.house, shop.token)
    assert found is not None
    sessions.end(shop.house, found.digest)
    try:
        panel(page).get_by_label("Wait for").fill("2")
        # The page leads to signing in; the browser keeps what was typed.
        page.wait_for_url("**/sign-in**")
        assert shop.draft(slug).document["blocks"][1]["settings"]["amount"] == 1
    finally:
        shop.token = sessions.begin(shop.house, users.first(shop.house).id)
    page.context.add_cookies([{"name": "cartwheel_session", "value": shop.token, "url": shop.url}])
    page.goto(f"{shop.url}/flows/{slug}")
    ready(page)
    page.locator(".cw-toast", has_text="Changes that had not been saved are back.").wait_for()
    becomes(lambda: shop.draft(slug).document["blocks"][1]["settings"]["amount"], 2)


def test_an_address_without_a_flow_leads_back_to_all_flows(shop_with_web: Shop, open_flow: Open) -> None:
    page = open_flow(shop_with_web, shop_with_web.new_flow("There", two_steps()))
    page.goto(f"{shop_with_web.url}/flows/not-there")
    page.get_by_text("There is no such Flow").wait_for()
    page.get_by_role("link", name="All Flows").click()
    page.wait_for_url("**/flows")


def test_a_flow_written_by_a_newer_cartwheel_is_not_touched(shop_with_web: Shop, open_flow: Open) -> None:
    slug = shop_with_web.new_flow("Newer", {"format": 2, "stations": []})
    page = open_flow(shop_with_web, shop_with_web.new_flow("There", two_steps()))
    page.goto(f"{shop_with_web.url}/flows/{slug}")
    page.get_by_text("This Flow cannot be read").wait_for()
    assert shop_with_web.draft(slug).document["format"] == 2
