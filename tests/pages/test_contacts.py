"""Contacts: finding one, and reading what happened."""

from typing import Any

import pytest

from runtime.people import consent
from tests.browser import choose
from tests.pages.conftest import Look, Web
from tests.pages.doi_leaf import DEWI, HANNAH, SOMCHAI

pytestmark = pytest.mark.browser


def names(page: Any) -> list[str]:
    return list(page.locator(".ct-row .cw-cover").all_inner_texts())


def test_contacts_stand_in_the_order_in_which_they_were_seen(look: Look) -> None:
    page = look("/contacts")

    assert names(page) == ["Dewi Anggraini", "Somchai Jaidee", "Hannah Whitfield"]
    chips = page.locator(".ct-row > span:nth-child(2) .cw-chip").all_inner_texts()
    assert [text.strip() for text in chips] == ["Can get", "Not asked", "Not asked"]


def test_one_is_found_by_a_piece_of_the_address(look: Look) -> None:
    page = look("/contacts")

    page.get_by_label("Find by name, address or number").fill("hannah@")
    page.wait_for_function("document.querySelectorAll('.ct-row').length === 1")
    assert names(page) == ["Hannah Whitfield"]
    page.get_by_label("Find by name, address or number").fill("nobody at all")
    page.get_by_text("Nobody matches.").wait_for()


def test_the_whole_row_leads_to_the_contact(look: Look) -> None:
    page = look("/contacts")

    page.locator(".ct-row").nth(1).click(position={"x": 700, "y": 30})
    page.wait_for_url(f"**/contacts/{SOMCHAI}")


def test_a_contact_page_tells_what_may_be_sent_what_is_known_and_what_happened(look: Look) -> None:
    page = look(f"/contacts/{DEWI}")

    assert page.locator("h1").inner_text() == "Dewi Anggraini"
    chips = " ".join(page.locator(".co-chips .cw-chip").all_inner_texts())
    assert "Indonesian" in chips
    assert "Jakarta" in chips
    assert "oolong lover" in chips
    assert page.get_by_role("heading", name="What Dewi may be sent").count() == 1
    fields = page.locator("dl.cw-kv").first.inner_text()
    assert "Favourite" in fields
    assert "Mae Salong oolong" in fields
    what = [text.strip() for text in page.locator(".cw-time .what").all_inner_texts()]
    assert what[:2] == ["Got the e-mail “Your tea is waiting”", "Started a checkout of ฿1,180"]
    # Each day is a list of its own, and midnight may lie between the two.
    assert "Mae Salong oolong 100 g" in " ".join(page.locator(".cw-time").all_inner_texts())


def test_the_timeline_can_be_narrowed(look: Look) -> None:
    page = look(f"/contacts/{DEWI}")

    page.get_by_role("button", name="Shop").click()
    page.wait_for_function("document.querySelectorAll('.cw-time .what').length === 1")
    assert page.locator(".cw-time .what").inner_text() == "Started a checkout of ฿1,180"


def test_an_answer_given_elsewhere_is_written_down_with_how_it_was_given(look: Look, web: Web) -> None:
    page = look(f"/contacts/{HANNAH}")

    choose(page.get_by_role("button", name="Change what may be sent"), "They said yes")
    page.get_by_role("button", name="Write down").click()
    page.get_by_text("Say how, so that it can be shown later").wait_for()
    page.get_by_role("textbox", name="How did they say so?").fill("On a card in the shop")
    page.get_by_role("button", name="Write down").click()

    page.get_by_text("Can get").wait_for()
    page.get_by_text("Said yes to e-mails", exact=True).wait_for()
    with web.house.ledger.read(web.workspace) as tx:
        stands = consent.standing_of(tx, HANNAH)["email"]
    assert (stands.answer, stands.source) == ("yes", consent.BY_HAND)


def test_a_blocked_address_can_be_allowed_again_at_once(look: Look, web: Web) -> None:
    page = look(f"/contacts/{SOMCHAI}")

    choose(page.get_by_role("button", name="Change what may be sent"), "Block this address")
    page.locator(".cw-chip", has_text="Blocked").wait_for()
    page.get_by_role("button", name="Undo").click()
    page.locator(".cw-chip", has_text="Blocked").wait_for(state="detached")

    with web.house.ledger.read(web.workspace) as tx:
        assert consent.suppressed(tx, "email", ["somchai@example.com"]) == {}


def test_a_contact_who_is_not_there_gets_a_page_that_says_so(look: Look) -> None:
    page = look("/contacts/999")

    page.get_by_text("There is no such Contact.").wait_for()
