"""The studio in a hand, in every colour and language."""

import re
from typing import Any

import pytest

from runtime.accounts import users
from tests.browser import middle, until
from tests.pages.conftest import Look, Web
from tests.pages.doi_leaf import NOK
from tests.studio.conftest import OpenStudio

pytestmark = pytest.mark.browser


def test_sections_preview_and_form_take_turns_on_a_phone(studio: OpenStudio) -> None:
    mail = studio(phone=True)
    page = mail.page
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    page.locator(".st-frame.is-phone").wait_for()
    assert mail.panel.is_hidden()

    page.get_by_role("button", name="Sections").tap()
    mail.row("Heading").locator(".st-sec-main").tap()
    mail.panel.get_by_role("heading", name="Heading").wait_for()
    page.locator(".st-left").wait_for(state="hidden")
    mail.box("Headline").fill("Typed with a thumb")
    mail.mail.get_by_text("Typed with a thumb").wait_for()
    page.get_by_role("button", name="Close").last.tap()
    mail.panel.wait_for(state="hidden")

    page.get_by_role("button", name="Before it goes out").tap()
    page.get_by_text("It has a subject").wait_for()


def test_a_finger_drags_a_section_by_its_grip(studio: OpenStudio) -> None:
    mail = studio(phone=True)
    mail.page.get_by_role("button", name="Sections").tap()
    x, y = middle(mail.row("Products").locator(".st-grip"))
    _, goal = middle(mail.row("Heading"))
    touch = mail.page.context.new_cdp_session(mail.page)

    touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
    for step in range(1, 9):
        point = {"x": x, "y": y + (goal - y) * step / 8}
        touch.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [point]})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})

    until(lambda: mail.kinds[1] == "products")


def test_a_keyboard_does_not_cover_or_close_a_list(studio: OpenStudio) -> None:
    mail = studio(phone=True)
    page = mail.page

    page.get_by_role("button", name="Preview as").tap()
    page.locator(".st-people").get_by_text("Somchai Jaidee").wait_for()
    assert page.evaluate("document.activeElement.nodeName") != "INPUT", "the keyboard stays down"
    page.keyboard.press("Escape")

    page.get_by_role("button", name="Sections").tap()
    mail.row("Heading").locator(".st-sec-main").tap()
    mail.panel.get_by_role("button", name="Insert a field").first.tap()
    page.get_by_role("option", name="First name").first.wait_for()
    assert page.evaluate("document.activeElement.getAttribute('role')") == "listbox"
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Close").last.tap()

    page.get_by_role("button", name="Sections").tap()
    page.get_by_role("button", name="Subject and sender").tap()
    language = mail.panel.get_by_label("Language")
    language.scroll_into_view_if_needed()
    language.tap()
    page.get_by_role("option", name="Thai").wait_for()
    page.set_viewport_size({"width": 390, "height": 560})  # the keyboard comes up, and the panel scrolls
    language.evaluate(SCROLL)
    language.scroll_into_view_if_needed()
    assert page.get_by_role("option", name="Thai").is_visible()
    page.get_by_role("option", name="Thai").tap()
    until(lambda: mail.draft().document["language"] == "th")


SCROLL = """one => new Promise((done) => {
  const panel = one.closest(".body");
  panel.addEventListener("scroll", () => requestAnimationFrame(done), { once: true });
  panel.scrollBy(0, panel.scrollTop > 12 ? -12 : 12);
})"""


TEXTS = """() => {
  const found = [], walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const at = walk.currentNode.parentElement;
    if (at.closest('.ms, .q-icon, script, style, pre, #popup, #too_long_message_popup, [aria-hidden=true]')) continue;
    if (at.closest('.st-inbox b, .st-as, .st-field, .st-text, .fe-name, select, .st-people, .st-sec .cw-cap')) continue;
    const text = walk.currentNode.textContent.trim();
    if (text && at.checkVisibility()) found.push(text);
  }
  for (const one of document.querySelectorAll('[aria-label], [title], [placeholder]'))
    for (const name of ['aria-label', 'title', 'placeholder']) if (one.getAttribute(name)) found.push(one.getAttribute(name));
  return found;
}"""
OURS = ("Doi Leaf", "Cart reminder", "Cartwheel", "KB", "Gmail", "https://", "We kept it aside", "Nok")


def bare(text: str) -> str:
    for name in OURS:
        text = text.replace(name, "")
    return re.sub(r"[\W\d_]", "", text)


def seen(page: Any, mail: Any) -> set[str]:
    """Every text of the studio: the head, two sections, the menus."""
    found = set(page.evaluate(TEXTS))
    for section in page.locator(".st-list .st-sec").all():
        section.locator(".st-sec-main").click()
        mail.panel.get_by_role("heading", name=section.locator(".n").inner_text(), exact=True).wait_for()
        found |= set(page.evaluate(TEXTS))
    return found


@pytest.mark.parametrize("language", ["th", "id"])
def test_nothing_is_left_in_english(studio: OpenStudio, web: Web, look: Look, language: str) -> None:
    nok = users.by_email(web.house, NOK)
    assert nok is not None
    mail = studio()
    english = seen(mail.page, mail) | texts_of_brand(look)
    users.set_language(web.house, nok.id, language)
    try:
        mail.page.reload()
        mail.wait()
        theirs = seen(mail.page, mail) | texts_of_brand(look)
    finally:
        users.set_language(web.house, nok.id, "en")
    same = {text for text in english & theirs if bare(text)} - SAME
    assert not same


SAME = {"Header", "Footer", "Georgia", "Helvetica", "CSS", "px", "Logo", "Link", "1 Tea Road, Chiang Rai, Thailand"}
"""Names, and words that the other languages write in the same way."""


def texts_of_brand(look: Look) -> set[str]:
    page = look("/brand")
    page.wait_for_function("document.querySelector('.st-frame')?.dataset.drawn > 0", polling=50)
    return set(page.evaluate(TEXTS))
