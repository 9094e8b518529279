"""The contract of a section: settings, MJML for the HTML part, lines for the plain part, one line for the list."""

from abc import abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from blocks.phrase import Phrase
from runtime.mail import rich
from runtime.mail.problems import Problem
from runtime.mail.theme import Theme

Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,40}$")]
Rich = Annotated[str, AfterValidator(rich.clean)]
Align = Annotated[
    Literal["left", "center", "right"],
    Field(
        title="Align",
        json_schema_extra={"widget": "align", "choices": {"left": "Left", "center": "Centre", "right": "Right"}},
    ),
]
Colour = Annotated[
    Literal["primary", "accent", "ink"],
    Field(
        title="Colour",
        json_schema_extra={
            "widget": "brand_colour",
            "choices": {"primary": "Main colour", "accent": "Second colour", "ink": "Text colour"},
        },
    ),
]


@dataclass(frozen=True, slots=True)
class Card:
    """How a kind of section looks in the editor. `title` and `describe` are message ids, `icon` a Material Symbol."""

    title: str
    icon: str
    describe: str
    place: int = 100
    """Where it stands among the others; smaller is higher."""


@dataclass(frozen=True, slots=True)
class Written:
    """A setting in which merge tags may stand."""

    field: str
    title: str
    widget: str
    text: str
    needed: bool


@dataclass(frozen=True, slots=True)
class Link:
    """A link of a section: its id in clicks, the words on it, and where it leads (with merge tags)."""

    id: str
    words: str
    target: str


class Section(BaseModel):
    """One part of an e-mail, from edge to edge. Its fields are what the editor's form shows.

    A section may be half done, as drafts are; `problems` and the checks of the e-mail say what is missing.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    card: ClassVar[Card]

    kind: str
    id: Id

    @abstractmethod
    def mjml(self, theme: Theme) -> str:
        """Components for an MJML column, with merge tags as they are. Raises TagBroken."""

    @abstractmethod
    def plain(self, theme: Theme) -> str:
        """The section in the plain part, with merge tags. "" leaves it out. Raises TagBroken."""

    @abstractmethod
    def line(self) -> Phrase:
        """What is in it, for the list of sections."""

    def links(self, theme: Theme) -> Iterator[Link]:
        """The links whose clicks can be counted."""
        yield from ()

    def problems(self, theme: Theme) -> Iterator[Problem]:
        """What is wrong with these settings, apart from texts and addresses, which are checked for all sections."""
        yield from ()

    def written(self) -> Iterator[Written]:
        """The settings in which merge tags may stand."""
        for name, about in type(self).model_fields.items():
            extra: Any = about.json_schema_extra or {}
            if extra.get("widget") in ("text", "textarea", "rich", "url", "image"):
                yield Written(
                    name, about.title or name, extra["widget"], getattr(self, name), bool(extra.get("needed"))
                )
