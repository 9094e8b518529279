"""A coupon code."""

from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from blocks.phrase import Phrase, say
from runtime.mail import markup
from runtime.mail.problems import Problem
from runtime.mail.section import Card, Section
from runtime.mail.tags import glimpse
from runtime.mail.theme import SIDE, Theme


class Coupon(Section):
    """A code to type in at the till, with its terms."""

    card: ClassVar = Card("Coupon", "confirmation_number", "A code with its terms", place=90)

    kind: Literal["coupon"] = "coupon"
    text: Annotated[str, Field(max_length=300, title="Above the code", json_schema_extra={"widget": "text"})] = ""
    code: Annotated[str, Field(max_length=100, title="Code", json_schema_extra={"widget": "text", "needed": True})] = ""
    terms: Annotated[str, Field(max_length=500, title="Terms", json_schema_extra={"widget": "textarea"})] = ""

    def mjml(self, theme: Theme) -> str:
        above = f'<div style="color:{theme.heading}">{markup.inline(self.text)}</div>' if self.text else ""
        below = f'<div class="cw-more" style="padding-top:6px">{markup.lines(self.terms)}</div>' if self.terms else ""
        return (
            f'<mj-text css-class="cw-row" padding="12px {SIDE}px" align="center" font-size="15px" line-height="22px">'
            '<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" '
            'style="border-collapse:separate"><tr>'
            f'<td class="cw-band" align="center" style="background:{theme.band};border:1px dashed {theme.brand.accent};'
            f'border-radius:10px;padding:18px 20px">{above}<b style="display:block;font-size:24px;line-height:34px;'
            f"letter-spacing:2px;font-family:Menlo,Consolas,'Courier New',monospace;color:{theme.heading}\">"
            f"{markup.inline(self.code)}</b>{below}</td></tr></table></mj-text>"
        )

    def plain(self, theme: Theme) -> str:
        rows = (markup.plain(text) for text in (self.text, self.code, self.terms))
        return "\n".join(row for row in rows if row)

    def line(self) -> Phrase:
        return glimpse(self.code) or say("No code yet")

    def problems(self, theme: Theme) -> Iterator[Problem]:
        if not theme.marketing:
            text = say("With a coupon this counts as marketing. Take the coupon out, or make it a marketing e-mail.")
            yield Problem("coupon_in_transactional", text, section=self.id)
