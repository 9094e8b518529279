"""What was typed is on the desk: after a reload, a restart, a cut; and two tabs never overwrite one another."""

from contextlib import suppress

import pytest
from playwright.sync_api import Error

from tests.browser import until
from tests.pages.conftest import Look, Web
from tests.pages.doi_leaf import NOK
from tests.studio.conftest import OpenStudio
from tests.studio.hands import Studio

pytestmark = pytest.mark.browser


def test_a_reload_keeps_everything(studio: OpenStudio) -> None:
    mail = studio()

    mail.choose("Heading")
    mail.box("Headline").fill("Tea for Sunday")
    mail.page.reload()
    mail.wait()

    mail.mail.get_by_text("Tea for Sunday").wait_for()
    assert mail.titles[1] == "Heading"


def test_the_bar_says_when_something_cannot_be_saved(studio: OpenStudio) -> None:
    mail = studio({"sections": [{"kind": "products", "id": "s1", "most": 3}]})

    mail.choose("Products")
    mail.panel.get_by_label("At most").fill("99")
    mail.page.get_by_text("Not all of it is saved: a setting is wrong").wait_for()
    mail.panel.get_by_text("Must be 12 or less.").wait_for()
    assert mail.section("s1")["most"] == 3
    mail.panel.get_by_label("At most").fill("5")
    mail.saved()
    assert mail.section("s1")["most"] == 5


def test_the_second_tab_is_told_and_looks_on(studio: OpenStudio) -> None:
    first = studio()
    second = studio(beside=first)

    second.page.get_by_text("Nok has this e-mail open in another tab since").wait_for()
    second.page.get_by_role("button", name="Add", exact=True).wait_for(state="hidden")
    second.choose("Heading")
    until(lambda: second.box("Headline").get_attribute("contenteditable") == "false")
    # What the first tab types appears.
    first.choose("Heading")
    first.box("Headline").fill("Seen by both")
    second.mail.get_by_text("Seen by both").wait_for()

    second.page.get_by_role("button", name="Edit here instead").click()
    first.page.get_by_text("open in another tab").wait_for()
    until(lambda: second.box("Headline").get_attribute("contenteditable") == "true")
    second.box("Headline").fill("Mine now")
    first.mail.get_by_text("Mine now").wait_for()


def test_what_was_saved_elsewhere_is_not_overwritten(studio: OpenStudio, web: Web) -> None:
    """Somchai changes the draft by the command line while Nok has it open."""
    mail = studio(name="Tea")
    drafts = web.house.desk.drafts(web.workspace)
    theirs = mail.draft().document | {"subject": "From Somchai"}
    drafts.save("email", mail.slug, theirs, mail.draft().rev, "somchai@doileaf.example", web.house.clock.now())

    mail.choose("Heading")
    mail.box("Headline").fill("From Nok")
    mail.page.get_by_text("somchai@doileaf.example changed this e-mail").wait_for()
    mail.page.get_by_role("button", name="Keep mine as a copy").click()

    mail.page.locator(".st-inbox").get_by_text("From Somchai").wait_for()
    copy = next(draft for draft in drafts.list("email") if draft.name == "Tea, copy")
    assert copy.document["sections"][1]["text"] == "From Nok"
    assert mail.draft().document["subject"] == "From Somchai"


def test_what_is_typed_while_the_connection_is_cut_arrives_when_it_is_back(studio: OpenStudio) -> None:
    mail = studio()
    mail.choose("Heading")

    mail.page.evaluate("window.socket.io.engine.close()")
    mail.box("Headline").fill("Typed in a tunnel")

    mail.stored("s2", "text", "Typed in a tunnel")


def test_a_killed_server_has_lost_nothing_that_was_saved(studio: OpenStudio, web: Web, look: Look) -> None:
    mail = studio()
    mail.choose("Heading")
    mail.box("Headline").fill("Before the fall")
    mail.stored("s2", "text", "Before the fall")
    mail.page.close()

    web.stop(kill=True)
    web.start()

    again = Studio(look(f"/emails/{mail.slug}"), mail.slug, mail.draft)
    again.wait()
    again.mail.get_by_text("Before the fall").wait_for()


def test_what_is_typed_while_the_server_is_away_is_kept_in_the_browser(studio: OpenStudio, web: Web) -> None:
    opened = studio()
    # A page whose server is gone says so in its console; in a tab of its own that is no mistake of the page.
    page = opened.page.context.new_page()
    address = opened.page.url
    opened.page.close()
    page.goto(address)
    mail = Studio(page, opened.slug, opened.draft)
    mail.wait()
    mail.choose("Heading")
    until(lambda: mail.box("Headline").get_attribute("contenteditable") == "true")

    web.stop(kill=True)
    mail.box("Headline").fill("Nobody listened")
    page.wait_for_function("Object.values(localStorage).some((kept) => kept.includes('Nobody listened'))")
    web.start()

    # The page finds the new server by itself and is loaded anew.
    page.get_by_text("Changes that had not been saved are back.").wait_for()
    mail.mail.get_by_text("Nobody listened").wait_for()
    mail.stored("s2", "text", "Nobody listened")
    until(
        lambda: page.evaluate("Object.keys(localStorage).filter((key) => key.includes('cartwheel.email')).length") == 0
    )


def test_what_the_browser_kept_is_not_put_over_what_somebody_else_wrote(studio: OpenStudio, web: Web) -> None:
    mail = studio()
    kept = {"s2 text": {"text": "Mine from yesterday", "rev": 1}}
    shelf = f"cartwheel.email.{web.workspace}.{mail.slug}"
    mail.choose("Heading")
    mail.box("Headline").fill("Newer")
    mail.stored("s2", "text", "Newer")
    mail.page.evaluate("([name, kept]) => localStorage.setItem(name, JSON.stringify(kept))", [shelf, kept])
    mail.page.reload()
    mail.wait()

    mail.mail.get_by_text("Newer").wait_for()
    mail.page.get_by_text("This browser kept texts").wait_for()
    mail.page.get_by_role("button", name="Put them in").click()
    mail.mail.get_by_text("Mine from yesterday").wait_for()
    mail.page.get_by_role("button", name="Undo", exact=True).click()
    mail.mail.get_by_text("Newer").wait_for()


def test_done_leads_back_to_where_it_was_opened(studio: OpenStudio, web: Web) -> None:
    mail = studio()
    mail.page.goto(f"{web.url}/emails/{mail.slug}?back=/contacts")
    mail.wait()
    mail.choose("Heading")
    mail.box("Headline").fill("Just typed")
    mail.page.get_by_role("button", name="Done").click()

    mail.page.wait_for_url(f"{web.url}/contacts")
    assert mail.section("s2")["text"] == "Just typed"


def test_done_never_leads_to_another_site(studio: OpenStudio, web: Web) -> None:
    mail = studio()
    mail.page.goto(f"{web.url}/emails/{mail.slug}?back=//evil.example")
    mail.wait()

    mail.page.get_by_role("button", name="Done").click()
    mail.page.wait_for_url(lambda address: address.startswith(web.url) and "/emails/mail" not in address)


def test_after_signing_out_elsewhere_nothing_more_is_changed(studio: OpenStudio, web: Web) -> None:
    from runtime.accounts import users

    mail = studio()
    mail.choose("Heading")
    nok = users.by_email(web.house, NOK)
    assert nok is not None
    users.set_password(web.house, nok.id, "a new one, from elsewhere")
    with suppress(Error):  # the page may have been led away by then
        mail.box("Headline").fill("Not any more", timeout=2_000)

    mail.page.wait_for_url("**/sign-in**")
    assert mail.section("s2")["text"] == "Still in your cart"
