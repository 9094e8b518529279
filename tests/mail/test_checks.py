"""Before it goes out: what stops an e-mail, what is only said, and where the fault lies."""

from typing import Any

import pytest

from runtime.mail import (
    Brand,
    EmailDocument,
    MergeField,
    Problem,
    Renderer,
    check_email,
    compile_email,
    mail_data,
    merge_fields,
    read_document,
    sample_data,
    words_in,
)
from runtime.mail.checks import CLIPPED_FROM
from runtime.words import LANGUAGES

FOOTER = {"kind": "footer", "id": "foot"}


def found(brand: Brand, *sections: dict[str, Any], fields: tuple[MergeField, ...] = (), **head: Any) -> list[Problem]:
    head = {"subject": "Your tea", **head}
    document = read_document({"sections": [*sections, FOOTER], **head})
    return check_email(document, brand, merge_fields() + fields)


def places(problems: list[Problem]) -> list[tuple[str, str, str, str]]:
    return [(problem.level, problem.code, problem.section, problem.field) for problem in problems]


def test_both_emails_of_the_shop_may_go_out(
    cart_reminder: EmailDocument, order_confirmation: EmailDocument, doi_leaf: Brand
) -> None:
    assert check_email(cart_reminder, doi_leaf) == []
    assert check_email(order_confirmation, doi_leaf) == []


def test_an_empty_email_says_what_it_lacks() -> None:
    assert places(check_email(read_document({}), Brand())) == [
        ("bad", "no_subject", "", "subject"),
        ("bad", "nothing_in_it", "", ""),
        ("bad", "no_footer", "", ""),
    ]


def test_marketing_needs_a_footer_and_a_postal_address(cart_reminder: EmailDocument, doi_leaf: Brand) -> None:
    without = cart_reminder.model_copy(update={"sections": cart_reminder.sections[:-1]})
    assert places(check_email(without, doi_leaf)) == [("bad", "no_footer", "", "")]
    nowhere = doi_leaf.model_copy(update={"postal_address": " "})
    assert places(check_email(cart_reminder, nowhere)) == [("bad", "no_postal_address", "s9", "")]


def test_a_transactional_email_needs_neither(order_confirmation: EmailDocument, doi_leaf: Brand) -> None:
    without = order_confirmation.model_copy(update={"sections": order_confirmation.sections[:-1]})
    assert check_email(without, doi_leaf.model_copy(update={"postal_address": ""})) == []


def test_a_coupon_makes_it_marketing(doi_leaf: Brand) -> None:
    coupon = {"kind": "coupon", "id": "s1", "code": "TEA10"}
    assert places(found(doi_leaf, coupon, kind="transactional")) == [("bad", "coupon_in_transactional", "s1", "")]
    assert found(doi_leaf, coupon) == []


@pytest.mark.parametrize("subject", ["Re: your order", "RE : hello", "Fwd: look", "fw: x", "Re[2]: tea", "ตอบกลับ: ชา"])
def test_marketing_must_not_look_like_a_reply(subject: str, doi_leaf: Brand) -> None:
    assert places(found(doi_leaf, subject=subject)) == [("bad", "false_reply", "", "subject")]
    assert found(doi_leaf, subject=subject, kind="transactional") == []


@pytest.mark.parametrize("subject", ["Really good tea", "Re-opening on Monday", "Fresh: the new oolong"])
def test_an_innocent_subject_is_left_alone(subject: str, doi_leaf: Brand) -> None:
    assert found(doi_leaf, subject=subject) == []


@pytest.mark.parametrize(
    "link", ["doileaf.example", "javascript:alert(1)", "/cart", "http:", "ftp://x.example", "x{{ cart.url }}"]
)
def test_a_button_that_leads_nowhere(link: str, doi_leaf: Brand) -> None:
    button = {"kind": "button", "id": "s1", "label": "Go", "link": link}
    assert places(found(doi_leaf, button)) == [("bad", "bad_link", "s1", "link")]


@pytest.mark.parametrize(
    "link",
    [
        "https://doi leaf.example/cart",
        "https:// doileaf.example",
        "https://doileaf.example /cart",
        "mailto:nok @x.example",
    ],
)
def test_a_space_where_none_can_be_is_named(link: str, doi_leaf: Brand) -> None:
    """As a browser reads it, it is part of the name of a website that nobody has."""
    button = {"kind": "button", "id": "s1", "label": "Go", "link": link}
    assert places(found(doi_leaf, button)) == [("bad", "bad_link", "s1", "link")]
    text = {"kind": "text", "id": "s1", "html": f'<p>This is <a href="{link}">our tea</a></p>'}
    assert places(found(doi_leaf, text)) == [("bad", "bad_link", "s1", "html")]


def test_a_space_further_on_is_sent_as_it_is_meant(doi_leaf: Brand) -> None:
    button = {"kind": "button", "id": "s1", "label": "Go", "link": " https://doileaf.example/search?q=green tea "}
    assert found(doi_leaf, button) == []
    made = compile_email(read_document({"subject": "Tea", "kind": "transactional", "sections": [button]}), doi_leaf)
    assert "https://doileaf.example/search?q=green%20tea" in Renderer(made).render(mail_data({}, {}, doi_leaf)).html


@pytest.mark.parametrize(
    "link",
    ["https://x.example", "http://x.example/?q={{ event.term }}", "mailto:a@b.example", "tel:+66", "{{ cart.url }}"],
)
def test_a_button_that_leads_somewhere(link: str, doi_leaf: Brand) -> None:
    assert found(doi_leaf, {"kind": "button", "id": "s1", "label": "Go", "link": link}) == []


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ("{{ shop.website }}", ["no_website"]),
        ("{{ cart.url }}", ["no_website"]),
        ("{{ event.product_url }}", ["no_website"]),
        ("{{ event.product_url | default: 'soon' }}", ["no_website"]),
        ("{{ event.product_url | default: 'https://x.example' }}", []),
        ("{{ unsubscribe_url }}", []),
        ("https://x.example/{{ event.term }}", []),
    ],
)
def test_a_link_that_may_be_empty_needs_a_website_to_lead_to(link: str, expected: list[str], doi_leaf: Brand) -> None:
    nowhere = doi_leaf.model_copy(update={"website": ""})
    button = {"kind": "button", "id": "s1", "label": "Go", "link": link}
    picture = {"kind": "image", "id": "s2", "src": "https://x.example/a.png", "alt": "Tea", "link": link}
    text = {"kind": "text", "id": "s3", "html": f'<p>This is <a href="{link}">our tea</a></p>'}
    for section, field in ((button, "link"), (picture, "link"), (text, "html")):
        assert places(found(nowhere, section)) == [("warn", code, section["id"], field) for code in expected]
        assert found(doi_leaf, section) == []


def test_the_text_that_a_new_email_came_with_is_not_what_anybody_wants_to_say(doi_leaf: Brand) -> None:
    for language in LANGUAGES:
        came = {"kind": "text", "id": "s1", "html": f"<p>{words_in(language)['placeholder']}</p>"}
        assert places(found(doi_leaf, came)) == [("warn", "as_it_came", "s1", "html")]
    assert found(doi_leaf, {"kind": "text", "id": "s1", "html": "<p>Write here? No, to us.</p>"}) == []


def test_what_is_empty_is_named(doi_leaf: Brand) -> None:
    sections = [{"kind": kind, "id": kind} for kind in ("button", "image", "heading", "text", "notice", "coupon")]
    assert places(found(doi_leaf, *sections)) == [
        ("bad", "empty_setting", "button", "label"),
        ("bad", "empty_setting", "button", "link"),
        ("bad", "empty_setting", "image", "src"),
        ("bad", "empty_setting", "heading", "text"),
        ("bad", "empty_setting", "text", "html"),
        ("bad", "empty_setting", "notice", "text"),
        ("bad", "empty_setting", "coupon", "code"),
    ]


def test_a_picture_without_words_is_a_warning_and_one_that_is_no_picture_is_not(doi_leaf: Brand) -> None:
    image = {"kind": "image", "id": "s1", "src": "https://i.example/a.png"}
    assert places(found(doi_leaf, image)) == [("warn", "no_alt", "s1", "alt")]
    assert places(found(doi_leaf, {**image, "alt": "Tea", "src": "mailto:x@y.example"})) == [
        ("bad", "bad_link", "s1", "src")
    ]


def test_links_inside_a_text_are_looked_at(doi_leaf: Brand) -> None:
    html = '<p><a href="shop.example">here</a> and <a href="https://x.example/{{ nobody.knows }}">there</a></p>'
    assert places(found(doi_leaf, {"kind": "text", "id": "s1", "html": html})) == [
        ("bad", "unknown_field", "s1", "html"),
        ("bad", "bad_link", "s1", "html"),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{{ contact.first_name }}", [("warn", "no_fallback")]),
        ('{{ contact.first_name | default: "there" }}', []),
        ('{{ contact.first_name | default: "" }}', []),
        ("{{ contact.email }}", []),
        ("{{ contact.fist_name }}", [("bad", "unknown_field")]),
        ('{{ contact.favourite_tea | default: "tea" }}', [("warn", "unknown_field")]),
        ("{{ customer.name }}", [("bad", "unknown_field")]),
        ("{{ contact }}", [("bad", "unknown_field")]),
        ("{{ event.colour }}", [("warn", "no_fallback")]),
        ("{{ event.colour | default: 'green' | upcase }}", []),
        ("{{ item.name }}", [("bad", "unknown_field")]),
        ("{{ cart.total | money | default: 'nothing' }}", []),
        ("{{ contact.first_name", [("bad", "tag_broken")]),
        ("{{ }}", [("bad", "tag_broken")]),
        ('{{ "words" }}', [("bad", "tag_broken")]),
        ("{{ contact.email | safe }}", [("bad", "tag_broken")]),
        ("{{ contact.email | link: 'x' }}", [("bad", "tag_broken")]),
        ("{{ contact.email | truncate: 'many' }}", [("bad", "tag_broken")]),
        ("{{ contact[cart.url] }}", [("bad", "tag_broken")]),
        ("{% if contact.email %}x{% endif %}", [("bad", "tag_broken")]),
        ("100 } and { 50 %", []),
    ],
)
def test_merge_tags(text: str, expected: list[tuple[str, str]], doi_leaf: Brand) -> None:
    problems = found(doi_leaf, {"kind": "heading", "id": "s1", "text": text})
    assert [(problem.level, problem.code) for problem in problems] == expected
    assert all((problem.section, problem.field) == ("s1", "text") for problem in problems)


def test_merge_tags_in_the_head_are_looked_at(doi_leaf: Brand) -> None:
    assert places(found(doi_leaf, subject="{{ contact.first_name }}", preview_text="{{ x")) == [
        ("warn", "no_fallback", "", "subject"),
        ("bad", "tag_broken", "", "preview_text"),
    ]


def test_a_workspaces_own_fields_are_known(doi_leaf: Brand) -> None:
    own = merge_fields(contact_fields=["favourite_tea"], event_fields={"colour": "green"})
    document = read_document(
        {"subject": "{{ contact.favourite_tea | default: 'Tea' }} {{ event.colour }}", "sections": [FOOTER]}
    )
    assert places(check_email(document, doi_leaf, own)) == [("warn", "no_fallback", "", "subject")]


def test_every_offered_field_can_be_inserted_as_it_is_offered(doi_leaf: Brand) -> None:
    for field in merge_fields(contact_fields=["favourite_tea"]):
        text = field.tag('the "best"' if field.may_be_empty else None)
        document = read_document({"subject": text, "sections": [FOOTER]})
        assert check_email(document, doi_leaf, merge_fields(contact_fields=["favourite_tea"])) == [], field.path
    assert sample_data(doi_leaf)["cart"]["count"] == 2  # type: ignore[index]


def test_addresses_of_the_sender_are_looked_at(doi_leaf: Brand) -> None:
    assert places(found(doi_leaf, from_address="hello", reply_to="a@b", from_name="Doi\nLeaf")) == [
        ("bad", "bad_address", "", "from_address"),
        ("bad", "bad_name", "", "from_name"),
    ]


def test_gmail_cuts_long_emails(doi_leaf: Brand) -> None:
    long = {"kind": "text", "html": f"<p>{'tea ' * 4_900}</p>"}
    few = [{**long, "id": f"s{number}"} for number in range(4)]
    many = [{**long, "id": f"s{number}"} for number in range(5 + CLIPPED_FROM // 20_000)]
    assert found(doi_leaf, *few) == []
    assert places(found(doi_leaf, *many)) == [("warn", "too_long", "", "")]


def test_colours_that_cannot_be_read_are_a_warning(doi_leaf: Brand) -> None:
    pale = doi_leaf.model_copy(update={"ink": "#cccccc"})
    assert places(found(pale)) == [("warn", "low_contrast", "", "")]
