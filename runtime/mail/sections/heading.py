"""A headline."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from blocks.phrase import Phrase, say
from runtime.mail import markup
from runtime.mail.section import Align, Card, Section
from runtime.mail.tags import glimpse
from runtime.mail.theme import SIDE, Theme

_SIZES = {"large": (27, 1), "medium": (22, 2), "small": (18, 3)}
"""Pixels and level."""


class Heading(Section):
    """One line or two in the font of headings."""

    card: ClassVar = Card("Heading", "title", "A headline", place=30)

    kind: Literal["heading"] = "heading"
    text: Annotated[
        str, Field(max_length=300, title="Headline", json_schema_extra={"widget": "text", "needed": True})
    ] = ""
    size: Annotated[
        Literal["large", "medium", "small"],
        Field(
            title="Size",
            json_schema_extra={
                "widget": "select",
                "choices": {"large": "Large", "medium": "Medium", "small": "Small"},
            },
        ),
    ] = "large"
    align: Align = "center"

    def mjml(self, theme: Theme) -> str:
        size, level = _SIZES[self.size]
        return (
            f'<mj-text css-class="cw-row cw-head cw-{self.size}" padding="26px {SIDE}px 6px" align="{self.align}" '
            f'font-size="{size}px" line-height="{theme.leading(size)}px" '
            f'font-family="{theme.heading_font}" color="{theme.heading}">'
            f'<h{level} style="margin:0;font-size:inherit;font-weight:500;line-height:inherit">'
            f"{markup.inline(self.text)}</h{level}></mj-text>"
        )

    def plain(self, theme: Theme) -> str:
        return markup.plain(self.text).upper() if "{{" not in self.text else markup.plain(self.text)

    def line(self) -> Phrase:
        return glimpse(self.text) or say("No text yet")
