"""Paragraphs."""

from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from blocks.phrase import Phrase, say
from runtime.mail import rich
from runtime.mail.section import Align, Card, Link, Rich, Section
from runtime.mail.tags import glimpse
from runtime.mail.theme import SIDE, Theme


class Text(Section):
    """Paragraphs and lists with bold, italic, underlined and struck words and links."""

    card: ClassVar = Card("Text", "subject", "Paragraphs, lists and links", place=40)

    kind: Literal["text"] = "text"
    html: Annotated[
        Rich, Field(max_length=20_000, title="Text", json_schema_extra={"widget": "rich", "needed": True})
    ] = ""
    align: Align = "center"

    def _ids(self) -> dict[str, str]:
        hrefs = dict.fromkeys(href for _, href in rich.links(self.html))
        return {href: f"{self.id}.{number}" for number, href in enumerate(hrefs, 1)}

    def mjml(self, theme: Theme) -> str:
        body = rich.to_mjml(self.html, self._ids().__getitem__)
        before, last, after = body.rpartition("<p>")
        if last and "</p>" in after and after.endswith("</p>"):
            body = f'{before}<p class="cw-end">{after}'
        # Centred lines read better when they are shorter than what stands beside them.
        sides = SIDE + 16 if self.align == "center" else SIDE
        return (
            f'<mj-text css-class="cw-row cw-text" padding="8px {sides}px" align="{self.align}" font-size="16px" '
            f'line-height="25px" color="{theme.body}">{body}</mj-text>'
        )

    def plain(self, theme: Theme) -> str:
        return rich.to_plain(self.html, self._ids().__getitem__)

    def line(self) -> Phrase:
        return glimpse(rich.wording(self.html)) or say("No text yet")

    def links(self, theme: Theme) -> Iterator[Link]:
        words = {href: text for text, href in reversed(list(rich.links(self.html)))}
        for href, link in self._ids().items():
            yield Link(link, words[href], href)
