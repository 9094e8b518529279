"""What can be done to an e-mail, and what can be undone."""

from typing import Any

from builder.studio import edits
from builder.studio.history import LONGEST, PAUSE, History
from runtime.mail import EmailDocument, read_document
from tests.studio.conftest import cart_reminder


def mail(**head: Any) -> EmailDocument:
    """Dewi's cart reminder."""
    return read_document({**cart_reminder(), **head})


def kinds(document: EmailDocument) -> list[str]:
    return [section.kind for section in document.sections]


def test_a_section_is_added_below_the_chosen_one_or_above_the_footer() -> None:
    below, made = edits.add(mail(), "image", "s2")
    assert [section.id for section in below.sections][:3] == ["s1", "s2", made]
    at_the_end, _ = edits.add(mail(), "coupon")
    assert kinds(at_the_end)[-2:] == ["coupon", "footer"]
    second_footer, _ = edits.add(mail(), "footer")
    assert kinds(second_footer)[-2:] == ["footer", "footer"]


def test_ids_stay_unique_whatever_is_copied_and_removed() -> None:
    document = mail()
    for _ in range(5):
        document, _ = edits.duplicate(document, "s3")
        document = edits.remove(document, document.sections[0].id)
        document, _ = edits.add(document, "text")
    assert len({section.id for section in document.sections}) == len(document.sections)
    read_document(document.model_dump(mode="json"))


def test_moving_counts_without_the_section_itself() -> None:
    assert kinds(edits.move(mail(), "s4", 0))[0] == "products"
    assert kinds(edits.move(mail(), "s1", 99))[-1] == "header"
    assert edits.move(mail(), "s2", 1) == mail()
    assert edits.move(mail(), "nobody", 0) == mail()


def test_a_setting_that_its_model_refuses_stays_as_it_was() -> None:
    document = edits.change(mail(), "s4", {"most": 99, "layout": "grid"})
    section: Any = edits.section_of(document, "s4")
    assert (section.most, section.layout) == (4, "grid")
    renamed = edits.change_head(mail(subject="Tea"), {"subject": "x" * 600, "preview_text": "Fresh"})
    assert (renamed.subject, renamed.preview_text) == ("Tea", "Fresh")


def test_html_from_a_browser_is_cleaned_before_it_is_kept() -> None:
    document = edits.change(mail(), "s3", {"html": '<p onclick="x()">Hi <img src=x onerror=y()> <b>you</b></p>'})
    section: Any = edits.section_of(document, "s3")
    assert section.html == "<p>Hi  <b>you</b></p>"


def test_what_the_browser_kept_goes_in_as_it_was_typed() -> None:
    document = read_document({"name": "Tea", "sections": [{"kind": "products", "id": "s1", "most": 3}]})

    five = edits.put_text(document, "s1", "most", "5")
    assert five.sections[0].model_dump()["most"] == 5
    assert edits.put_text(five, "", "from_name", "Doi Leaf").from_name == "Doi Leaf"
    for section, field, text in (("s1", "most", "99"), ("s1", "id", "s9"), ("s9", "most", "5"), ("", "sections", "[]")):
        assert not edits.differs(document, section, field, text)


def test_what_was_removed_comes_back_once() -> None:
    removed = edits.section_of(mail(), "s2")
    assert removed is not None
    without = edits.remove(mail(), "s2")
    back = edits.put_back(without, removed, 1)
    assert back == mail()
    assert edits.put_back(back, removed, 1) == mail()


class Clock:
    """Seconds, as a test says."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_typing_is_one_step_and_a_pause_begins_another() -> None:
    clock = Clock()
    texts = History("", now=clock)
    for text in ("T", "Te", "Tea"):
        texts.put(text, key="subject")
        clock.now += 0.3
    clock.now += PAUSE
    texts.put("Tea time", key="subject")
    texts.put("Tea time!", key="name")

    seen = []
    while texts.can_undo:
        texts.undo()
        seen.append(texts.value)
    assert seen == ["Tea time", "Tea", ""]
    while texts.can_redo:
        texts.redo()
    assert texts.value == "Tea time!"


def test_whoever_types_without_a_pause_does_not_lose_it_all_at_once() -> None:
    clock = Clock()
    texts = History("", now=clock)
    for number in range(40):
        clock.now += 0.5
        texts.put(f"{number}", key="subject")
    steps = 0
    while texts.can_undo:
        texts.undo()
        steps += 1
    assert steps >= 40 * 0.5 / LONGEST - 1


def test_after_undo_a_change_begins_a_new_way() -> None:
    texts = History("a", now=Clock())
    texts.put("b", "heading")
    texts.put("c", "footer")
    assert texts.undo() == "footer"
    assert texts.undo() == "heading"
    assert texts.redo() == "heading"
    texts.put("d")
    assert not texts.can_redo
    texts.undo()
    assert texts.value == "b"
