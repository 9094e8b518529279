"""The preview is the e-mail itself: only marks are added, and they are taken for what they are."""

import base64
import hashlib
import re

import pytest

from builder.studio.marks import anchor, marked, shown, unmarked
from runtime.mail import KINDS, Brand, Renderer, compile_email, mail_data, read_document, sample_data

BRAND = Brand(name="Doi Leaf", postal_address="1 Tea Road", logo_url="http://127.0.0.1:9/media/logo.png")
OWN = "http://127.0.0.1:9"


def every_kind() -> dict[str, object]:
    """An e-mail with a section of every kind there is."""
    filled = {"text": "Hello {{ contact.first_name }}", "html": "<p>Hello</p>", "src": "https://doileaf.example/a.png"}
    sections = [
        {"kind": kind, "id": f"s{number}", **{name: filled[name] for name in model.model_fields if name in filled}}
        for number, (kind, model) in enumerate(KINDS.items())
    ]
    return {"subject": "Tea", "sections": sections}


EMPTY = "Empty: nobody & co have no cart"


def rendered(*, with_marks: bool, cart: bool = True) -> str:
    document = read_document(every_kind())
    compiled = compile_email(marked(document, EMPTY) if with_marks else document, BRAND)
    return Renderer(compiled).render(sample_data(BRAND) if cart else mail_data({}, {}, BRAND)).html


@pytest.mark.parametrize("cart", [True, False])
def test_without_its_marks_the_preview_is_what_is_sent(cart: bool) -> None:
    assert unmarked(rendered(with_marks=True, cart=cart)) == rendered(with_marks=False, cart=cart)


def test_products_of_somebody_without_a_cart_say_why_nothing_is_seen() -> None:
    assert "have no cart" not in rendered(with_marks=True)
    assert rendered(with_marks=True, cart=False).count("have no cart") == 1


def test_every_section_can_be_pointed_at() -> None:
    page = shown(rendered(with_marks=True), dark=False, own_url=OWN)
    for number in range(len(KINDS)):
        assert page.count(f'<tbody id="{anchor(f"s{number}")}">') == 1
    assert page.count("<tbody") == page.count("</tbody>")


def test_light_and_dark_do_not_depend_on_the_screen_of_who_looks() -> None:
    page = rendered(with_marks=True)
    assert "prefers-color-scheme" in page
    for dark, rule in ((True, "@media all"), (False, "@media not all")):
        made = shown(page, dark=dark, own_url=OWN)
        assert not re.search(r"@media\s*\(prefers-color-scheme", made)
        assert rule in made


def test_own_pictures_are_asked_for_by_path() -> None:
    page = shown(rendered(with_marks=True), dark=False, own_url=OWN + "/")
    assert 'src="/media/logo.png"' in page
    assert 'src="https://doileaf.example/a.png"' in page


def test_only_the_script_that_tells_of_a_press_may_run() -> None:
    page = shown(rendered(with_marks=True), dark=False, own_url=OWN, pick=True)
    policy = re.search(r"<head><meta [^>]*script-src 'sha256-([^']+)'; ", page)
    assert policy is not None, "it stands before everything else"
    (script,) = re.findall(r"<script>(.*?)</script>", page)
    assert base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() == policy[1]


def test_where_nothing_can_be_pressed_there_is_no_script() -> None:
    assert "<script" not in shown(rendered(with_marks=True), dark=False, own_url=OWN)
