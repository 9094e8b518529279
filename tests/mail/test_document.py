"""Dewi composes an e-mail; what she saves is what she gets back, and what cannot be is refused in plain words."""

from typing import Any

import pytest

from runtime.mail import KINDS, Brand, DocumentRefused, EmailDocument, new_section, read_document

from .conftest import fixture


@pytest.mark.parametrize("name", ["cart_reminder", "order_confirmation"])
def test_a_document_survives_saving_and_reading(name: str) -> None:
    document = read_document(fixture(name))
    again = read_document(document.model_dump(mode="json"))
    assert again == document
    assert [section.kind for section in again.sections] == [section["kind"] for section in fixture(name)["sections"]]


def refused(data: dict[str, Any]) -> list[tuple[str, str, str]]:
    with pytest.raises(DocumentRefused) as caught:
        read_document(data)
    return [(problem.section, problem.field, flat(problem.phrase)) for problem in caught.value.problems]


def flat(phrase: Any) -> str:
    if not hasattr(phrase, "msgid"):
        return str(getattr(phrase, "text", phrase))
    return str(phrase.msgid).format(**{name: flat(arg) for name, arg in phrase.args.items()})


def test_a_wrong_setting_is_named_with_its_section() -> None:
    assert refused({"sections": [{"kind": "button", "id": "s1", "align": "upside down"}]}) == [
        ("s1", "align", "Section 1 (Button), Align: upside down does not fit here")
    ]
    assert refused({"sections": [{"kind": "divider", "id": "s1"}, {"kind": "image", "id": "s2", "width": 9000}]}) == [
        ("s2", "width", "Section 2 (Picture), Width: must be 600 or less")
    ]
    assert refused({"sections": [{"kind": "text", "id": "s7", "hmtl": "<p>Hello"}]}) == [
        ("s7", "hmtl", "Section 1 (Text), hmtl: there is no such setting")
    ]


def test_a_wrong_head_is_named_too() -> None:
    assert refused({"subject": "tea " * 200}) == [("", "subject", "Subject: is longer than 500 characters")]
    assert refused({"colour": "green"}) == [("", "colour", "colour: there is no such setting")]


def test_an_unknown_kind_of_section_is_named() -> None:
    assert refused({"sections": [{"kind": "carousel", "id": "s1"}]}) == [
        ("s1", "", "Section 1: there is no section of the kind carousel")
    ]


def test_two_sections_cannot_share_an_id() -> None:
    twins = [{"kind": "divider", "id": "s1"}, {"kind": "divider", "id": "s1"}]
    assert "two sections have the same id" in refused({"sections": twins})[0][2]


def test_a_new_section_gets_an_id_of_its_own(cart_reminder: EmailDocument) -> None:
    taken = {section.id for section in cart_reminder.sections}
    for kind in KINDS:
        section = new_section(kind, cart_reminder)
        assert section.id not in taken
        assert section.kind == kind
    gap = read_document({"sections": [{"kind": "divider", "id": "s2"}]})
    assert new_section("divider", gap).id != "s2"


def test_pasted_html_is_cleaned_when_a_document_is_read() -> None:
    pasted = '<div style="color:red" onclick="x()">Hello <strong>you</strong><script>steal()</script></div>'
    document = read_document({"sections": [{"kind": "text", "id": "s1", "html": pasted}]})
    assert document.sections[0].model_dump()["html"] == "<p>Hello <b>you</b></p>"


def test_a_form_can_be_drawn_for_every_section() -> None:
    for kind, section in KINDS.items():
        assert section.card.title, kind
        assert section.card.icon, kind
        for name, field in section.model_fields.items():
            if name in ("kind", "id"):
                continue
            assert field.title, f"{kind}.{name}"
            assert isinstance(field.json_schema_extra, dict), f"{kind}.{name}"
            assert field.json_schema_extra["widget"], f"{kind}.{name}"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("logo_url", "javascript:alert(1)"),
        ("website", "https://doileaf.example/ onload=x"),
        ("primary", "green"),
        ("primary", "#fff"),
        ("currency", "baht"),
        ("css", "p{color:red}</style><script>"),
        ("css", "@import url(http://10.0.0.1/)"),
        ("css", "@\\69mport url(http://10.0.0.1/)"),
        ("css", "a{{ contact.email }}"),
        ("css", "a{%if%}"),
    ],
)
def test_a_brand_cannot_carry_what_would_break_or_fetch(field: str, value: str) -> None:
    with pytest.raises(ValueError, match=field):
        Brand.model_validate({field: value})
