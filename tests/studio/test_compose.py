"""Composing an e-mail with the mouse: sections, texts, their order, and going back."""

import pytest

from tests.browser import until
from tests.studio.conftest import OpenStudio

pytestmark = pytest.mark.browser
EMPTY = {"subject": "", "sections": []}
# That a menu has closed reaches Python after what was chosen in it, as it may.
LATE = """() => {
  const emit = socket.emit.bind(socket);
  socket.emit = (name, ...rest) => {
    const closing = name === "event" && JSON.stringify(rest[0].args).includes("false");
    setTimeout(() => emit(name, ...rest), closing ? 700 : 0);
  };
}"""


def test_an_email_is_composed_from_nothing(studio: OpenStudio) -> None:
    mail = studio(EMPTY)

    mail.add("heading")
    mail.page.keyboard.type("Good morning")
    mail.mail.get_by_text("Good morning").wait_for()
    mail.add("text")
    mail.page.keyboard.type("The new oolong is here.")
    mail.mail.get_by_text("The new oolong is here.").wait_for()
    mail.add("button")
    mail.page.keyboard.type("To the tea")
    mail.box("Link").fill("https://doileaf.example/oolong")
    mail.mail.get_by_role("link", name="To the tea").wait_for()

    until(lambda: mail.kinds == ["heading", "text", "button"])
    mail.stored("s2", "html", "<p>The new oolong is here.</p>")
    mail.stored("s3", "link", "https://doileaf.example/oolong")


def test_a_menu_that_closes_leaves_the_cursor_where_it_was_put(studio: OpenStudio) -> None:
    mail = studio(EMPTY)
    mail.page.evaluate(LATE)

    mail.add("text")
    mail.page.keyboard.type("Good morning")

    mail.mail.get_by_text("Good morning").wait_for()


def test_an_empty_email_begins_with_the_usual_sections(studio: OpenStudio) -> None:
    mail = studio(EMPTY)

    mail.page.get_by_role("button", name="Begin with the usual ones").click()

    until(lambda: mail.kinds == ["header", "heading", "text", "button", "footer"])
    mail.add("coupon")
    until(lambda: mail.kinds[-2:] == ["coupon", "footer"])


def test_a_new_section_is_brought_into_view_in_a_list_that_is_longer_than_its_room(studio: OpenStudio) -> None:
    mail = studio()
    mail.page.set_viewport_size({"width": 1400, "height": 560})
    last = mail.row("Footer")
    seen = """row => {
      const list = row.closest(".st-list").parentElement.getBoundingClientRect(), {top, bottom} = row.getBoundingClientRect();
      return top >= list.top - 1 && bottom <= list.bottom + 1;
    }"""
    assert not last.evaluate(seen)

    mail.add("coupon")

    until(lambda: mail.row("Coupon").evaluate(seen))


def test_a_section_is_carried_to_another_place(studio: OpenStudio) -> None:
    mail = studio()

    mail.drag("Products", "Heading")

    until(lambda: mail.titles == ["Header", "Products", "Heading", "Text", "Button", "Footer"])
    until(lambda: mail.kinds == ["header", "products", "heading", "text", "button", "footer"])
    mail.drag("Products", "Button")
    until(lambda: mail.kinds == ["header", "heading", "text", "button", "products", "footer"])


def test_a_section_is_moved_with_the_keyboard(studio: OpenStudio) -> None:
    mail = studio()

    mail.row("Text").locator(".st-grip").focus()
    mail.page.keyboard.press("ArrowUp")

    until(lambda: mail.titles[1:3] == ["Text", "Heading"])
    mail.page.locator(".st-said").get_by_text("Text is now number 2").wait_for(state="attached")
    mail.choose("Text")
    mail.page.get_by_role("button", name="Move down").click()
    until(lambda: mail.titles[1:3] == ["Heading", "Text"])


def test_a_section_is_duplicated(studio: OpenStudio) -> None:
    mail = studio()

    mail.choose("Button")
    mail.page.get_by_role("button", name="Duplicate").click()

    until(lambda: mail.kinds.count("button") == 2)
    assert len({section["id"] for section in mail.draft().document["sections"]}) == 7


def test_a_removed_section_comes_back_where_it_was(studio: OpenStudio) -> None:
    mail = studio()

    mail.choose("Heading")
    mail.page.get_by_role("button", name="Delete section").click()
    until(lambda: "heading" not in mail.kinds)
    mail.page.locator(".cw-toast").get_by_role("button", name="Undo").click()

    until(lambda: mail.kinds[:3] == ["header", "heading", "text"])
    mail.panel.get_by_role("heading", name="Heading").wait_for()


def test_every_change_can_be_undone_and_done_again(studio: OpenStudio) -> None:
    mail = studio()

    mail.choose("Heading")
    mail.box("Headline").fill("Tea for two")
    mail.mail.get_by_text("Tea for two").wait_for()
    mail.drag("Products", "Heading")
    until(lambda: mail.titles[1] == "Products")

    mail.page.get_by_role("button", name="Undo", exact=True).click()
    until(lambda: mail.titles[1] == "Heading")
    mail.page.keyboard.press("Control+z")
    mail.mail.get_by_text("Still in your cart").wait_for()
    until(lambda: mail.box("Headline").inner_text() == "Still in your cart")
    mail.stored("s2", "text", "Still in your cart")
    until(mail.page.get_by_role("button", name="Undo", exact=True).is_disabled)

    mail.page.keyboard.press("Control+Shift+z")
    mail.mail.get_by_text("Tea for two").wait_for()
    mail.stored("s2", "text", "Tea for two")


def test_undo_in_a_text_takes_back_what_was_typed(studio: OpenStudio) -> None:
    mail = studio()

    mail.choose("Text")
    mail.box("Text").click()
    mail.page.keyboard.press("End")
    mail.page.keyboard.type(" Bye")
    mail.mail.get_by_text("for you. Bye").wait_for()
    mail.page.keyboard.press("Control+z")

    mail.mail.get_by_text("for you. Bye").wait_for(state="detached")
    until(lambda: mail.box("Text").inner_text() == "Hello, we kept it aside for you.")
    mail.page.keyboard.type("!")
    mail.stored("s3", "html", "<p>Hello, we kept it aside for you.!</p>")


def test_the_kind_and_the_sender_belong_to_the_whole_email(studio: OpenStudio) -> None:
    mail = studio()

    mail.choose_head()
    mail.panel.get_by_role("radio", name="Transactional").click()
    mail.panel.get_by_label("Replies go to").fill("tea@doileaf.example")
    mail.box("Preview text").fill("Fresh since Tuesday")

    until(lambda: mail.draft().document["kind"] == "transactional")
    until(lambda: mail.draft().document["reply_to"] == "tea@doileaf.example")
    mail.page.locator(".st-inbox").get_by_text("Fresh since Tuesday").wait_for()
    # Nothing that somebody waits for has a link to unsubscribe.
    mail.mail.get_by_text("Unsubscribe").wait_for(state="detached")


def test_the_email_is_renamed_in_place(studio: OpenStudio) -> None:
    mail = studio(name="Reminder")

    mail.page.get_by_label("Name of the e-mail").fill("First reminder")

    until(lambda: mail.draft().name == "First reminder")
    assert mail.draft().slug == mail.slug
