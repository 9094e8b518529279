"""A tinted line, for a promise or a hint."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from blocks.phrase import Phrase, say
from runtime.mail import markup
from runtime.mail.section import Card, Section
from runtime.mail.tags import glimpse
from runtime.mail.theme import SIDE, Theme


class Notice(Section):
    """A sentence that should not be overlooked: free delivery, opening hours, a deadline."""

    card: ClassVar = Card("Notice", "local_shipping", "A tinted line: delivery, returns, a deadline", place=80)

    kind: Literal["notice"] = "notice"
    text: Annotated[
        str, Field(max_length=500, title="Text", json_schema_extra={"widget": "textarea", "needed": True})
    ] = ""

    def mjml(self, theme: Theme) -> str:
        return (
            f'<mj-text css-class="cw-row" padding="10px {SIDE}px" align="center" font-size="14px" line-height="21px" '
            f'color="{theme.heading}"><table role="presentation" width="100%" cellpadding="0" cellspacing="0" '
            f'border="0"><tr><td class="cw-band" align="center" style="background:{theme.band};border-radius:8px;'
            f'padding:11px 16px;font-weight:500"><div style="color:{theme.heading}">{markup.lines(self.text)}</div>'
            "</td></tr></table></mj-text>"
        )

    def plain(self, theme: Theme) -> str:
        return f"* {markup.plain(self.text)}"

    def line(self) -> Phrase:
        return glimpse(self.text) or say("No text yet")
