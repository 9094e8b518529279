"""Looking at the e-mail: as somebody, on a phone, in the dark, as plain text, and behind glass."""

import re
from functools import partial

import pytest
from playwright.sync_api import Locator

from tests.browser import until
from tests.pages.conftest import Web
from tests.studio.conftest import OpenStudio

pytestmark = pytest.mark.browser
CHECKOUT = "https://doileaf.example/cart/dewi"


def test_dewi_sees_her_name_and_her_cart(studio: OpenStudio) -> None:
    mail = studio()

    mail.page.locator(".st-as").get_by_text("Dewi Anggraini").wait_for()
    inbox = mail.page.locator(".st-inbox")
    inbox.get_by_text("Dewi, your tea is waiting").wait_for()
    assert "Doi Leaf · We kept it aside." in inbox.inner_text()
    mail.mail.get_by_text("Gayo Aceh beans").wait_for()
    mail.mail.get_by_text("฿640").wait_for()
    assert mail.mail.get_by_role("link", name="Back to my cart").get_attribute("href") == CHECKOUT


def test_it_is_looked_at_as_anybody(studio: OpenStudio) -> None:
    mail = studio()

    mail.page.get_by_role("button", name="Preview as").click()
    mail.page.get_by_placeholder("Find a Contact").fill("somch")
    people = mail.page.locator(".st-people")
    people.get_by_text("Dewi Anggraini").wait_for(state="detached")
    people.get_by_role("button", name="Somchai Jaidee").click()
    mail.page.locator(".st-inbox").get_by_text("Somchai, your tea is waiting").wait_for()

    mail.page.get_by_role("button", name="Preview as").click()
    people.get_by_role("button", name="Somebody invented").click()
    mail.page.locator(".st-inbox").get_by_text("Hannah, your tea is waiting").wait_for()
    mail.mail.get_by_text("Mae Salong oolong").wait_for()


def test_another_thing_that_happened_brings_another_cart(studio: OpenStudio) -> None:
    mail = studio()
    mail.mail.get_by_text("Gayo Aceh beans").wait_for()

    mail.page.get_by_role("button", name="Preview as").click()
    mail.page.locator(".st-people").get_by_role("button", name="Mae Salong oolong 100 g").click()

    mail.mail.get_by_text("Mae Salong oolong 100 g").wait_for()
    mail.mail.get_by_text("Gayo Aceh beans").wait_for(state="detached")


def test_a_phone_shows_it_narrow(studio: OpenStudio) -> None:
    mail = studio()
    assert frame_width(mail) > 600

    mail.page.get_by_role("button", name="Phone").click()

    until(lambda: frame_width(mail) == 390)
    # The e-mail's own rules for phones apply: the headline is smaller.
    until(
        lambda: mail.mail.get_by_text("Still in your cart").evaluate("one => getComputedStyle(one).fontSize") == "24px"
    )


def frame_width(mail: object) -> float:
    box = mail.page.locator(".st-frame").bounding_box()  # type: ignore[attr-defined]
    return float(box["width"]) if box else 0


def _ground_is(card: Locator, *, above: float = -1, below: float = 2) -> bool:
    return above < luminance(card.evaluate(GROUND)) < below


def test_dark_is_dark_whatever_the_screen_of_the_marketer(studio: OpenStudio) -> None:
    for screen_is_dark in (False, True):
        mail = studio(dark=screen_is_dark)
        card = mail.mail.locator(".cw-card")
        until(partial(_ground_is, card, above=0.9))
        mail.page.get_by_role("button", name="Dark", exact=True).click()
        until(partial(_ground_is, card, below=0.2))


GROUND = "one => getComputedStyle(one).backgroundColor"


def luminance(colour: str) -> float:
    return sum(map(int, re.findall(r"\d+", colour)[:3])) / 765


def test_plain_text_is_what_plain_readers_get(studio: OpenStudio) -> None:
    mail = studio()

    mail.page.get_by_role("button", name="Plain text").click()

    mail.page.locator(".st-plain", has_text="STILL IN YOUR CART").wait_for()
    plain = mail.page.locator(".st-plain").inner_text()
    assert "- Mae Salong oolong" in plain
    assert "Back to my cart:\nhttps://doileaf.example/cart/dewi" in plain


def test_the_chosen_section_is_brought_into_view_and_marked(studio: OpenStudio) -> None:
    texts = [{"kind": "text", "id": f"s{n}", "html": f"<p>{'Paragraph ' * 60}{n}</p>"} for n in range(12)]
    mail = studio({"sections": texts})

    mail.page.locator(".st-list .st-sec-main").last.click()

    last = mail.mail.locator("tbody#cw-section-s11")
    until(lambda: last.evaluate("one => one.matches(':target')"))
    until(lambda: last.evaluate("one => one.getBoundingClientRect().top < innerHeight"))
    assert last.evaluate("one => getComputedStyle(one).outlineStyle") == "solid"
    # Typing there does not lead anywhere else.
    mail.box("Text").click()
    mail.page.keyboard.press("Control+End")
    mail.page.keyboard.type(" at the end")
    mail.mail.get_by_text("11 at the end").wait_for()
    assert last.evaluate("one => one.getBoundingClientRect().top < innerHeight")
    assert mail.page.evaluate("document.activeElement.getAttribute('role')") == "textbox"


def test_the_preview_is_behind_glass(studio: OpenStudio, web: Web) -> None:
    """What customers and shops have typed stands in it: it may run nothing and see nothing, and stays where it is."""
    evil = '<p>Hello <img src="x" onerror="parent.hit=1"><script>parent.hit=2</script>you</p>'
    button = {"kind": "button", "id": "s2", "label": "<b>Go</b>", "link": f"{web.url}/cw/demo/doi-leaf.png"}
    mail = studio({"sections": [{"kind": "text", "id": "s1", "html": evil}, button]})

    for frame in mail.page.locator(".st-frame iframe").all():
        allowed = set(frame.get_attribute("sandbox").split())
        assert allowed == {"allow-popups", "allow-popups-to-escape-sandbox", "allow-scripts"}
    with mail.page.expect_popup() as opened:
        mail.mail.get_by_role("link", name="<b>Go</b>").press("Enter")
    assert opened.value.evaluate("window.opener") is None
    mail.mail.get_by_role("link", name="<b>Go</b>").wait_for()
    assert mail.page.evaluate("window.hit") is None


def test_a_section_is_chosen_where_it_stands_in_the_preview(studio: OpenStudio) -> None:
    texts = [{"kind": "text", "id": f"s{n}", "html": f"<p>{'Paragraph ' * 60}{n}</p>"} for n in range(6)]
    mail = studio(
        {"sections": [*texts, {"kind": "button", "id": "go", "label": "Go", "link": "https://doileaf.example"}]}
    )

    link = mail.mail.get_by_role("link", name="Go")
    link.scroll_into_view_if_needed()
    link.hover()
    section = mail.mail.locator("tbody#cw-section-go")
    assert section.evaluate("one => getComputedStyle(one).outlineStyle") == "dashed"
    place = section.evaluate("one => one.getBoundingClientRect().top")
    link.click()

    mail.panel.get_by_role("heading", name="Button").wait_for()
    until(lambda: section.evaluate("one => one.matches(':target')"))
    assert section.evaluate("one => one.getBoundingClientRect().top") == place
    assert len(mail.page.context.pages) == 1
    mail.mail.locator("tbody#cw-section-s4").click()
    mail.page.locator('.st-sec.is-on[data-section="s4"]').wait_for()


def test_what_is_wrong_is_listed_and_leads_to_its_place(studio: OpenStudio) -> None:
    mail = studio({"subject": "Tea", "sections": [
        {"kind": "heading", "id": "s1", "text": "Hello {{ contact.first_name }}"},
        {"kind": "button", "id": "s2", "label": "", "link": "tea"},
    ]})  # fmt: skip
    checks = mail.page.get_by_role("region", name="Before it goes out")

    checks.get_by_text("Add a footer").wait_for()
    checks.get_by_text("It has a subject").wait_for()
    mail.row("Button").get_by_label("Something is wrong here").wait_for()
    checks.get_by_role("button", name="First name may be empty").click()
    mail.panel.get_by_role("heading", name="Heading").wait_for()
    until(lambda: mail.page.evaluate("document.activeElement.innerText").startswith("Hello"))
    mail.panel.get_by_text("say what stands there then").wait_for()

    checks.get_by_role("button", name="is no web address").click()
    mail.panel.get_by_role("heading", name="Button").wait_for()
    mail.box("Link").fill("https://doileaf.example")
    checks.get_by_text("is no web address").wait_for(state="detached")


def test_a_broken_field_is_said_and_the_last_good_preview_stays(studio: OpenStudio) -> None:
    mail = studio()

    mail.choose("Heading")
    mail.box("Headline").fill("Hello {{ contact.first_name")

    mail.page.locator(".st-notice").get_by_text("does not close it").wait_for()
    mail.mail.get_by_text("Still in your cart").wait_for()
    mail.choose("Text")
    mail.page.get_by_role("button", name="Show me").click()
    mail.panel.get_by_role("heading", name="Heading").wait_for()
    mail.box("Headline").fill("Hello")
    mail.page.locator(".st-notice").wait_for(state="hidden")


# Holds back the pictures of the screen, until the line above the preview changes: then all of them come at once.
BETWEEN_TWO_PICTURES = """
const held = [];
window.requestAnimationFrame = (draw) => held.push(draw);
window.held = held;
new MutationObserver((_, observer) => {
  observer.disconnect();
  window.requestAnimationFrame = (draw) => draw(0);
  held.forEach((draw) => draw(0));
}).observe(document.querySelector(".st-inbox"), { subtree: true, childList: true, characterData: true });
"""


def test_what_is_typed_while_the_preview_turns_its_page_is_shown_and_so_is_what_comes_after(studio: OpenStudio) -> None:
    """On a slow machine the next page comes when the one before is drawn, and not to be seen yet."""
    mail = studio()
    mail.choose("Heading")
    mail.page.evaluate(f"() => {{ {BETWEEN_TWO_PICTURES} }}")
    mail.box("Headline").fill("Tea for one")
    mail.page.wait_for_function("held.length > 0", polling=50)

    mail.choose_head()
    mail.box("Preview text").fill("We kept two cups aside")
    mail.page.locator(".st-inbox").get_by_text("two cups").wait_for()
    mail.choose("Heading")
    mail.box("Headline").fill("Tea for two")

    mail.mail.get_by_text("Tea for two").wait_for()


def test_what_was_drawn_behind_the_plain_text_is_seen_afterwards(studio: OpenStudio) -> None:
    mail = studio()
    page, frame = mail.page, mail.page.locator(".st-frame")

    def drawn() -> int:
        return int(frame.get_attribute("data-drawn") or 0)

    def show(name: str) -> None:
        before = drawn()
        page.get_by_role("button", name=name, exact=True).click()
        until(lambda: name == "Plain text" or drawn() > before)

    page.get_by_role("button", name="Dark", exact=True).click()
    show("Plain text")
    show("Desktop")
    until(lambda: mail.mail.locator("body").evaluate("body => body.scrollHeight > 100"))

    show("Plain text")
    page.get_by_role("button", name="Preview as").click()
    page.locator(".st-people").get_by_role("button", name="Somchai Jaidee").click()
    page.locator(".st-inbox").get_by_text("Somchai, your tea is waiting").wait_for()
    show("Phone")
    until(lambda: mail.mail.locator("body").evaluate("body => body.scrollHeight > 100"))
