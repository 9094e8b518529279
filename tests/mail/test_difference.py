"""How an e-mail differs from what it was, in words."""

from typing import Any

from runtime.mail.difference import email_differences
from runtime.words import words

HEADING = {"kind": "heading", "id": "s1", "text": "Your tea is waiting"}
BUTTON = {"kind": "button", "id": "s2", "label": "Back to the cart", "link": "https://doileaf.example/cart"}
EMAIL = {"format": 1, "name": "Reminder", "subject": "Your tea is waiting", "sections": [HEADING, BUTTON]}


def said(**changes: Any) -> list[str]:
    return [words("en").text(one) for one in email_differences(EMAIL, {**EMAIL, **changes})]


def test_the_same_e_mail_is_no_difference() -> None:
    assert said() == []
    assert said(kind="marketing", language="en") == [], "what was meant anyway"


def test_its_head() -> None:
    assert said(subject="Still thirsty, {{ contact.first_name }}?") == [
        "Subject changed from “Your tea is waiting” to “Still thirsty, [First name]?”"
    ]
    (changed,) = email_differences(EMAIL, {**EMAIL, "subject": "{{ contact.first_name }}?"})
    assert "[Nama depan]?" in words("id").text(changed)
    assert said(kind="transactional", preview_text="It keeps for a day") == [
        "Kind changed from Marketing to Transactional",
        "Preview text is “It keeps for a day”",
    ]
    assert said(subject="") == ["without the Subject “Your tea is waiting”"]


def test_its_sections_are_counted() -> None:
    divider = {"kind": "divider", "id": "s3"}
    louder = {**HEADING, "text": "Your tea is getting cold"}
    assert said(sections=[louder, divider]) == ["1 section added", "1 section removed", "1 section changed"]
    assert said(sections=[BUTTON, HEADING]) == ["sections in another order"]


def test_one_that_cannot_be_read_is_another_all_the_same() -> None:
    assert said(sections=[{"kind": "hologram", "id": "s1"}]) == ["changed"]
