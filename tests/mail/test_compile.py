"""Publishing compiles an e-mail once. Every trap that MJML and premailer were seen to set is watched here."""

import re
import socket
from typing import Any, NoReturn

import pytest

from runtime.mail import (
    KINDS,
    Brand,
    CompiledEmail,
    CompileFailed,
    EmailDocument,
    Renderer,
    TagBroken,
    compile_email,
    new_section,
    read_document,
)
from runtime.mail.sentinels import Sentinels

from .reading import Page


def of(*sections: dict[str, Any], **head: Any) -> EmailDocument:
    return read_document(
        {"sections": [{"id": f"s{number}", **section} for number, section in enumerate(sections, 1)], **head}
    )


def test_every_tag_comes_through_once_and_in_its_place(cart_reminder: EmailDocument, doi_leaf: Brand) -> None:
    html = compile_email(cart_reminder, doi_leaf).html
    assert "zq0" not in html
    assert "%7B%7B" not in html
    assert "&gt;" not in "".join(re.findall(r"\{[{%].*?[%}]\}", html))
    loop = html[html.index("{% for item in cart.items limit: 4 %}") : html.index("{% endfor %}")]
    assert loop.count("{{ item.name }}") == 1
    assert '<a href="{{ item.url | link: "s6" }}"' in loop
    assert 'src="{{ item.image | safe_url }}"' in loop
    # The loop stands between table cells, inside the paragraph's own cell: nothing was moved in front of its table.
    assert html.rindex("<table", 0, html.index("{% for item")) > html.index('href="{{ cart.url | link: "s5" }}"')


def test_what_phones_dark_mode_and_outlook_need_is_still_there(cart_reminder: EmailDocument, doi_leaf: Brand) -> None:
    html = compile_email(cart_reminder, doi_leaf).html
    assert html.startswith("<!DOCTYPE html>")
    assert "data-premailer" not in html
    assert "@media only screen and (max-width:479px)" in html
    assert "@media (prefers-color-scheme:dark)" in html
    assert ".cw-row{padding-left:20px !important" in html
    assert '<meta name="color-scheme" content="light dark">' in html
    assert html.count("<!--[if ") == html.count("<![endif]-->") - html.count("<!--<![endif]-->") + html.count(
        "[if !mso]"
    )
    assert "max-width:600px" in html
    widths = [image.get("width") for image in Page(html).of("img")]
    assert "600" in widths
    assert not any("%" in (width or "") for width in widths)


def test_text_gets_its_styles_inline(cart_reminder: EmailDocument, doi_leaf: Brand) -> None:
    page = Page(compile_email(cart_reminder, doi_leaf).html)
    assert page.of("a", "cw-name")[0]["style"] == "color:#1c332a; font-weight:600; text-decoration:none"


def test_the_shops_own_css_is_inlined_and_kept(doi_leaf: Brand) -> None:
    css = ".cw-text p{letter-spacing:.3px} @media (max-width:400px){.cw-text p{letter-spacing:0 !important}}"
    brand = doi_leaf.model_copy(update={"css": css})
    html = compile_email(of({"kind": "text", "html": "<p>Tea</p>"}), brand).html
    paragraph = re.search(r"<p [^>]*>Tea</p>", html)
    assert paragraph is not None
    assert "letter-spacing:0.3px" in paragraph[0]
    assert "@media (max-width:400px){.cw-text p{letter-spacing:0 !important}}" in html


def test_outlook_keeps_the_pixel_widths_that_it_needs(cart_reminder: EmailDocument, doi_leaf: Brand) -> None:
    brand = doi_leaf.model_copy(update={"css": "img{opacity:.95} td{vertical-align:middle}"})
    pictures = Page(compile_email(cart_reminder, brand).html).of("img")
    assert [picture["width"] for picture in pictures] == ["600", "64", "1"]
    assert "width:100%" in (pictures[0]["style"] or "")


def test_compiling_reaches_for_no_network(
    cart_reminder: EmailDocument, doi_leaf: Brand, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_network(*_: object) -> NoReturn:
        raise AssertionError("somebody opened a connection")

    monkeypatch.setattr(socket.socket, "connect", no_network)
    monkeypatch.setattr(socket, "getaddrinfo", no_network)
    css = "@font-face{font-family:X;src:url(https://fonts.example/x.woff2)}"
    brand = doi_leaf.model_copy(update={"css": css})
    assert "fonts.example" in compile_email(cart_reminder, brand).html


def test_a_compiled_email_is_stored_as_json(
    cart_reminder: EmailDocument, doi_leaf: Brand, for_hannah: dict[str, object]
) -> None:
    compiled = compile_email(cart_reminder, doi_leaf)
    stored = CompiledEmail.model_validate_json(compiled.model_dump_json())
    assert stored == compiled
    assert Renderer(stored).render(for_hannah) == Renderer(compiled).render(for_hannah)


def test_compiling_is_repeatable(order_confirmation: EmailDocument, doi_leaf: Brand) -> None:
    assert compile_email(order_confirmation, doi_leaf) == compile_email(order_confirmation, doi_leaf)


def test_a_broken_tag_is_named_with_its_section_and_field(doi_leaf: Brand) -> None:
    document = of({"kind": "divider"}, {"kind": "button", "label": "Go", "link": "https://x.example/{{ cart.id"})
    with pytest.raises(TagBroken) as caught:
        compile_email(document, doi_leaf)
    assert (caught.value.section, caught.value.field) == ("s2", "link")
    with pytest.raises(TagBroken) as caught:
        compile_email(of(subject="Hello {{ contact.first_name | shout }}"), doi_leaf)
    assert (caught.value.section, caught.value.field) == ("", "subject")
    with pytest.raises(TagBroken) as caught:
        compile_email(of({"kind": "text", "html": "<p>{{ contact..name }}</p>"}), doi_leaf)
    assert (caught.value.section, caught.value.field) == ("s1", "html")


def test_braces_in_a_text_are_only_braces(doi_leaf: Brand) -> None:
    text = "<p>{<b>{ contact.email }</b>} and {<i>% if x %</i>} at {5}</p>"
    document = of({"kind": "text", "html": text}, {"kind": "heading", "text": "{ } { {"}, subject="{5} off")
    rendered = Renderer(compile_email(document, doi_leaf)).render({"contact": {"email": "hannah@example.com"}})
    assert rendered.subject == "{5} off"
    assert "{ { contact.email } } and { % if x % } at {5}" in Page(rendered.html).text
    assert "{{ contact.email }} and {% if x %} at {5}" in rendered.text
    assert "{ } { {" in rendered.text


def test_words_that_look_like_sentinels_stay_words(doi_leaf: Brand) -> None:
    document = of({"kind": "heading", "text": "zq00000z zqq00001z {{ contact.first_name }}"})
    rendered = Renderer(compile_email(document, doi_leaf)).render({"contact": {"first_name": "Hannah"}})
    assert "zq00000z zqq00001z Hannah" in Page(rendered.html).text


def test_a_lost_tag_is_never_sent() -> None:
    sentinels = Sentinels("<p>{{ a }}</p><!--{% if b %}--><p>{{ c }}</p><!--{% endif %}-->")
    assert sentinels.restored(sentinels.source) == "<p>{{ a }}</p>{% if b %}<p>{{ c }}</p>{% endif %}"
    with pytest.raises(CompileFailed, match="endif"):
        sentinels.restored(sentinels.source.rpartition("<!--")[0])
    with pytest.raises(CompileFailed, match=r"\{\{ a \}\}"):
        sentinels.restored(sentinels.source + sentinels.source[:20])


def test_an_unfinished_section_of_every_kind_can_be_previewed(doi_leaf: Brand) -> None:
    empty = read_document({})
    for kind in KINDS:
        document = empty.model_copy(update={"sections": (new_section(kind, empty),)})
        rendered = Renderer(compile_email(document, doi_leaf)).render({})
        assert "</html>" in rendered.html, kind


def test_controls_and_ampersands_do_not_stop_mjml(doi_leaf: Brand) -> None:
    document = of(
        {"kind": "heading", "text": 'Tea & "Coffee" <today>\x00\x0b'},
        {"kind": "image", "src": "https://i.example/a.png?x=1&y=2", "alt": "\"Tea\" & 'coffee' <b>"},
        {"kind": "notice", "text": "One\nTwo"},
    )
    page = Page(compile_email(document, doi_leaf).html)
    assert 'Tea & "Coffee" <today>' in page.text
    picture = page.of("img")[0]
    assert picture["alt"] == "\"Tea\" & 'coffee' <b>"
    assert picture["src"] == "https://i.example/a.png?x=1&y=2"


def test_buttons_stay_readable_whatever_the_brands_colour() -> None:
    pale = Brand(name="Pale", primary="#f7e08a", ink="#222222")
    dark = Brand(name="Dark", primary="#1f3a5f", ink="#222222")
    for brand, words in ((pale, "#222222"), (dark, "#ffffff")):
        html = compile_email(of({"kind": "button", "label": "Go", "link": "https://x.example"}), brand).html
        assert f"color:{words}" in html


def test_thai_headings_have_room_for_their_marks(doi_leaf: Brand) -> None:
    heading = {"kind": "heading", "text": "ชาของคุณ"}
    for language, line, on_phones in (("th", 39, 35), ("en", 35, 31)):
        html = compile_email(of(heading, language=language), doi_leaf).html
        assert f"line-height:{line}px" in html
        assert f".cw-large div{{font-size:24px !important;line-height:{on_phones}px !important}}" in html


def test_links_are_listed_for_counting_clicks(cart_reminder: EmailDocument, doi_leaf: Brand) -> None:
    links = {link.id: (link.section, link.target) for link in compile_email(cart_reminder, doi_leaf).links}
    assert links == {
        "s2": ("s2", "https://doileaf.example/terraces"),
        "s5": ("s5", "{{ cart.url }}"),
        "s6": ("s6", "{{ item.url }}"),
    }


def test_the_senders_name_falls_back_to_the_brand(doi_leaf: Brand) -> None:
    compiled = compile_email(of(subject="Tea"), doi_leaf)
    assert (compiled.from_name, compiled.from_address, compiled.reply_to) == ("Doi Leaf", None, None)
