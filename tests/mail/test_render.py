"""What Hannah gets, and what somebody gets of whom the shop knows next to nothing."""

from typing import Any

import pytest

from runtime.mail import (
    Brand,
    EmailDocument,
    Renderer,
    RenderFailed,
    TagBroken,
    compile_email,
    mail_data,
    read_document,
)
from runtime.mail import liquid as templates
from runtime.mail.render import MAX_SUBJECT

from .reading import Page


@pytest.fixture
def reminder(cart_reminder: EmailDocument, doi_leaf: Brand) -> Renderer:
    return Renderer(compile_email(cart_reminder, doi_leaf))


def test_hannah_sees_her_basket(reminder: Renderer, for_hannah: dict[str, object]) -> None:
    rendered = reminder.render(for_hannah)
    assert rendered.subject == "Hannah, your tea is still in the basket"
    assert rendered.preview == "We kept it aside until Sunday evening."
    page = Page(rendered.html)
    assert "Hello Hannah, we kept it aside for you." in page.text
    assert "Mae Salong oolong 100 g ฿640" in page.text
    assert "Gayo Aceh beans 250 g 2 × ฿540" in page.text
    assert "https://doileaf.example/cart/8f2?key=1&lang=en" in page.links
    assert page.links.count("https://doileaf.example/p/gayo") == 2  # picture and name
    assert "https://mail.doileaf.example/u/abc" in page.links
    assert [picture["src"] for picture in page.of("img")][1:] == [
        "https://img.doileaf.example/oolong.png",
        "https://img.doileaf.example/gayo.png",
    ]


@pytest.mark.parametrize("layout", ["list", "grid"])
def test_products_without_pictures_leave_no_room_for_them(layout: str, doi_leaf: Brand) -> None:
    sections = [{"kind": "products", "id": "s1", "layout": layout}, {"kind": "footer", "id": "s2"}]
    renderer = Renderer(compile_email(read_document({"subject": "Your tea", "sections": sections}), doi_leaf))
    oolong = {"name": "Mae Salong oolong, hand rolled in the spring", "price": 640}
    pictured = {"name": "Gayo Aceh beans", "image": "https://img.doileaf.example/gayo.png"}

    def columns(*items: dict[str, Any]) -> int:
        html = renderer.render(mail_data({}, {"items": list(items)}, doi_leaf)).html
        return html.count('<td width="72"') + html.count('<td width="64"')

    assert columns(oolong, oolong) == 0
    assert columns(oolong, pictured) == 2


def test_the_plain_part_says_the_same(reminder: Renderer, for_hannah: dict[str, object]) -> None:
    assert reminder.render(for_hannah).text == (
        "Doi Leaf\n\n"
        "[Tea terraces at sunrise] https://doileaf.example/terraces\n\n"
        "YOUR TEA IS STILL IN THE BASKET\n\n"
        "Hello Hannah, we kept it aside for you. The oolong was picked on 3 November, so it is about as fresh as it gets.\n\n"
        "Back to my basket:\nhttps://doileaf.example/cart/8f2?key=1&lang=en\n\n"
        "- Mae Salong oolong  ฿640\n  https://doileaf.example/p/oolong\n"
        "- Gayo Aceh beans  2 × ฿540.00\n  https://doileaf.example/p/gayo\n\n".replace("540.00", "540")
        + "* Free delivery over ฿900, to Thailand and Indonesia\n\n"
        "Ten percent off, if it helps you decide\nTEA10\nUntil Sunday 23:59, once per customer.\n\n"
        "--\n"
        "You get this because you left something in your basket.\n"
        "Doi Leaf, 41 Ratchadamnoen Road, Chiang Mai 50200, Thailand\n"
        "Questions? hello@doileaf.example · +66 53 123 456\n"
        "Unsubscribe: https://mail.doileaf.example/u/abc\n"
    )


def test_somebody_unknown_gets_the_fallbacks(reminder: Renderer, doi_leaf: Brand) -> None:
    rendered = reminder.render(mail_data({}, None, doi_leaf, unsubscribe_url="https://mail.doileaf.example/u/x"))
    page = Page(rendered.html)
    assert rendered.subject == "Hello, your tea is still in the basket"
    assert "Hello there, we kept it aside" in page.text
    assert "None" not in page.text + rendered.text
    assert "{" not in page.text + rendered.text
    assert "https://doileaf.example" in page.links  # the button leads to the shop where there is no cart
    assert page.of("table", "cw-tile") == []


def test_what_is_missing_without_fallback_prints_nothing(doi_leaf: Brand) -> None:
    document = read_document({"subject": "Order {{ event.order.number }} for {{ contact.name }}!"})
    rendered = Renderer(compile_email(document, doi_leaf)).render(mail_data({}, {"order": "none"}, doi_leaf))
    assert rendered.subject == "Order for !"


def test_an_order_confirmation_has_a_total_and_nothing_to_leave(
    order_confirmation: EmailDocument, doi_leaf: Brand, for_hannah: dict[str, object]
) -> None:
    rendered = Renderer(compile_email(order_confirmation, doi_leaf)).render(for_hannah)
    page = Page(rendered.html)
    assert "Total ฿1,720" in page.text
    assert "Total: ฿1,720" in rendered.text
    assert "https://mail.doileaf.example/u/abc" not in page.links
    assert "Unsubscribe" not in page.text + rendered.text
    assert "- We pack your tea in Chiang Mai\n- You get a tracking link\n" in rendered.text
    assert "Returns are free ( https://doileaf.example/returns ) for 30 days." in rendered.text


@pytest.mark.parametrize(
    ("language", "price", "total", "leave"),
    [
        ("th", "฿640", "รวมทั้งหมด ฿1,720", "ยกเลิกการรับข่าวสาร"),
        ("id", "฿640", "Total ฿1.720", "Berhenti berlangganan"),
        ("de", "640 ฿", "Total 1.720 ฿", "Unsubscribe"),
    ],
)
def test_the_contacts_language_writes_amounts_and_the_emails_language_our_words(
    language: str,
    price: str,
    total: str,
    leave: str,
    order_confirmation: EmailDocument,
    basket: dict[str, Any],
    doi_leaf: Brand,
) -> None:
    document = order_confirmation.model_copy(update={"language": language, "kind": "marketing"})
    somchai = mail_data(
        {"first_name": "สมชาย"}, basket, doi_leaf, unsubscribe_url="https://u.example", language=language
    )
    rendered = Renderer(compile_email(document, doi_leaf)).render(somchai)
    text = Page(rendered.html).text
    assert price in text
    assert total in text
    assert leave in text
    assert f'lang="{language}"' in rendered.html


def test_links_are_tracked_only_when_asked_and_never_the_way_out(
    reminder: Renderer, for_hannah: dict[str, object]
) -> None:
    followed: list[tuple[str, str]] = []

    def follow(link: str, target: str) -> str:
        followed.append((link, target))
        return f"https://t.example/{link}"

    rendered = reminder.render(for_hannah, follow)
    page = Page(rendered.html)
    assert ("s5", "https://doileaf.example/cart/8f2?key=1&lang=en") in followed
    assert ("s6", "https://doileaf.example/p/oolong") in followed
    assert "https://t.example/s5" in page.links
    assert "https://t.example/s5" in rendered.text
    assert "https://mail.doileaf.example/u/abc" in page.links
    assert not any("/u/abc" in target for _, target in followed)
    assert "t.example" not in reminder.render(for_hannah).html


def test_an_opening_is_counted_only_when_asked(
    reminder: Renderer, for_hannah: dict[str, object], doi_leaf: Brand
) -> None:
    assert "o.gif" not in reminder.render(for_hannah).html
    counted = {**for_hannah, "pixel_url": "https://mail.doileaf.example/o.gif"}
    assert Page(reminder.render(counted).html).of("img")[-1] == {
        "src": "https://mail.doileaf.example/o.gif",
        "width": "1",
        "height": "1",
        "alt": "",
        "style": "display:block",
    }


def test_a_subject_is_one_line_of_bounded_length(doi_leaf: Brand) -> None:
    document = read_document({"subject": "Hello {{ contact.first_name }}", "preview_text": "{{ contact.first_name }}"})
    renderer = Renderer(compile_email(document, doi_leaf))
    name = "Hannah\r\nBcc: everyone@example.com\x00\u2028\tWhitfield"
    rendered = renderer.render({"contact": {"first_name": name}})
    assert rendered.subject == "Hello Hannah Bcc: everyone@example.com Whitfield"
    assert rendered.preview == "Hannah Bcc: everyone@example.com Whitfield"
    long = renderer.render({"contact": {"first_name": "น้ำชา" * 500}}).subject
    assert len(long) == MAX_SUBJECT
    assert long.endswith("…")


def test_lists_and_mappings_print_nothing(doi_leaf: Brand) -> None:
    document = read_document({"subject": "[{{ event.items }}{{ contact }}{{ event.paid }}{{ event.weight }}]"})
    event = {"items": [{"name": "secret"}], "paid": True, "weight": 2.0}
    rendered = Renderer(compile_email(document, doi_leaf)).render(mail_data({"email": "h@x.example"}, event, doi_leaf))
    assert rendered.subject == "[true2]"


def test_at_most_so_many_products_are_shown(doi_leaf: Brand) -> None:
    document = read_document({"sections": [{"kind": "products", "id": "s1", "most": 3}]})
    event = {"items": [{"name": f"Tea {number}", "price": number} for number in range(400)]}
    rendered = Renderer(compile_email(document, doi_leaf)).render(mail_data({}, event, doi_leaf))
    assert [line for line in rendered.text.splitlines() if line.startswith("-")] == [
        "- Tea 0  ฿0",
        "- Tea 1  ฿1",
        "- Tea 2  ฿2",
    ]


def test_an_email_that_runs_away_is_stopped(doi_leaf: Brand) -> None:
    document = read_document({"sections": [{"kind": "heading", "id": "s1", "text": "{{ contact.first_name }}"}]})
    renderer = Renderer(compile_email(document, doi_leaf))
    with pytest.raises(RenderFailed):
        renderer.render({"contact": {"first_name": "x" * (templates.MAX_LENGTH + 1)}})


def test_a_loop_that_runs_away_is_stopped() -> None:
    template = templates.Template("{% for a in x %}{% for b in x %}{{ b }}{% endfor %}{% endfor %}", html=False)
    assert template.render({"x": [1, 2]}) == "1212"
    with pytest.raises(RenderFailed):
        template.render({"x": list(range(200))})


@pytest.mark.parametrize("tag", ["include 'x'", "render 'x'", "capture x", "liquid echo 'x'", "tablerow x in y", "raw"])
def test_templates_know_only_what_the_generator_needs(tag: str) -> None:
    with pytest.raises(TagBroken):
        templates.Template(f"{{% {tag} %}}", html=True)
