"""What can be done to an e-mail. Each returns a new document; what a model refuses is not taken over."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from runtime.mail import EmailDocument, Section, new_section
from runtime.mail.brand import TYPED
from runtime.mail.document import MAX_SECTIONS

HEAD = ("name", "kind", "subject", "preview_text", "from_name", "from_address", "reply_to", "language", "track")
START = ("header", "heading", "text", "button", "footer")
"""What an e-mail begins with, for who does not want to begin with nothing."""

M = TypeVar("M", bound=BaseModel)


def is_full(document: EmailDocument) -> bool:
    """Whether no section can be added."""
    return len(document.sections) >= MAX_SECTIONS


def section_of(document: EmailDocument, id_: str) -> Section | None:
    """The section with this id."""
    return next((section for section in document.sections if section.id == id_), None)


def place_of(document: EmailDocument, id_: str) -> int:
    """Where a section stands, from 0; -1 if it is not there."""
    return next((place for place, section in enumerate(document.sections) if section.id == id_), -1)


def add(document: EmailDocument, kind: str, after: str = "") -> tuple[EmailDocument, str]:
    """A new section below `after`, else at the end but above a footer. Returns its id, too."""
    made = new_section(kind, document)
    place = place_of(document, after) + 1
    if not place:
        place = len(document.sections)
        while place and document.sections[place - 1].kind == "footer" and kind != "footer":
            place -= 1
    return _insert(document, made, place), made.id


def start(document: EmailDocument) -> EmailDocument:
    """The first sections of an e-mail that has none."""
    for kind in START:
        document, _ = add(document, kind)
    return document


def duplicate(document: EmailDocument, id_: str) -> tuple[EmailDocument, str]:
    """The same section once more, below. Returns the id of the copy, too."""
    place = place_of(document, id_)
    made = document.sections[place].model_copy(update={"id": document.fresh_id()})
    return _insert(document, made, place + 1), made.id


def remove(document: EmailDocument, id_: str) -> EmailDocument:
    """Without this section."""
    return _with(document, [section for section in document.sections if section.id != id_])


def put_back(document: EmailDocument, section: Section, place: int) -> EmailDocument:
    """A section that was removed, where it was; nothing changes if it is there."""
    return document if section_of(document, section.id) is not None else _insert(document, section, place)


def move(document: EmailDocument, id_: str, to: int) -> EmailDocument:
    """A section in another place, counted from 0 without the section itself."""
    section = section_of(document, id_)
    if section is None:
        return document
    others = [one for one in document.sections if one.id != id_]
    to = max(0, min(to, len(others)))
    return _with(document, [*others[:to], section, *others[to:]])


def change(document: EmailDocument, id_: str, settings: Mapping[str, Any]) -> EmailDocument:
    """Settings of a section, as they were typed."""
    return _with(
        document,
        [acceptable(section, settings) if section.id == id_ else section for section in document.sections],
    )


def change_head(document: EmailDocument, settings: Mapping[str, Any]) -> EmailDocument:
    """Subject, sender and the like, as they were typed."""
    head = EmailDocument.model_validate({name: getattr(document, name) for name in HEAD})
    head = acceptable(head, {name: value for name, value in settings.items() if name in HEAD})
    return document.model_copy(update={name: getattr(head, name) for name in HEAD})


def put_text(document: EmailDocument, id_: str, field: str, text: str) -> EmailDocument:
    """One setting as it was typed, of a section or ("") of the head. Nothing changes if there is no such setting."""
    owner: BaseModel | None = document if not id_ else section_of(document, id_)
    if owner is None or field not in type(owner).model_fields or field in ("id", "kind", "sections", "format"):
        return document
    return change(document, id_, {field: text}) if id_ else change_head(document, {field: text})


def differs(document: EmailDocument, id_: str, field: str, text: str) -> bool:
    """Whether putting this text in would change anything."""
    return put_text(document, id_, field, text) != document


def acceptable(before: M, settings: Mapping[str, Any]) -> M:
    """`before` with those of `settings` that its model takes; the others stay as they were."""
    model, old = type(before), before.model_dump()
    try:
        return model.model_validate({**old, **settings}, context=TYPED)
    except ValidationError as refused:
        wrong = {str(error["loc"][0]) for error in refused.errors() if error["loc"]}
        try:
            return model.model_validate({**old, **{k: v for k, v in settings.items() if k not in wrong}}, context=TYPED)
        except ValidationError:
            return before


def _insert(document: EmailDocument, section: Section, place: int) -> EmailDocument:
    return _with(document, [*document.sections[:place], section, *document.sections[place:]])


def _with(document: EmailDocument, sections: Sequence[Section]) -> EmailDocument:
    return document.model_copy(update={"sections": tuple(sections)})
