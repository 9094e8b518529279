"""The list of e-mails."""

import pytest

from tests.browser import choose
from tests.pages.conftest import Look, Web

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


def test_an_email_goes_to_the_bin_and_comes_back(look: Look, web: Web) -> None:
    page = look("/emails")

    choose(page.get_by_role("button", name="More for Your tea is waiting"), "Move to the bin")
    page.get_by_role("link", name="Your tea is waiting").wait_for(state="hidden")
    page.get_by_role("button", name="Undo").click()
    page.get_by_role("link", name="Your tea is waiting").wait_for()

    draft = web.house.desk.drafts(web.workspace).get("email", "tea")
    assert draft is not None
    assert draft.state == "active"
