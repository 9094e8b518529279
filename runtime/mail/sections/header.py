"""The shop's logo or name at the top."""

from typing import ClassVar, Literal

from blocks.phrase import Phrase, say
from runtime.mail import markup
from runtime.mail.section import Align, Card, Section
from runtime.mail.theme import SIDE, Theme


class Header(Section):
    """The logo of the brand kit, or the shop's name where there is none, leading to the shop's website."""

    card: ClassVar = Card("Header", "crop_16_9", "Your logo or name, at the top", place=10)

    kind: Literal["header"] = "header"
    align: Align = "center"

    def mjml(self, theme: Theme) -> str:
        brand = theme.brand
        home = f'href="{markup.address(brand.website, self.id)}"' if brand.website else ""
        name = markup.inline(brand.name)
        if brand.logo_url:
            source = markup.picture(brand.logo_url)
            return (
                f'<mj-image src="{source}" alt="{name}" {home} width="{brand.logo_width}px" align="{self.align}" '
                f'padding="22px {SIDE}px" css-class="cw-row cw-head"/>'
            )
        words = f'<a {home} class="cw-home">{name}</a>' if home else name
        return (
            f'<mj-text css-class="cw-row cw-head" padding="20px {SIDE}px" align="{self.align}" font-size="19px" '
            f'line-height="26px" font-weight="600" letter-spacing="0.2px" font-family="{theme.heading_font}" '
            f'color="{theme.heading}">{words}</mj-text>'
        )

    def plain(self, theme: Theme) -> str:
        return markup.plain(theme.brand.name)

    def line(self) -> Phrase:
        match self.align:
            case "left":
                return say("Logo, on the left")
            case "right":
                return say("Logo, on the right")
        return say("Logo, centred")
