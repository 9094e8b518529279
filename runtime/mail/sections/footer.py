"""Address and unsubscribe link at the end."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from blocks.phrase import Phrase, say
from runtime.mail import markup
from runtime.mail.section import Card, Section
from runtime.mail.theme import SIDE, Theme


class Footer(Section):
    """Who sent this and where they live, how to ask, how to leave.

    Marketing mail always gets the unsubscribe link; transactional mail never does, because there is nothing to leave.
    The links to leave and to choose are not tracked: leaving must work whatever becomes of the tracking.
    """

    card: ClassVar = Card("Footer", "call_to_action", "Address and unsubscribe link", place=110)

    kind: Literal["footer"] = "footer"
    note: Annotated[
        str,
        Field(max_length=500, title="Why they get this e-mail", json_schema_extra={"widget": "textarea"}),
    ] = ""
    contact: Annotated[bool, Field(title="Show how to reach you", json_schema_extra={"widget": "switch"})] = True

    def mjml(self, theme: Theme) -> str:
        rows = [f"<div>{markup.lines(self.note)}</div>"] if self.note.strip() else []
        rows += [f"<div>{markup.inline(line)}</div>" for line in self._lines(theme)]
        if theme.marketing:
            leave = f'<a href="{{{{ unsubscribe_url | safe_url }}}}">{theme.words["unsubscribe"]}</a>'
            rows.append(f"<div>{leave}</div>")
        return (
            '<mj-spacer height="14px"/>'
            f'<mj-text css-class="cw-row cw-foot" padding="18px {SIDE}px 24px" align="center" font-size="12px" '
            f'line-height="19px" color="{theme.quiet}" container-background-color="{theme.foot}">'
            f"{''.join(rows)}</mj-text>"
        )

    def plain(self, theme: Theme) -> str:
        rows = ["--", markup.plain(self.note), *(markup.plain(line) for line in self._lines(theme))]
        if theme.marketing:
            rows.append(theme.words["unsubscribe"] + ": {{ unsubscribe_url | safe_url }}")
        return "\n".join(row for row in rows if row)

    def _lines(self, theme: Theme) -> list[str]:
        brand = theme.brand
        address = ", ".join(part.strip() for part in brand.postal_address.splitlines() if part.strip())
        named = brand.name and not address.startswith(brand.name)
        found = [f"{brand.name}, {address}" if named and address else address or brand.name]
        reach = " · ".join(part for part in (brand.support_email, brand.support_phone) if part)
        if self.contact and reach:
            found.append(f"{theme.words['questions']} {reach}")
        return [line for line in found if line]

    def line(self) -> Phrase:
        return say("Address, unsubscribe")
