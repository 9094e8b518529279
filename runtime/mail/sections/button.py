"""A button."""

from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from blocks.phrase import Phrase, say
from runtime.mail import markup
from runtime.mail.section import Align, Card, Colour, Link, Section
from runtime.mail.tags import glimpse
from runtime.mail.theme import SIDE, Theme

NEXT_LINE = ":\n"
"""Between the words of a button and where it leads, in the plain part."""


def button(theme: Theme, label: str, href: str, *, colour: str = "primary", align: str = "center") -> str:
    """An MJML button; `label` and `href` are ready for MJML."""
    ground, ink = theme.button(colour)
    return (
        f'<mj-button href="{href}" align="{align}" background-color="{ground}" color="{ink}" border-radius="6px" '
        f'font-size="15px" font-weight="600" line-height="20px" inner-padding="13px 26px" '
        f'padding="14px {SIDE}px 22px" css-class="cw-row cw-button">{label}</mj-button>'
    )


class Button(Section):
    """A button in a colour of the brand."""

    card: ClassVar = Card("Button", "smart_button", "A button that leads somewhere", place=60)

    kind: Literal["button"] = "button"
    label: Annotated[
        str, Field(max_length=100, title="Words on the button", json_schema_extra={"widget": "text", "needed": True})
    ] = ""
    link: Annotated[str, Field(max_length=1000, title="Link", json_schema_extra={"widget": "url", "needed": True})] = ""
    align: Align = "center"
    colour: Colour = "primary"

    def mjml(self, theme: Theme) -> str:
        href = markup.address(self.link, self.id)
        return button(theme, markup.inline(self.label), href, colour=self.colour, align=self.align)

    def plain(self, theme: Theme) -> str:
        return f"{markup.plain(self.label)}{markup.plain_link(self.link, self.id, NEXT_LINE)}"

    def line(self) -> Phrase:
        return glimpse(self.label) or say("No words yet")

    def links(self, theme: Theme) -> Iterator[Link]:
        yield Link(self.id, self.label, self.link)
