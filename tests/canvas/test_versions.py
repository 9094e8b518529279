"""The versions of a flow in the browser: what changed, two side by side, one of them back, while somebody draws."""

import pytest

from runtime.engine.publishing.publish import publish
from tests.browser import becomes
from tests.canvas.conftest import Open, Shop, ready, saved
from tests.canvas.hands import card, panel
from tests.canvas.test_two_tabs import two_steps
from tests.engine.stage import block, link

pytestmark = pytest.mark.browser
HANNAH = "hannah@doileaf.example"


def published_twice(shop: Shop) -> str:
    """A flow whose wait was lengthened from one hour to three."""
    document = two_steps()
    document["blocks"].append({**block("mail", "send_email", email="tea"), "position": {"x": 0, "y": 260}})
    document["links"].append(link("wait", "mail"))
    slug = shop.new_flow("Old and new", document)
    publish(shop.house, shop.workspace, slug, HANNAH)
    draft = shop.draft(slug)
    draft.document["blocks"][1]["settings"] = {"amount": 3, "unit": "hours"}
    draft.document["priority"] = 5
    drafts = shop.house.desk.drafts(shop.workspace)
    drafts.save("flow", slug, draft.document, draft.rev, HANNAH, shop.house.clock.now())
    publish(shop.house, shop.workspace, slug, HANNAH)
    return slug


def hours(shop: Shop, slug: str) -> int:
    return int(shop.draft(slug).document["blocks"][1]["settings"].get("amount", 1))


def test_an_old_version_comes_back_into_the_open_editor_and_goes_again(shop_with_web: Shop, open_flow: Open) -> None:
    shop = shop_with_web
    slug = published_twice(shop)
    editor = open_flow(shop, slug)
    card(editor, "Wait 3 hours").wait_for()

    page = editor.context.new_page()
    page.goto(f"{shop.url}/flows/{slug}/versions")
    page.wait_for_function("window.did_handshake === true")
    latest = page.get_by_role("listitem").filter(has_text="Version 2")
    latest.get_by_text("New Runs take this one").wait_for()
    latest.get_by_text("Wait lengthened from 1 hour to 3 hours").wait_for()
    assert latest.locator(".cw-cap").first.inner_text().endswith(" · Hannah")
    latest.get_by_text("Priority from Normal to Very high").wait_for()
    assert latest.get_by_role("button", name="Restore").count() == 0, "the draft is the same"

    page.get_by_role("button", name="Restore version 1").click()
    page.get_by_text("Version 1 is the draft now").wait_for()
    becomes(lambda: hours(shop, slug), 1)
    card(editor, "Wait 1 hour").wait_for()
    editor.get_by_text("brought another version back").wait_for()
    page.get_by_text("2 changes not published").wait_for()

    page.get_by_role("button", name="Undo").click()
    page.get_by_text("The draft is as it was").wait_for()
    becomes(lambda: hours(shop, slug), 3)
    card(editor, "Wait 3 hours").wait_for()

    # In the editor both are steps like any other.
    undo = editor.get_by_role("button", name="Undo", exact=True)
    undo.click()
    becomes(lambda: hours(shop, slug), 1)
    undo.click()
    becomes(lambda: hours(shop, slug), 3)
    assert undo.is_disabled()

    page.get_by_role("link", name="Compare").first.click()
    page.get_by_role("heading", name="2 changes").wait_for()
    page.wait_for_function("window.did_handshake === true")
    page.get_by_label("After").select_option(label="Draft")
    page.wait_for_url("**/compare?old=1&new=draft")
    # The draft may well be what is live: that it was not published yet would be wrong then.
    page.get_by_text("As it is drawn now").wait_for()
    page.wait_for_function("window.did_handshake === true")
    page.get_by_label("Before").select_option(label="Version 2")
    page.get_by_role("heading", name="They are the same").wait_for()


def test_restoring_is_undone_on_the_canvas_that_is_opened_afterwards(shop_with_web: Shop, open_flow: Open) -> None:
    shop = shop_with_web
    slug = published_twice(shop)
    page = open_flow(shop, slug)
    card(page, "Wait 3 hours").click()
    panel(page).get_by_label("Wait for").fill("7")
    becomes(lambda: hours(shop, slug), 7)
    saved(page)
    page.goto(f"{shop.url}/flows/{slug}/versions")
    page.wait_for_function("window.did_handshake === true")
    page.get_by_role("button", name="Restore version 1").click()
    page.get_by_text("Version 1 is the draft now").wait_for()

    page.goto(f"{shop.url}/flows/{slug}")
    ready(page)
    card(page, "Wait 1 hour").click()
    page.keyboard.press("Control+z")
    card(page, "Wait 7 hours").wait_for()
    becomes(lambda: hours(shop, slug), 7)
    page.keyboard.press("Control+z")
    becomes(lambda: hours(shop, slug), 3)


def test_who_clicks_twice_restores_once_and_gets_the_draft_back(shop_with_web: Shop, open_flow: Open) -> None:
    shop = shop_with_web
    slug = published_twice(shop)
    draft = shop.draft(slug)
    draft.document["blocks"][1]["settings"] = {"amount": 7, "unit": "hours"}
    shop.house.desk.drafts(shop.workspace).save("flow", slug, draft.document, draft.rev, HANNAH, shop.house.clock.now())
    page = open_flow(shop, slug)
    page.goto(f"{shop.url}/flows/{slug}/versions")
    page.wait_for_function("window.did_handshake === true")

    page.get_by_role("button", name="Restore version 1").dblclick()
    page.get_by_text("Version 1 is the draft now").wait_for()
    assert hours(shop, slug) == 1

    page.get_by_role("button", name="Undo").click()
    page.get_by_text("The draft is as it was").wait_for()
    assert hours(shop, slug) == 7, "what was not published yet"


def test_an_e_mail_that_was_changed_is_asked_about(shop_with_web: Shop, open_flow: Open) -> None:
    shop = shop_with_web
    slug = published_twice(shop)
    drafts, now = shop.house.desk.drafts(shop.workspace), shop.house.clock.now()
    before = drafts.get("email", "tea")
    assert before is not None
    drafts.put("email", "tea", before.name, {**before.document, "subject": "Still thirsty?"}, HANNAH, now)
    try:
        page = open_flow(shop, slug, phone=True)
        page.goto(f"{shop.url}/flows/{slug}/versions")
        page.wait_for_function("window.did_handshake === true")
        page.get_by_text("Subject changed from “Your tea is waiting” to “Still thirsty?”").wait_for()
        page.get_by_role("button", name="Restore version 1").click()
        safe = page.get_by_role("radio", name="E-mails as they were")
        assert safe.get_attribute("aria-checked") == "true"
        page.get_by_role("dialog").get_by_role("button", name="Restore").click()
        page.get_by_text("Version 1 is the draft now").wait_for()
        sent = shop.draft(slug).document["blocks"][2]["settings"]["email"]
        copy = drafts.get("email", sent)
        assert copy is not None
        assert (copy.name, copy.document["subject"]) == ("Your tea is waiting (version 1)", "Your tea is waiting")
    finally:
        drafts.put("email", "tea", before.name, before.document, HANNAH, now)
