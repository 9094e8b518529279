"""The brand kit: what makes every e-mail of a shop look and read like that shop."""

import re
from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationInfo

from runtime.mail import headers
from runtime.mail.errors import HeaderRefused

FONTS: Mapping[str, str] = {
    "georgia": "Georgia, 'Noto Serif', 'Noto Serif Thai', serif",
    "palatino": "'Palatino Linotype', Palatino, 'Book Antiqua', Georgia, 'Noto Serif Thai', serif",
    "helvetica": "'Helvetica Neue', Helvetica, Arial, 'Noto Sans Thai', Thonburi, sans-serif",
    "system": "-apple-system, BlinkMacSystemFont, 'Segoe UI', Roboto, 'Noto Sans Thai', Arial, sans-serif",
    "verdana": "Verdana, Geneva, 'Noto Sans Thai', Tahoma, sans-serif",
    "trebuchet": "'Trebuchet MS', 'Lucida Grande', Tahoma, sans-serif",
}
"""Fonts that are on people's devices already: web fonts are loaded by few mail programs."""
TYPED: Mapping[str, Any] = {"typed": True}
"""The context in which what somebody types into a form is validated."""

_AT_RULE = re.compile(r"@(?!media\b|supports\b|font-face\b)", re.IGNORECASE)


def _web_address(value: str) -> str:
    value = value.strip()
    if value and not re.fullmatch(r"https?://[^\s\"'<>{}\\]+", value, re.IGNORECASE):
        raise ValueError("Type a web address that begins with https://, without spaces and quotes.")
    return value


def _harmless_css(value: str) -> str:
    # An @import is fetched by the CSS parser while publishing, "<" ends the style element, "{{" and "{%" open template
    # tags, and a backslash can spell any of them.
    if _AT_RULE.search(value):
        raise ValueError("Of the rules that begin with @, only @media, @supports and @font-face are possible here.")
    if "<" in value:
        raise ValueError("Type only CSS: the sign < is not possible here.")
    if "\\" in value:
        raise ValueError("A backslash is not possible here.")
    if re.search(r"\{\s*[{%]", value):
        raise ValueError("Fields and other tags are not possible here.")
    return value


def _colour(value: str) -> str:
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", value):
        raise ValueError("Type a colour as # and six digits or letters from a to f, like #2f6b56.")
    return value.lower()


def _mail_address(value: str, info: ValidationInfo) -> str:
    # Asked only of what somebody types now: what was kept before goes on being sent.
    if value.strip() and info.context == TYPED:
        try:
            headers.address("support_email", value.strip())
        except HeaderRefused:
            raise ValueError("Type an e-mail address, like hello@example.com.") from None
    return value.strip()


Colour = Annotated[str, AfterValidator(_colour)]
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
        str,
        Field(max_length=254, title="Support e-mail", json_schema_extra={"widget": "text"}),
        AfterValidator(_mail_address),
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
