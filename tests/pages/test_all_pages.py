"""Every page, on a desk and in a hand, light and dark, in three languages."""

import re
from typing import Any

import pytest

from runtime.accounts import users
from tests.pages.conftest import Look, Web
from tests.pages.doi_leaf import DEWI, EVERYTHING_TYPED, INSIDE, NOK, SENT

pytestmark = pytest.mark.browser

PAGES = (
    "/overview",
    "/flows",
    "/flows/cart/rehearse",
    "/flows/cart/runs",
    "/flows/cart/versions",
    "/flows/cart/versions/compare",
    f"/flows/cart/runs/{INSIDE}",
    "/contacts",
    f"/contacts/{DEWI}",
    "/segments",
    "/segments/oolong",
    "/segments/regulars",
    "/emails",
    "/messages",
    f"/messages/{SENT}",
    "/settings",
    "/nowhere",
)
SAME_EVERYWHERE = (
    *EVERYTHING_TYPED,
    "Cartwheel", "English", "Bahasa Indonesia", "Message-ID", "Shopify", "SMTP", "STARTTLS", "Asia/Bangkok", "Asia/Jakarta",
    "UTC", "CARTWHEEL_BASE_URL=https://mail.shop.example", "THB", "Thai", "Server", "Port",
)  # fmt: skip
"""Names, and words that the other languages write in the same way."""

TEXTS = """() => {
  const found = [], walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const at = walk.currentNode.parentElement;
    if (at.closest('.ms, .q-icon, script, style, pre, code, #popup, #too_long_message_popup, [aria-hidden=true]'))
      continue;
    const text = walk.currentNode.textContent.trim();
    if (text && at.checkVisibility()) found.push(text);
  }
  return found;
}"""


def bare(text: str) -> str:
    """A text without names, addresses, numbers and signs."""
    for name in sorted(SAME_EVERYWHERE, key=len, reverse=True):
        text = text.replace(name, "")
    return re.sub(r"https?://\S+|\S+@\S+|<\S+>|[\W\d_]", "", text)


def show(web: Web, language: str) -> None:
    nok = users.by_email(web.house, NOK)
    assert nok is not None
    users.set_language(web.house, nok.id, language)


@pytest.mark.parametrize("phone", [False, True], ids=["desk", "hand"])
def test_no_page_errs_asks_others_or_is_wider_than_the_screen(look: Look, web: Web, phone: bool) -> None:
    show(web, "en")
    page = look(PAGES[0], phone=phone, dark=phone)
    for place, path in enumerate(PAGES):
        go(page, web, path)
        assert page.locator("h1, h3").count() > 0
        # Every other page is opened in the dark; what is light on the desk is dark in the hand.
        for scheme in ("light", "dark") if (place + phone) % 2 == 0 else ("dark", "light"):
            page.emulate_media(color_scheme=scheme)
            wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
            assert wide <= 0, f"{path}, {scheme}: {wide} pixels too wide"


LOST = """() => {
  const scrolled = (one) => { for (let at = one.parentElement; at; at = at.parentElement)
    if (['auto', 'scroll'].includes(getComputedStyle(at).overflowX)) return true; };
  const named = (one) => one.innerText.trim().slice(0, 40) || one.getAttribute('aria-label');
  const seen = (all) => [...document.querySelectorAll(all)].filter((one) => one.checkVisibility());
  const beyond = seen('a, button, input').filter((one) => !one.closest('.vue-flow') && !scrolled(one))
    .filter((one) => one.getBoundingClientRect().right > innerWidth).map((one) => `${named(one)} is beyond the edge`);
  const squeezed = seen('.fl-row .name, .ct-who .cw-strong, .ms-row b, .co-grid .what, .ru-where .cw-strong, .cw-top-left input')
    .filter((one) => one.clientWidth < Math.min(100, one.scrollWidth)).map((one) => `${named(one)} is cut`);
  return [...beyond, ...squeezed];
}"""


def test_tablets_and_small_windows_show_names_and_everything_to_press(look: Look, web: Web) -> None:
    show(web, "id")
    page = look("/overview")
    lost = {}
    for path in (*PAGES, "/flows/cart", "/emails/tea"):
        go(page, web, path)
        for width in (768, 834, 960, 1024, 1180):
            page.set_viewport_size({"width": width, "height": 900})
            lost[f"{path} at {width}"] = page.evaluate(LOST)
    show(web, "en")
    assert not {where: what for where, what in lost.items() if what}


RINGLESS = """() => {
  const one = document.activeElement;
  if (!one || one === document.body) return '';
  const ringed = (style) => style.outlineStyle === 'solid' && parseFloat(style.outlineWidth) >= 2;
  const field = one.matches('input, select, textarea') && one.closest('.cw-input, .fe-name, .cw-pick-select, .q-field');
  const after = getComputedStyle(one, '::after'), whole = one.matches('.cw-cover') && after.boxShadow !== 'none';
  const shown = ringed(getComputedStyle(one)) || field || whole || one.matches('#main, iframe, .cw-canvas, .st-text');
  return shown ? '' : `${one.tagName} ${one.className} ${one.innerText}`;
}"""


def test_the_keyboard_is_seen_wherever_it_is(look: Look, web: Web) -> None:
    show(web, "en")
    page = look("/overview")
    lost = set()
    for path in ("/flows", f"/contacts/{DEWI}", "/settings", "/emails/tea"):
        go(page, web, path)
        for _ in range(25):
            page.keyboard.press("Tab")
            lost.add(page.evaluate(RINGLESS))
    assert lost == {""}


def test_every_page_has_one_main_part(look: Look, web: Web) -> None:
    page = look("/overview")
    for path in ("/overview", "/flows/cart", "/emails/tea"):
        go(page, web, path)
        assert page.locator("main").count() == 1


def test_long_words_leave_nothing_beyond_the_edge_of_a_hand(look: Look, web: Web) -> None:
    show(web, "id")
    page = look("/overview", phone=True)
    assert page.locator(".ov-table .scroll-x").evaluate("box => box.scrollWidth - box.clientWidth") == 0

    go(page, web, "/settings")
    notes = page.locator("#delivery .cw-cap:visible, #account .cw-cap:visible")
    notes.first.wait_for()
    notes.evaluate_all(
        "all => all.forEach((note) => note.append(' nok.of.a.shop.with.a.very.long.name@doileaf.example'))"
    )
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    show(web, "en")


def test_no_page_is_left_in_english(look: Look, web: Web) -> None:
    show(web, "en")
    page = look(PAGES[0])
    english: set[str] = set()
    for path in PAGES:
        go(page, web, path)
        english |= set(page.evaluate(TEXTS))
    left: dict[str, set[str]] = {}
    for language in ("th", "id"):
        show(web, language)
        for path in PAGES:
            go(page, web, path)
            assert page.evaluate("document.documentElement.lang") == language
            texts = {text for text in page.evaluate(TEXTS) if bare(text)}
            # In Thai no word may have Latin letters; Indonesian shares the letters, so its texts must differ.
            same = (
                {text for text in texts if re.search("[A-Za-z]{3}", bare(text))}
                if language == "th"
                else texts & english
            )
            if same:
                left[f"{path} in {language}"] = same
    show(web, "en")
    assert not left


def go(page: Any, web: Web, path: str) -> None:
    """Open a page; one that is not there is a 404, which the browser reports as an error that is meant."""
    if path == "/nowhere":
        assert page.request.get(web.url + path, headers={"Accept": "text/html"}).status == 404
        return
    page.goto(web.url + path)
    page.wait_for_function("window.did_handshake === true")
    page.wait_for_function("!document.querySelector('.cw-pulse') || document.querySelector('.cw-pulse').innerText")
    page.wait_for_function("document.querySelector('.re-list')?.childElementCount !== 0")  # until it is rehearsed
