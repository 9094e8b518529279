"""A picture."""

from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from blocks.phrase import Phrase, say
from runtime.mail import markup
from runtime.mail.problems import Problem
from runtime.mail.section import Align, Card, Link, Section
from runtime.mail.tags import glimpse
from runtime.mail.theme import SIDE, WIDTH, Theme


class Image(Section):
    """A picture from edge to edge, or narrower."""

    card: ClassVar = Card("Picture", "image", "A picture, with or without a link", place=50)

    kind: Literal["image"] = "image"
    src: Annotated[
        str, Field(max_length=1000, title="Picture", json_schema_extra={"widget": "image", "needed": True})
    ] = ""
    alt: Annotated[
        str,
        Field(max_length=300, title="What it shows, for those who cannot see it", json_schema_extra={"widget": "text"}),
    ] = ""
    link: Annotated[str, Field(max_length=1000, title="Link", json_schema_extra={"widget": "url"})] = ""
    width: Annotated[
        int,
        Field(
            ge=40,
            le=WIDTH,
            title="Width",
            description="600 goes from edge to edge",
            json_schema_extra={"widget": "number", "unit": "px"},
        ),
    ] = WIDTH
    align: Align = "center"

    def mjml(self, theme: Theme) -> str:
        source = markup.picture(self.src)
        if not source:
            return ""
        bleeds = self.width > WIDTH - 2 * SIDE
        padding, row = ("0", "") if bleeds else (f"12px {SIDE}px", "cw-row")
        href = f'href="{markup.address(self.link, self.id)}"' if self.link.strip() else ""
        return (
            f'<mj-image src="{source}" alt="{markup.inline(self.alt)}" {href} width="{self.width}px" '
            f'align="{self.align}" padding="{padding}" css-class="{row}" fluid-on-mobile="{str(bleeds).lower()}"/>'
        )

    def plain(self, theme: Theme) -> str:
        words = markup.plain(self.alt)
        target = markup.plain_link(self.link, self.id)
        return f"[{words}] {target}".strip() if words else target

    def line(self) -> Phrase:
        if not self.src.strip():
            return say("No picture yet")
        return glimpse(self.alt) or say("Picture without a description")

    def links(self, theme: Theme) -> Iterator[Link]:
        if self.link.strip():
            yield Link(self.id, self.alt, self.link)

    def problems(self, theme: Theme) -> Iterator[Problem]:
        if self.src.strip() and not self.alt.strip():
            text = say("Say what the picture shows: many people see e-mails without pictures")
            yield Problem("no_alt", text, "warn", self.id, "alt")
