"""Whoever writes a name, a product or an address: no value becomes markup, a template, or a dangerous link."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runtime.mail import Brand, EmailDocument, Renderer, compile_email, mail_data, read_document

from .conftest import fixture
from .reading import Page

BRAND = Brand.model_validate(fixture("brand"))
REMINDER = Renderer(compile_email(read_document(fixture("cart_reminder")), BRAND))

ATTACKS = [
    '"><script>alert(1)</script>',
    "' onmouseover='alert(1)",
    "--><img src=x onerror=alert(1)>",
    "<![endif]--><script>alert(1)</script>",
    "{{ contact.email }}{% for x in cart.items %}",
    "</td></tr></table><h1>gone",
    "&lt;b&gt; &amp; \\",
]
DANGEROUS = [
    "javascript:alert(1)",
    " JaVaScRiPt:alert(1)",
    "java\nscript:alert(1)",
    "data:text/html;base64,PHNjcmlwdD4=",
    "vbscript:x",
    "//evil.example/x",
    "/relative",
    "file:///etc/passwd",
    "https:",
    "",
]


def filled(text: str, url: str = "https://x.example/") -> dict[str, object]:
    item = {"name": text, "variant": text, "price": text, "quantity": text, "url": url, "image": url}
    event = {"items": [item], "checkout_url": url, "currency": "THB"}
    return mail_data({"first_name": text}, event, BRAND, unsubscribe_url="https://u.example/1")


EXPECTED = Page(REMINDER.render(filled("Hannah")).html)


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_value_stays_a_value(attack: str) -> None:
    rendered = REMINDER.render(filled(attack))
    page = Page(rendered.html)
    assert page.shape == EXPECTED.shape
    assert len(page.comments) == len(EXPECTED.comments)
    assert " ".join(attack.split()) in page.text
    assert attack in rendered.text


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet=st.sampled_from("<>\"'&{}%-/= aé\n") | st.characters(codec="utf-8"), min_size=1, max_size=80))
def test_no_value_changes_the_shape_of_a_mail(value: str) -> None:
    page = Page(REMINDER.render(filled(f"a{value}")).html)
    assert page.shape == EXPECTED.shape
    assert len(page.comments) == len(EXPECTED.comments)


@pytest.mark.parametrize("url", DANGEROUS)
def test_a_dangerous_address_leads_to_the_shop_instead(url: str) -> None:
    rendered = REMINDER.render(filled("Hannah", url))
    page = Page(rendered.html)
    assert all(link.startswith("https://") for link in page.links)
    assert page.links.count("https://doileaf.example") == 3 if url else 1  # header, button, product
    assert all((picture.get("src") or "https://").startswith("https://") for picture in page.of("img"))
    assert "javascript" not in rendered.html.lower()


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=60) | st.sampled_from(DANGEROUS))
def test_every_link_is_a_web_address(url: str) -> None:
    page = Page(REMINDER.render(filled("Hannah", url)).html)
    assert page.shape[: len(EXPECTED.shape) // 2] == EXPECTED.shape[: len(EXPECTED.shape) // 2]
    for link in page.links:
        assert link.startswith(("https://", "http://", "HTTP", "Http", "mailto:", "tel:"))


def test_a_shop_without_a_website_has_no_links_rather_than_dangerous_ones() -> None:
    brand = Brand(name="No site")
    document = read_document({"sections": [{"kind": "button", "id": "s1", "label": "Go", "link": "{{ cart.url }}"}]})
    data = mail_data({}, {"url": "javascript:alert(1)"}, brand)
    rendered = Renderer(compile_email(document, brand)).render(data)
    assert Page(rendered.html).links == []
    assert rendered.text == "Go\n"


def test_products_pictures_and_words_that_lead_nowhere_are_told_without_a_link() -> None:
    brand = Brand(name="No site")
    words = '<p>Our <a href="{{ event.page }}">teas</a> and <a href="javascript:alert(1)">cups</a></p>'
    sections = [
        {"kind": "text", "id": "s1", "html": words},
        {"kind": "image", "id": "s2", "src": "https://x.example/a.png", "alt": "A cup", "link": "{{ event.page }}"},
        {"kind": "products", "id": "s3", "show_price": False, "show_quantity": False, "button_label": "To the cart"},
    ]
    items = [{"name": "Mae Salong oolong"}, {"name": "Cup", "url": "https://x.example/cup"}]
    document = read_document({"kind": "transactional", "sections": sections})
    rendered = Renderer(compile_email(document, brand)).render(mail_data({}, {"items": items}, brand))
    assert "#" not in rendered.text
    assert "Our teas and cups" in rendered.text
    assert "[A cup]\n" in rendered.text
    assert "- Mae Salong oolong\n- Cup\n  https://x.example/cup\n" in rendered.text
    assert rendered.text.count("To the cart") == 1
    assert set(Page(rendered.html).links) == {"https://x.example/cup"}


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ("https://x.example/?q={{ event.term }}&r=1", "https://x.example/?q=tea%20%26%20%22milk%22%3Fx%3D/y&r=1"),
        ("{{ event.base }}?from=mail", "https://base.example/?from=mail"),
        ("{{ event.bad }}?from=mail", "https://doileaf.example"),
        ("{{ event.none | default: 'https://f.example' }}", "https://f.example"),
        ("javascript:{{ event.term }}", "#"),
        ("https://{{ event.bad }}", "#"),
        ("mailto:hello@doileaf.example?subject=Tea", "mailto:hello@doileaf.example?subject=Tea"),
        ("tel:+6653123456", "tel:+6653123456"),
        ("https://x.example/a b\"c'd", "https://x.example/a%20b%22c%27d"),
    ],
)
def test_what_becomes_of_a_link(link: str, expected: str) -> None:
    event = {"term": 'tea & "milk"?x=/y', "base": "https://base.example/", "bad": "javascript:alert(1)//"}
    document = read_document(
        {
            "sections": [
                {"kind": "button", "id": "s1", "label": "Go", "link": link},
                {"kind": "text", "id": "s2", "html": f'<p><a href="{link.replace(chr(34), "&quot;")}">x</a></p>'},
            ]
        }
    )
    rendered = Renderer(compile_email(document, BRAND)).render(mail_data({}, event, BRAND))
    links = Page(rendered.html).links
    assert links == ([] if expected == "#" else [expected] * 2)
    assert rendered.text.count(expected) == len(links)


@pytest.mark.parametrize("fallback", ["it's <b>", "'>\"<", "{ { % }"])
def test_a_fallback_cannot_leave_its_attribute(fallback: str) -> None:
    quote = "'" if "'" not in fallback else '"'
    if quote in fallback:
        fallback = fallback.replace(quote, "")
    tag = f"{{{{ contact.first_name | default: {quote}{fallback}{quote} }}}}"
    image = {"kind": "image", "id": "s1", "src": "https://i.example/a.png", "alt": f'A "picture" for {tag}'}
    rendered = Renderer(compile_email(read_document({"sections": [image]}), BRAND)).render(mail_data({}, None, BRAND))
    assert Page(rendered.html).of("img")[0]["alt"] == f'A "picture" for {fallback}'


@pytest.mark.parametrize("text", [*ATTACKS[:4], *ATTACKS[5:], "]]>", "<mj-include path='/etc/passwd'/>", "<mj-raw>"])
def test_what_a_marketer_types_is_text(text: str) -> None:
    sections: list[dict[str, Any]] = [
        {"kind": "heading", "id": "s1", "text": text},
        {"kind": "button", "id": "s2", "label": text, "link": "https://x.example"},
        {"kind": "image", "id": "s3", "src": "https://i.example/a.png", "alt": text},
        {"kind": "notice", "id": "s4", "text": text},
        {"kind": "coupon", "id": "s5", "text": text, "code": text, "terms": text},
        {"kind": "footer", "id": "s6", "note": text},
    ]
    brand = BRAND.model_copy(update={"name": text, "postal_address": text, "support_phone": text})

    def page(document: EmailDocument, with_brand: Brand) -> Page:
        compiled = compile_email(document, with_brand)
        return Page(Renderer(compiled).render(mail_data({}, None, with_brand)).html)

    attacked = page(read_document({"sections": sections, "preview_text": text}), brand)
    plain: list[dict[str, Any]] = [
        {key: "x" if value == text else value for key, value in section.items()} for section in sections
    ]
    harmless = page(
        read_document({"sections": plain, "preview_text": "x"}),
        BRAND.model_copy(update={"name": "x", "postal_address": "y", "support_phone": "x"}),
    )
    assert attacked.shape == harmless.shape
    assert attacked.text.count(" ".join(text.split())) >= 8


def test_no_file_can_be_included(tmp_path: Any) -> None:
    secret = tmp_path / "secret.mjml"
    secret.write_text("<mj-text>the secret</mj-text>")
    document = read_document(
        {"sections": [{"kind": "text", "id": "s1", "html": f'<mj-include path="{secret}" />{{{{ contact.email }}}}'}]}
    )
    rendered = Renderer(compile_email(document, BRAND)).render({"contact": {"email": f"<mj-include path='{secret}'/>"}})
    assert "the secret" not in rendered.html
