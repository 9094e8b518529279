"""The brand kit: what makes every e-mail of a shop look and read like that shop."""

import re
from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

FONTS: Mapping[str, str] = {
    "georgia": "Georgia, 'Noto Serif', 'Noto Serif Thai', serif",
    "palatino": "'Palatino Linotype', Palatino, 'Book Antiqua', Georgia, 'Noto Serif Thai', serif",
    "helvetica": "'Helvetica Neue', Helvetica, Arial, 'Noto Sans Thai', Thonburi, sans-serif",
    "system": "-apple-system, BlinkMacSystemFont, 'Segoe UI', Roboto, 'Noto Sans Thai', Arial, sans-serif",
    "verdana": "Verdana, Geneva, 'Noto Sans Thai', Tahoma, sans-serif",
    "trebuchet": "'Trebuchet MS', 'Lucida Grande', Tahoma, sans-serif",
}
"""Fonts that are on people's devices already: web fonts are loaded by few mail programs."""

_AT_RULE = re.compile(r"@(?!media\b|supports\b|font-face\b)", re.IGNORECASE)


def _web_address(value: str) -> str:
    value = value.strip()
    if value and not re.fullmatch(r"https?://[^\s\"'<>{}\\]+", value, re.IGNORECASE):
        raise ValueError("must begin with https:// and hold no spaces or quotes")
    return value


def _harmless_css(value: str) -> str:
    # An @import is fetched by the CSS parser while publishing, "<" ends the style element, "{{" and "{%" open template
    # tags, and a backslash can spell any of them.
    if _AT_RULE.search(value) or re.search(r"[<\\]|\{\s*[{%]", value):
        raise ValueError("may use @media, @supports and @font-face, but no other @ rule, no < and no backslash")
    return value


Colour = Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$"), AfterValidator(str.lower)]
WebAddress = Annotated[str, Field(max_length=500), AfterValidator(_web_address)]
Font = Literal["georgia", "palatino", "helvetica", "system", "verdana", "trebuchet"]


class Brand(BaseModel):
    """Name, colours, fonts and addresses of a shop. Titles are message ids; a form can be drawn from the model."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal[1] = 1
    name: Annotated[str, Field(max_length=100, title="Name", json_schema_extra={"widget": "text"})] = ""
    primary: Annotated[Colour, Field(title="Main colour", json_schema_extra={"widget": "colour"})] = "#2f6b56"
    accent: Annotated[Colour, Field(title="Second colour", json_schema_extra={"widget": "colour"})] = "#c98a3a"
    ink: Annotated[Colour, Field(title="Text colour", json_schema_extra={"widget": "colour"})] = "#1c332a"
    background: Annotated[Colour, Field(title="Around the e-mail", json_schema_extra={"widget": "colour"})] = "#f1f3ef"
    surface: Annotated[Colour, Field(title="Behind the text", json_schema_extra={"widget": "colour"})] = "#ffffff"
    heading_font: Annotated[Font, Field(title="Font of headings", json_schema_extra={"widget": "select"})] = "georgia"
    body_font: Annotated[Font, Field(title="Font of text", json_schema_extra={"widget": "select"})] = "helvetica"
    logo_url: Annotated[WebAddress, Field(title="Logo", json_schema_extra={"widget": "image"})] = ""
    logo_width: Annotated[
        int, Field(ge=24, le=400, title="Width of the logo", json_schema_extra={"widget": "number", "unit": "px"})
    ] = 140
    postal_address: Annotated[
        str, Field(max_length=500, title="Postal address", json_schema_extra={"widget": "textarea"})
    ] = ""
    website: Annotated[WebAddress, Field(title="Website", json_schema_extra={"widget": "url"})] = ""
    support_email: Annotated[
        str, Field(max_length=254, title="Support e-mail", json_schema_extra={"widget": "text"})
    ] = ""
    support_phone: Annotated[str, Field(max_length=40, title="Support phone", json_schema_extra={"widget": "text"})] = (
        ""
    )
    currency: Annotated[
        str, Field(pattern=r"^[A-Z]{3}$", title="Currency", json_schema_extra={"widget": "currency"})
    ] = "USD"
    language: Annotated[
        str,
        Field(
            pattern=r"^[a-z]{2,3}(-[A-Za-z]{4})?(-[A-Za-z]{2}|-[0-9]{3})?$",
            title="Language",
            json_schema_extra={"widget": "language"},
        ),
    ] = "en"
    css: Annotated[
        str,
        Field(max_length=20_000, title="Your own CSS", json_schema_extra={"widget": "code"}),
        AfterValidator(_harmless_css),
    ] = ""

    @cached_property
    def shop(self) -> Mapping[str, Any]:
        """What merge tags under `shop.` read. Made once, because it is looked at for every message."""
        return {
            "name": self.name,
            "website": self.website,
            "address": self.postal_address,
            "email": self.support_email,
            "phone": self.support_phone,
        }
