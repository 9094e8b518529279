"""The list of e-mails."""

import pytest

from tests.browser import choose, ready
from tests.pages.conftest import Look, Web
from tests.pages.doi_leaf import NOK

pytestmark = pytest.mark.browser


def test_an_email_is_shown_small_with_the_flows_that_send_it(look: Look) -> None:
    page = look("/emails")

    card = page.locator(".em-card", has_text="Your tea is waiting")
    card.frame_locator("iframe").get_by_text("Your tea is still in the cart").wait_for()
    assert "In 2 Flows" in card.inner_text()
    assert "Marketing" in card.inner_text()


def test_a_new_email_begins_with_the_usual_sections(look: Look, web: Web) -> None:
    page = look("/emails")

    page.get_by_role("button", name="New e-mail").click()
    page.wait_for_url("**/emails/new-e-mail")

    draft = web.house.desk.drafts(web.workspace).get("email", "new-e-mail")
    assert draft is not None
    assert [part["kind"] for part in draft.document["sections"]] == ["header", "heading", "text", "button", "footer"]


def test_who_clicks_twice_gets_one_email(look: Look, web: Web) -> None:
    drafts = web.house.desk.drafts(web.workspace)
    before = len(drafts.list("email"))
    page = look("/emails")

    page.get_by_role("button", name="New e-mail", exact=True).dblclick()
    page.wait_for_url("**/emails/new-e-mail**")
    ready(page)

    assert len(drafts.list("email")) == before + 1


def test_the_bin_says_which_flows_still_send_an_email(look: Look, web: Web) -> None:
    page = look("/emails")

    choose(page.get_by_role("button", name="More for Your tea is waiting"), "Move to the bin")
    said = page.locator(".cw-toast", has_text="is in the bin")
    said.get_by_text("What is live goes on sending it.").wait_for()
    assert "“Abandoned cart”" in said.inner_text()

    flow = look("/flows/cart")
    flow.get_by_text("Your tea is waiting").first.wait_for()
    flow.get_by_text("“Your tea is waiting” is in the bin.").first.wait_for()

    web.house.desk.drafts(web.workspace).restore("email", "tea", NOK, web.house.clock.now())


def test_where_every_email_is_in_the_bin_a_new_one_is_offered(look: Look, web: Web) -> None:
    drafts, now = web.house.desk.drafts(web.workspace), web.house.clock.now()
    here = [draft.slug for draft in drafts.list("email")]
    for slug in here:
        drafts.bin("email", slug, NOK, now)
    page = look("/emails")

    page.get_by_text("All are archived or in the bin.").wait_for()
    assert page.get_by_role("button", name="New e-mail").count() == 2
    assert not page.get_by_text("No e-mails yet").is_visible()
    assert not page.get_by_text("No e-mail matches.").is_visible()

    page.get_by_role("searchbox").fill("tea")
    page.get_by_text("No e-mail matches.").wait_for()
    for slug in here:
        drafts.restore("email", slug, NOK, now)


def test_when_the_last_one_is_out_of_the_archive_all_are_shown(look: Look, web: Web) -> None:
    web.house.desk.drafts(web.workspace).archive("email", "tea", NOK, web.house.clock.now())
    page = look("/emails")

    page.get_by_role("button", name="Archived 1").click()
    choose(page.get_by_role("button", name="More for Your tea is waiting"), "Restore")

    page.get_by_role("button", name="All", pressed=True).wait_for()
    page.get_by_role("link", name="Your tea is waiting").wait_for()
    assert not page.get_by_text("No e-mail matches.").is_visible()


def test_an_email_goes_to_the_bin_and_comes_back(look: Look, web: Web) -> None:
    page = look("/emails")

    choose(page.get_by_role("button", name="More for Your tea is waiting"), "Move to the bin")
    page.get_by_role("link", name="Your tea is waiting").wait_for(state="hidden")
    page.get_by_role("button", name="Undo").click()
    page.get_by_role("link", name="Your tea is waiting").wait_for()

    draft = web.house.desk.drafts(web.workspace).get("email", "tea")
    assert draft is not None
    assert draft.state == "active"
