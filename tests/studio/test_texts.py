"""Texts with fields: chips, their fallbacks, marks, links, the clipboard, every script."""

import pytest

from tests.browser import becomes, until
from tests.studio.conftest import OpenStudio
from tests.studio.hands import Studio

pytestmark = pytest.mark.browser


def text_of(mail: Studio) -> str:
    """The text section as it is on the desk."""
    return str(mail.section("s3")["html"])


def into_the_text(mail: Studio) -> None:
    """Put the cursor at the end of the text section."""
    mail.choose("Text")
    mail.box("Text").click()
    mail.page.keyboard.press("Control+End")


def test_a_field_is_inserted_with_what_stands_there_if_it_is_empty(studio: OpenStudio) -> None:
    mail = studio()
    into_the_text(mail)

    mail.page.keyboard.type(" Come to ")
    mail.insert("Text", "City")
    mail.page.keyboard.press("Tab")
    mail.page.keyboard.type("our shop")
    mail.page.keyboard.press("Enter")
    mail.page.keyboard.type("!")

    becomes(mail.box("Text").locator(".st-field").inner_text, "city, or “our shop”")
    mail.stored(
        "s3",
        "html",
        '<p>Hello, we kept it aside for you. Come to {{ contact.city | default: "our shop" }}!</p>',
    )
    mail.mail.get_by_text("Come to our shop!").wait_for()


def test_the_first_name_comes_with_a_word_for_those_without_one(studio: OpenStudio) -> None:
    mail = studio()

    mail.choose_head()
    mail.box("Subject").fill("")
    mail.insert("Subject", "First name")
    mail.page.keyboard.type(", it is tea time")

    until(lambda: mail.draft().document["subject"] == '{{ contact.first_name | default: "there" }}, it is tea time')
    mail.page.locator(".st-inbox").get_by_text("Dewi, it is tea time").wait_for()


def test_who_goes_on_typing_after_a_field_types_behind_it(studio: OpenStudio) -> None:
    mail = studio()
    into_the_text(mail)

    mail.page.keyboard.type(" Come to ")
    mail.insert("Text", "City")
    card = mail.page.get_by_role("dialog", name="City")
    card.get_by_label("If it is empty, say").wait_for()
    mail.page.keyboard.type("!")

    mail.stored("s3", "html", "<p>Hello, we kept it aside for you. Come to {{ contact.city }}!</p>")
    card.wait_for(state="detached")


def test_a_chip_is_changed_and_removed(studio: OpenStudio) -> None:
    document = {"sections": [{"kind": "heading", "id": "s3", "text": "For {{ contact.first_name | default: 'you' }}!"}]}
    mail = studio(document)
    mail.choose("Heading")

    mail.box("Headline").locator(".st-field").click()
    mail.page.get_by_label("If it is empty, say").fill('a "tea" friend')
    mail.page.get_by_role("button", name="Done").last.click()
    mail.stored("s3", "text", "For {{ contact.first_name | default: 'a \"tea\" friend' }}!")

    mail.box("Headline").locator(".st-field").click()
    mail.page.get_by_role("button", name="Remove").click()
    mail.stored("s3", "text", "For !")


def test_an_amount_is_written_as_money(studio: OpenStudio) -> None:
    mail = studio()
    into_the_text(mail)

    mail.page.keyboard.type(" It is ")
    mail.insert("Text", "Total of the cart")
    becomes(mail.page.get_by_label("Written as").input_value, "money")
    mail.page.keyboard.press("Escape")

    mail.mail.get_by_text("It is ฿1,180").wait_for()


def test_backspace_takes_a_chip_away_as_a_whole(studio: OpenStudio) -> None:
    document = {"sections": [{"kind": "heading", "id": "s3", "text": "Hello {{ contact.first_name }}"}]}
    mail = studio(document)
    mail.choose("Heading")

    mail.box("Headline").click()
    mail.page.keyboard.press("End")
    mail.page.keyboard.press("Backspace")
    mail.stored("s3", "text", "Hello ")
    mail.page.keyboard.type("you")
    mail.stored("s3", "text", "Hello you")


def test_the_cursor_walks_past_a_chip(studio: OpenStudio) -> None:
    document = {"sections": [{"kind": "heading", "id": "s3", "text": "{{ contact.first_name }}{{ contact.city }}"}]}
    mail = studio(document)
    mail.choose("Heading")

    mail.box("Headline").focus()
    mail.page.keyboard.press("Home")
    mail.page.keyboard.type("a")
    mail.page.keyboard.press("ArrowRight")
    mail.page.keyboard.type("b")
    mail.page.keyboard.press("ArrowRight")
    mail.page.keyboard.type("c")

    mail.stored("s3", "text", "a{{ contact.first_name }}b{{ contact.city }}c")


def test_a_field_that_is_typed_becomes_a_chip(studio: OpenStudio) -> None:
    mail = studio()
    mail.choose("Heading")

    mail.box("Headline").fill('Hello {{ contact.first_name | default: "you" }}')
    mail.page.keyboard.press("Tab")

    mail.box("Headline").locator(".st-field", has_text="first name, or “you”").wait_for()


def test_words_are_marked_and_linked(studio: OpenStudio) -> None:
    mail = studio()
    into_the_text(mail)

    mail.page.keyboard.type(" Or ")
    mail.page.get_by_role("button", name="Bold").click()
    mail.page.keyboard.type("now")
    mail.page.get_by_role("button", name="Bold").click()
    until(lambda: text_of(mail).endswith("for you. Or <b>now</b></p>"))

    for _ in range(3):
        mail.page.keyboard.press("Shift+ArrowLeft")
    mail.page.keyboard.press("Control+k")
    mail.page.get_by_label("Leads to").fill("doileaf.example/tea")
    mail.page.get_by_role("button", name="Set the link").click()
    until(lambda: '<a href="https://doileaf.example/tea"><b>now</b></a>' in text_of(mail))
    mail.mail.get_by_role("link", name="now").wait_for()


def test_a_link_leads_to_everybodys_own_cart(studio: OpenStudio) -> None:
    mail = studio()
    into_the_text(mail)

    mail.page.keyboard.press("Control+a")
    mail.panel.get_by_role("button", name="Link", exact=True).click()
    mail.page.get_by_role("button", name="Link to their cart or order").click()

    until(lambda: text_of(mail) == '<p><a href="{{ cart.url }}">Hello, we kept it aside for you.</a></p>')
    href = mail.mail.get_by_role("link", name="Hello, we kept it").get_attribute("href")
    assert href == "https://doileaf.example/cart/dewi"


def test_a_list_is_made(studio: OpenStudio) -> None:
    mail = studio()
    into_the_text(mail)

    mail.page.keyboard.press("Enter")
    mail.page.get_by_role("button", name="List", exact=True).click()
    mail.page.keyboard.type("oolong")
    mail.page.keyboard.press("Enter")
    mail.page.keyboard.type("black tea")

    until(lambda: text_of(mail).endswith("</p><ul><li>oolong</li><li>black tea</li></ul>"))


@pytest.mark.parametrize("typed", ["สวัสดีค่ะ ชาอู่หลงมาแล้ว", "Selamat pagi, 早上好", "Tea 🍵 time"])
def test_every_script_is_kept_letter_by_letter(studio: OpenStudio, typed: str) -> None:
    mail = studio()
    mail.choose("Heading")

    mail.box("Headline").fill("")
    mail.page.keyboard.insert_text(typed)

    mail.stored("s2", "text", typed)
    mail.mail.get_by_text(typed).wait_for()


def test_a_composed_word_is_not_disturbed_while_it_is_composed(studio: OpenStudio) -> None:
    """An input method shows letters that are still being chosen; undo or a slow answer must not tear them apart."""
    mail = studio()
    mail.choose("Heading")
    mail.box("Headline").fill("")
    input_method = mail.page.context.new_cdp_session(mail.page)

    for part in ("に", "にほ", "にほん"):
        input_method.send(
            "Input.imeSetComposition", {"text": part, "selectionStart": len(part), "selectionEnd": len(part)}
        )
        mail.page.wait_for_timeout(200)
    input_method.send("Input.insertText", {"text": "日本"})
    mail.page.keyboard.type(" tea")

    mail.stored("s2", "text", "日本 tea")


PASTED = """
<html><head><style>p{color:red}</style></head><body><h1 onclick="alert(1)">Big <script>alert(2)</script>news</h1>
<p style="font-size:40px">It is <strong>here</strong>: <a href="javascript:alert(3)">bad</a>
<a href="https://doileaf.example" target="_blank">good</a><img src="https://tracker.example/x.gif"></p></body></html>
"""


def test_what_is_pasted_loses_all_but_words_marks_and_links(studio: OpenStudio) -> None:
    mail = studio()
    into_the_text(mail)

    mail.page.keyboard.press("Control+a")
    mail.box("Text").evaluate(
        """(field, html) => {
            const data = new DataTransfer();
            data.setData("text/html", html);
            data.setData("text/plain", "Big news");
            field.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
        }""",
        PASTED,
    )

    until(lambda: "news" in text_of(mail))
    assert text_of(mail) == ('<p>Big news</p><p>It is <b>here</b>: bad <a href="https://doileaf.example">good</a></p>')
    inside = mail.box("Text").inner_html()
    assert not any(evil in inside for evil in ("script", "img", "onclick", "javascript", 'style="font'))


def test_a_copied_chip_is_a_chip_where_it_is_pasted(studio: OpenStudio) -> None:
    document = {
        "sections": [
            {"kind": "heading", "id": "s2", "text": "For {{ contact.first_name | default: 'you' }}"},
            {"kind": "text", "id": "s3", "html": "<p>Tea</p>"},
        ]
    }
    mail = studio(document)
    mail.page.context.grant_permissions(["clipboard-read", "clipboard-write"])

    mail.choose("Heading")
    mail.box("Headline").focus()
    mail.page.keyboard.press("Control+a")
    mail.page.keyboard.press("Control+c")
    into_the_text(mail)
    mail.page.keyboard.type(" ")
    mail.page.keyboard.press("Control+v")

    until(lambda: text_of(mail) == "<p>Tea For {{ contact.first_name | default: 'you' }}</p>")
    mail.box("Text").locator(".st-field").wait_for()
