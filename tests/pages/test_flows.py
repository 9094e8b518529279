"""The list of flows: what it says, and what can be done from it."""

from typing import Any

import pytest

from runtime.engine.publishing import publish as engine
from runtime.segments import publish as segments
from tests.browser import choose, closed, until
from tests.pages.conftest import Look, Web

pytestmark = pytest.mark.browser


def row(page: Any, name: str) -> Any:
    return page.locator(".fl-row:not(.hidden)", has=page.get_by_text(name, exact=True))


def do(page: Any, name: str, deed: str) -> None:
    """Choose something from the menu of a flow."""
    closed(page)
    choose(row(page, name).locator(".more"), deed)


def names(page: Any) -> list[str]:
    return [text.strip() for text in page.locator(".fl-row:not(.hidden) .name").all_inner_texts()]


def test_a_live_flow_shows_who_is_inside_and_what_it_sent(look: Look) -> None:
    page = look("/flows")

    cart = row(page, "Abandoned cart")
    assert cart.locator(".figure").all_inner_texts() == ["1", "9"]
    assert cart.locator(".cw-state").inner_text() == "Live"
    assert cart.locator(".says").inner_text() == "When someone leaves a cart without paying"
    assert row(page, "Welcome, new reader").locator(".cw-state").inner_text() == "Draft"


def test_the_small_picture_has_the_colours_of_the_blocks(look: Look) -> None:
    page = look("/flows")

    colours = row(page, "Abandoned cart").locator("svg.mini path[fill^=var]")
    shown = [colours.nth(place).get_attribute("fill") for place in range(colours.count())]
    assert sorted(filter(None, shown)) == ["var(--cw-send)", "var(--cw-timing)", "var(--cw-trigger)"]


def test_searching_leaves_only_what_matches(look: Look) -> None:
    page = look("/flows")

    page.get_by_label("Find a Flow").fill("welc")
    page.wait_for_function("document.querySelectorAll('.fl-row:not(.hidden)').length === 1")
    assert names(page) == ["Welcome, new reader"]
    page.get_by_label("Find a Flow").fill("nothing like it")
    page.get_by_text("No Flow matches.").wait_for()


TWO_IN_A_HURRY = """([chosen, next]) => {
  window.most = 0;
  const count = () => { window.most = Math.max(window.most, document.querySelectorAll(".q-menu").length); };
  new MutationObserver(count).observe(document.body, { childList: true, subtree: true });
  chosen.click();
  next.click();
}"""


def test_a_menu_that_closes_is_gone_when_the_next_one_opens(look: Look) -> None:
    page = look("/flows")

    row(page, "Welcome, new reader").locator(".more").click()
    rename = page.get_by_role("menuitem", name="Rename")
    rename.wait_for()
    other = row(page, "Abandoned cart").locator(".more")
    page.evaluate(TWO_IN_A_HURRY, [rename.element_handle(), other.element_handle()])

    page.get_by_role("menuitem", name="Pause").wait_for()
    assert page.evaluate("window.most") == 1


def test_a_renamed_flow_keeps_its_address(look: Look, web: Web) -> None:
    page = look("/flows")

    do(page, "Welcome, new reader", "Rename")
    page.get_by_role("textbox", name="Name").fill("Hello, new reader")
    page.get_by_role("button", name="Rename").click()

    row(page, "Hello, new reader").wait_for()
    draft = web.house.desk.drafts(web.workspace).get("flow", "welcome")
    assert draft is not None
    assert (draft.name, draft.document["name"]) == ("Hello, new reader", "Hello, new reader")
    do(page, "Hello, new reader", "Rename")
    page.get_by_role("textbox", name="Name").fill("Welcome, new reader")
    page.get_by_role("button", name="Rename").click()
    row(page, "Welcome, new reader").wait_for()


def test_a_copy_can_be_taken_back(look: Look, web: Web) -> None:
    page = look("/flows")

    do(page, "Welcome, new reader", "Duplicate")
    row(page, "Welcome, new reader, copy").wait_for()
    page.get_by_role("button", name="Undo").click()

    row(page, "Welcome, new reader, copy").wait_for(state="detached")
    assert [draft.name for draft in web.house.desk.drafts(web.workspace).list("flow", "bin")] == [
        "Welcome, new reader, copy"
    ]


def test_pausing_can_be_undone(look: Look, web: Web) -> None:
    page = look("/flows")

    do(page, "Abandoned cart", "Pause")
    row(page, "Abandoned cart").locator(".is-paused").wait_for()
    assert state(web) == "paused"
    page.get_by_role("button", name="Undo").click()
    row(page, "Abandoned cart").locator(".is-live").wait_for()
    assert state(web) == "live"


def test_archiving_says_first_that_people_are_inside_and_offers_to_pause(look: Look, web: Web) -> None:
    page = look("/flows")

    do(page, "Abandoned cart", "Archive")
    page.get_by_role("heading", name="1 person is inside this Flow").wait_for()
    assert page.get_by_role("radio", name="Only pause it").get_attribute("aria-checked") == "true"
    page.get_by_role("button", name="Go ahead").click()

    row(page, "Abandoned cart").locator(".is-paused").wait_for()
    do(page, "Abandoned cart", "Resume")
    row(page, "Abandoned cart").locator(".is-live").wait_for()


def test_taking_an_archive_back_says_that_the_segment_is_gone(look: Look, web: Web) -> None:
    house, shop, now = web.house, web.workspace, web.house.clock.now()
    drafts = house.desk.drafts(shop)
    tea_club = drafts.create("segment", "Tea club", {"format": 1, "name": "Tea club", "rule": None}, "nok", now).slug
    segments.publish(house, shop, tea_club, "nok")
    blocks = [
        {"id": "in", "kind": "segment_trigger", "settings": {"segment": tea_club}},
        {"id": "tag", "kind": "update_contact", "settings": {"change": "add_tag", "name": "club"}},
    ]
    document = {"format": 1, "name": "New in the club", "blocks": blocks, "links": [{"from": "in", "to": "tag"}]}
    flow = drafts.create("flow", "New in the club", document, "nok", now).slug
    engine.publish(house, shop, flow, "nok")
    page = look("/flows")

    do(page, "New in the club", "Archive")
    row(page, "New in the club").wait_for(state="detached")
    segments.archive(house, shop, tea_club, "nok")
    page.get_by_role("button", name="Undo").click()

    page.get_by_text("It asks for “Tea club”, which is no Segment any more.").wait_for()
    assert row(page, "New in the club").locator(".cw-state").inner_text() == "Draft"
    drafts.bin("flow", flow, "nok", now)


def test_a_draft_goes_to_the_bin_and_comes_back(look: Look, web: Web) -> None:
    page = look("/flows")

    do(page, "Welcome, new reader", "Move to the bin")
    row(page, "Welcome, new reader").wait_for(state="detached")
    note = page.get_by_text("What lies in the bin is removed for good after 30 days.")
    assert note.is_hidden()
    page.get_by_role("button", name="Bin").click()
    row(page, "Welcome, new reader").wait_for()
    note.wait_for()
    do(page, "Welcome, new reader", "Restore")

    def is_back() -> bool:
        return "welcome" in [draft.slug for draft in web.house.desk.drafts(web.workspace).list("flow")]

    until(is_back)


def test_a_new_flow_comes_from_the_gallery_with_its_emails(look: Look, web: Web) -> None:
    page = look("/flows")

    page.get_by_role("button", name="New Flow").click()
    page.get_by_role("radio").first.wait_for()
    page.get_by_role("button", name="Use this Flow").click()

    page.wait_for_url("**/flows/abandoned-cart")
    drafts = web.house.desk.drafts(web.workspace)
    made = drafts.get("flow", "abandoned-cart")
    assert made is not None
    used = [block["settings"]["email"] for block in made.document["blocks"] if block["kind"] == "send_email"]
    assert used
    assert all(drafts.get("email", slug) is not None for slug in used)
    drafts.bin("flow", "abandoned-cart", "test", web.house.clock.now())


def state(web: Web) -> str:
    from runtime.insight.numbers import flow_numbers

    with web.house.ledger.read(web.workspace) as tx:
        return flow_numbers(tx, web.house.clock.now())["cart"].state
