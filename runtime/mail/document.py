"""The e-mail as a marketer composes it: a head and sections, saved as JSON (`"format": 1`).

A draft may be unfinished; `checks.py` says what is missing. What no draft may hold (unknown settings, texts without end,
HTML beyond the safe subset) is refused or cleaned here.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self, Union

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from blocks.phrase import Phrase, Quoted, say
from runtime.mail.problems import Problem
from runtime.mail.section import Section
from runtime.mail.sections import KINDS

MAX_SECTIONS = 100

if TYPE_CHECKING:
    AnySection = Section
else:
    AnySection = Annotated[Union[tuple(KINDS.values())], Field(discriminator="kind")]  # noqa: UP007


class EmailDocument(BaseModel):
    """One e-mail in one language."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal[1] = 1
    name: Annotated[str, Field(max_length=200, title="Name", json_schema_extra={"widget": "text"})] = ""
    kind: Annotated[
        Literal["marketing", "transactional"],
        Field(
            title="Kind",
            json_schema_extra={
                "widget": "select",
                "choices": {"marketing": "Marketing", "transactional": "Transactional"},
            },
        ),
    ] = "marketing"
    subject: Annotated[str, Field(max_length=500, title="Subject", json_schema_extra={"widget": "text"})] = ""
    preview_text: Annotated[str, Field(max_length=500, title="Preview text", json_schema_extra={"widget": "text"})] = ""
    from_name: Annotated[str, Field(max_length=100, title="From", json_schema_extra={"widget": "text"})] = ""
    from_address: Annotated[
        str | None, Field(max_length=254, title="From address", json_schema_extra={"widget": "text"})
    ] = None
    reply_to: Annotated[
        str | None, Field(max_length=254, title="Replies go to", json_schema_extra={"widget": "text"})
    ] = None
    language: Annotated[
        str,
        Field(
            pattern=r"^[a-z]{2,3}(-[A-Za-z]{4})?(-[A-Za-z]{2}|-[0-9]{3})?$",
            title="Language",
            json_schema_extra={"widget": "language"},
        ),
    ] = "en"
    track: Annotated[
        Literal["usual", "yes", "no"],
        Field(
            title="Notice opens and clicks",
            json_schema_extra={
                "widget": "select",
                "choices": {
                    "usual": "As usual: in marketing yes, else no",
                    "yes": "Yes",
                    "no": "No",
                },
            },
        ),
    ] = "usual"
    sections: Annotated[tuple[AnySection, ...], Field(max_length=MAX_SECTIONS)] = ()

    @model_validator(mode="after")
    def _ids_differ(self) -> Self:
        if len({section.id for section in self.sections}) < len(self.sections):
            raise ValueError("two sections have the same id")
        return self

    def fresh_id(self) -> str:
        """An id that no section of this e-mail has."""
        taken = {section.id for section in self.sections}
        number = len(taken) + 1
        while f"s{number}" in taken:
            number += 1
        return f"s{number}"


class DocumentRefused(ValueError):
    """What was given is no e-mail document. `problems` says why, for people, field by field."""

    def __init__(self, problems: list[Problem], details: str) -> None:
        super().__init__(details)
        self.problems = problems


def read_document(data: Mapping[str, Any]) -> EmailDocument:
    """A document from what was stored or imported. Raises DocumentRefused."""
    try:
        return EmailDocument.model_validate(data)
    except ValidationError as wrong:
        raise DocumentRefused([_problem(data, error) for error in wrong.errors()], str(wrong)) from wrong


def new_section(kind: str, document: EmailDocument) -> Section:
    """An empty section with an id of its own. Raises KeyError for an unknown kind."""
    return KINDS[kind].model_validate({"kind": kind, "id": document.fresh_id()})


def _problem(data: Mapping[str, Any], error: Mapping[str, Any]) -> Problem:
    # Where: ("sections", 2, "button", "label"), ("sections", 2) or ("subject",).
    path = error["loc"]
    wrong = _wrong(error)
    if len(path) >= 2 and path[0] == "sections":
        number = int(path[1]) + 1
        given = data.get("sections", ())[path[1]]
        section_id = str(given.get("id", "")) if isinstance(given, Mapping) else ""
        model = KINDS.get(str(path[2])) if len(path) > 2 else None
        if model is None:
            return Problem(
                "bad_section", say("Section {number}: {wrong}", number=number, wrong=wrong), "bad", section_id
            )
        field = str(path[3]) if len(path) > 3 else ""
        text = say(
            "Section {number} ({kind}), {field}: {wrong}",
            number=number,
            kind=_title(model.card.title),
            field=_title(_field_title(model, field)),
            wrong=wrong,
        )
        return Problem("bad_setting", text, "bad", section_id, field)
    field = str(path[0]) if path else ""
    if not field:
        return Problem("bad_document", say("The e-mail cannot be read: {wrong}", wrong=wrong))
    text = say("{field}: {wrong}", field=_title(_field_title(EmailDocument, field)), wrong=wrong)
    return Problem("bad_setting", text, field=field)


def _field_title(model: type[BaseModel], field: str) -> str:
    return (model.model_fields[field].title if field in model.model_fields else None) or field


def _title(msgid: str) -> Phrase:
    """A title, which is a message id found in the models rather than by `say`."""
    return Phrase(msgid)


def _wrong(error: Mapping[str, Any]) -> Phrase:
    context = error.get("ctx", {})
    match error["type"]:
        case "missing":
            return say("is missing")
        case "extra_forbidden":
            return say("there is no such setting")
        case "string_too_long":
            return say("is longer than {most} characters", most=context["max_length"])
        case "too_long":
            return say("there are more than {most}", most=context["max_length"])
        case "less_than_equal" | "less_than":
            return say("must be {most} or less", most=next(iter(context.values()), ""))
        case "greater_than_equal" | "greater_than":
            return say("must be {least} or more", least=next(iter(context.values()), ""))
        case "union_tag_invalid":
            return say("there is no section of the kind {kind}", kind=Quoted(str(context["tag"])))
        case "union_tag_not_found":
            return say("it does not say of which kind it is")
        case "value_error":
            return Phrase(str(context["error"]))
    return say("{value} does not fit here", value=Quoted(str(error["input"])[:80]))
