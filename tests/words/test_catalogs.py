"""Every text of ours is there in every language, and nothing else is."""

import re
import string
from pathlib import Path

import pytest

from blocks import KINDS
from runtime.places import ROOT
from runtime.words import LANGUAGES
from runtime.words.catalog import MANY, catalog_file, read_po, write_po
from runtime.words.gather import Found, canvas_ids, gather, ids_in, update

TRANSLATED = sorted(set(LANGUAGES) - {"en"})
HINT = "Run `python -m runtime.words.gather` and fill in what it lists."

languages = pytest.mark.parametrize("language", TRANSLATED)


@pytest.fixture(scope="module")
def found() -> Found:
    """Every message id in the code."""
    return gather()


def entries(language: str) -> dict[str, str]:
    """The catalog as it stands in the file."""
    known = read_po(catalog_file(language).read_text("utf-8"))
    known.pop("", None)
    return known


def places(text: str) -> set[str]:
    """The names in braces."""
    return set(re.findall(r"\{(\w+)\}", text))


# In English one word does for both meanings; who translates the one has mistranslated the other. The other says more instead.
ONE_MEANING = {
    "Left": "runtime/mail/section.py",  # and not right; who went away has "Left early"
    "For": "blocks/triggers/quiet_trigger.py",  # so many days; "For whom"
    "Until": "builder/runs/listing.py",  # that day; an hour is "Time of day"
    "Leave it": "blocks/triggers/segment_trigger.py",  # the segment; "Leave it as it is"
}


def test_a_word_that_means_two_things_stands_for_one_of_them(found: Found) -> None:
    assert {text: sorted(found[text]) for text in ONE_MEANING} == {text: [file] for text, file in ONE_MEANING.items()}
    # A button that puts something off, never the heading over events that have not come yet.
    assert "builder/forms/naming.py" not in found["Not yet"]


@languages
def test_every_text_is_translated(language: str, found: Found) -> None:
    known = entries(language)
    missing = [f"{msgid!r} ({', '.join(sorted(found[msgid]))})" for msgid in found if not known.get(msgid)]
    assert not missing, f"{len(missing)} without {LANGUAGES[language]}. {HINT}\n" + "\n".join(missing)


@languages
def test_no_translation_outlives_its_text(language: str, found: Found) -> None:
    unused = [msgid for msgid in entries(language) if msgid not in found]
    assert not unused, f"{unused} is no longer in the code. {HINT}"


@languages
def test_translations_fill_in_the_same_values(language: str) -> None:
    for msgid, text in entries(language).items():
        one, _, many = msgid.partition(MANY)
        assert not many or places(one) <= places(many), msgid
        assert not text or places(text) == places(msgid), f"{msgid!r}: {text!r}"


@languages
def test_translations_keep_spaces_and_lines(language: str) -> None:
    for msgid, text in entries(language).items():
        if text:
            assert text.startswith(" ") == msgid.startswith(" "), msgid
            assert text.endswith((" ", "\n")) == msgid.endswith((" ", "\n")), msgid
            assert "  " not in text, text


def test_thai_is_in_thai() -> None:
    """A text that was copied instead of translated would pass all the others."""
    same = {msgid for msgid, text in entries("th").items() if text == msgid and places(msgid) != {msgid.strip("{}")}}
    names = {"id", "SMS", "CSS", "URL", "HTML", "API", "MJML", "DNS", "SPF", "DKIM", "DMARC", "SMTP", "TLS", "STARTTLS"}
    left = {msgid for msgid in same if not set(re.findall(r"[A-Za-z]+", re.sub(r"\{\w+\}", "", msgid))) <= names}
    assert not left


def test_ids_can_be_filled_in(found: Found) -> None:
    for msgid in found:
        names = [name for _, name, _, _ in string.Formatter().parse(msgid.replace("{{", "").replace("}}", "")) if name]
        assert all(name.isidentifier() for name in names), msgid


def test_what_blocks_say_is_found(found: Found) -> None:
    """The collector reads source; the models say what it must have found."""
    for block in KINDS.values():
        said = {block.card.title, block.card.describe, *block.reasons.values()}
        said |= {preset.title for preset in block.card.presets}
        said |= {about.title for about in block.model_fields.values() if about.title}
        assert said <= found.keys(), block


def test_what_sections_of_emails_say_is_found(found: Found) -> None:
    from runtime.mail.sections import KINDS as SECTIONS

    for section in SECTIONS.values():
        said = {section.card.title, section.card.describe}
        said |= {about.title for about in section.model_fields.values() if about.title}
        assert said <= found.keys(), section


@pytest.mark.parametrize(
    ("code", "ids"),
    [
        ('say("Wait {time}", time=x)', ["Wait {time}"]),
        ('page.w("Yes" if sure else "No")', ["Yes", "No"]),
        ('w("In two " "pieces")', ["In two pieces"]),
        ("say(whatever)", []),
        ('Preset("cart", "Abandoned cart", "icon", {}, "search words")', ["Abandoned cart"]),
        ('Card(title="Wait", icon="x", family="timing", describe="Holds them")', ["Wait", "Holds them"]),
        ('Outlet("yes", "Yes")', ["Yes"]),
        ('x: int = Field(ge=1, title="Days", description="How many")', ["Days", "How many"]),
        ('Field(json_schema_extra={"choices": {"a": "Left", "b": "Right"}})', ["Left", "Right"]),
        ('reasons: ClassVar = {"waits": "Waits until {until}"}', ["Waits until {until}"]),
        ('raise ValueError("Type a number.")', ["Type a number."]),
    ],
)
def test_where_texts_are_found(code: str, ids: list[str]) -> None:
    assert list(ids_in(code, "blocks/timing/wait.py")) == ids


def test_titles_of_what_a_shop_sets_are_texts_of_the_screen() -> None:
    code = 'port: Annotated[int, Field(title="Port")] = 587\nraise ValueError("Line breaks are not possible here.")'
    assert set(ids_in(code, "runtime/accounts/preferences.py")) == {"Port", "Line breaks are not possible here."}


def test_titles_outside_of_settings_are_not_texts_of_the_screen() -> None:
    assert list(ids_in('Field(title="Port")\nraise ValueError("Bad port")', "runtime/settings.py")) == []


def test_the_canvas_words_are_found() -> None:
    source = (
        'export const WORDS = {\n  a: "Zoom in", // a comment\n  d: "Say \\"hi\\"",\n};\nconst no = {\n  e: "No",\n};\n'
    )
    assert list(canvas_ids(source)) == ["Zoom in", 'Say "hi"']


def test_a_catalog_comes_back_as_it_was_written() -> None:
    texts = {'Say "hi"': "พูดว่า “สวัสดี”", "a\\b": "c\\d", "Two\nlines": "Dua\nbaris", "empty": ""}
    read = read_po(write_po("th", texts, {'Say "hi"': {"blocks/x.py"}}))
    assert {msgid: text for msgid, text in read.items() if msgid} == texts


def test_a_catalog_of_a_translators_tool_is_read() -> None:
    source = '# Somchai\n#, fuzzy\nmsgid ""\nmsgstr ""\n"Language: th\\n"\n\n#: a.py:1\nmsgid ""\n"long "\n"text"\nmsgstr "ยาว"\n'
    assert read_po(source)["long text"] == "ยาว"


def test_a_broken_catalog_names_its_line() -> None:
    with pytest.raises(ValueError, match="Line 2"):
        read_po('msgid "a"\nnonsense\n')


def test_bringing_a_catalog_up_to_date(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("runtime.words.catalog.FOLDER", tmp_path)
    (tmp_path / "id.po").write_text(write_po("id", {"Old": "Lama", "Stays": "Tetap"}, {}), "utf-8")
    missing, unused = update("id", {"Stays": {"a.py"}, "New": {"b.py"}})
    assert (missing, unused) == (["New"], ["Old"])
    assert entries("id") == {"Stays": "Tetap", "New": ""}


def test_the_catalogs_are_where_an_installation_has_them() -> None:
    assert all(catalog_file(language).is_relative_to(ROOT / "runtime") for language in TRANSLATED)
