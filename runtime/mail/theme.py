"""What sections draw with: the brand's colours worked out for light and dark, its fonts, and words in one language."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from string import Template as Fill

from runtime.mail.brand import FONTS, Brand
from runtime.mail.colours import BLACK, WHITE, legible, mix, text_on
from runtime.mail.words import words_in

WIDTH = 600
"""Width of an e-mail in pixels, on screens that are wider."""
SIDE = 32
"""Space at both sides of what stands in the e-mail, in pixels; 20 on phones."""

_TALL_SCRIPTS = frozenset({"th", "lo", "km", "my", "bo", "vi"})
_PHONE_HEADING = 24


@dataclass(frozen=True)
class Theme:
    """A brand in one language, for marketing or transactional mail. Sections ask it for every colour and word."""

    brand: Brand
    language: str
    marketing: bool

    @cached_property
    def words(self) -> Mapping[str, str]:
        """The few words of ours, in the e-mail's language."""
        return words_in(self.language)

    @property
    def heading_font(self) -> str:
        """Font stack of headings."""
        return FONTS[self.brand.heading_font]

    @property
    def body_font(self) -> str:
        """Font stack of everything else."""
        return FONTS[self.brand.body_font]

    @property
    def heading(self) -> str:
        """Colour of headings and names."""
        return self.brand.ink

    @cached_property
    def body(self) -> str:
        """Colour of running text: the ink, a little softer."""
        return legible(mix(self.brand.ink, self.brand.surface, 0.14), self.brand.surface)

    @cached_property
    def quiet(self) -> str:
        """Colour of what is less important, still readable on the footer's ground."""
        return legible(mix(self.brand.ink, self.brand.surface, 0.38), self.foot)

    @cached_property
    def line(self) -> str:
        """Hairlines and borders."""
        return mix(self.brand.surface, self.brand.ink, 0.12)

    @cached_property
    def foot(self) -> str:
        """Ground of the footer: between what is behind the text and what is around the e-mail."""
        brand = self.brand
        if brand.background == brand.surface:
            return mix(brand.surface, brand.ink, 0.045)
        return mix(brand.surface, brand.background, 0.7)

    @cached_property
    def band(self) -> str:
        """Ground of notices and coupons: a breath of the second colour."""
        return mix(self.brand.surface, self.brand.accent, 0.16)

    @cached_property
    def link(self) -> str:
        """Colour of links in text."""
        return legible(self.brand.primary, self.brand.surface)

    def leading(self, size: int) -> int:
        """Line height of a heading of `size` pixels. Scripts with marks above and below the letters need more of it."""
        tall = self.language.split("-")[0] in _TALL_SCRIPTS
        return round(size * (1.45 if tall else 1.3))

    def button(self, colour: str) -> tuple[str, str]:
        """Ground and text of a button in a colour of the brand ("primary", "accent", "ink")."""
        ground = {"accent": self.brand.accent, "ink": self.brand.ink}.get(colour, self.brand.primary)
        return ground, text_on(ground, self.brand.ink)

    @cached_property
    def css(self) -> str:
        """The style sheet of an e-mail: what MJML has no words for, phones, and dark mode, then the brand's own CSS."""
        dark = mix(self.brand.ink, BLACK, 0.72)
        card = mix(dark, WHITE, 0.06)
        return (
            Fill(_CSS).substitute(
                link=self.link,
                heading=self.heading,
                quiet=self.quiet,
                large=f"font-size:{_PHONE_HEADING}px !important;line-height:{self.leading(_PHONE_HEADING)}px !important",
                page_d=dark,
                card_d=card,
                foot_d=mix(dark, WHITE, 0.035),
                band_d=mix(card, self.brand.accent, 0.18),
                line_d=mix(card, WHITE, 0.16),
                head_d=mix(WHITE, card, 0.05),
                body_d=mix(WHITE, card, 0.2),
                quiet_d=legible(mix(WHITE, card, 0.4), card),
                link_d=legible(self.brand.primary, card),
            )
            + self.brand.css
        )


# The last rules of each kind win on phones and in dark mode, where they must beat inlined styles: hence !important.
_CSS = """
.cw-text p{margin:0 0 14px}
.cw-text .cw-end{margin:0}
.cw-text ul,.cw-text ol{margin:0 0 14px;padding:0 0 0 24px;text-align:left}
.cw-text li{margin:0 0 6px}
.cw-text a{color:$link;text-decoration:underline}
.cw-name{color:$heading;font-weight:600;text-decoration:none}
.cw-more{color:$quiet;font-size:14px;line-height:20px}
.cw-foot a{color:$quiet;text-decoration:underline}
.cw-home{color:$heading;text-decoration:none}
a:hover{opacity:.86}
@media only screen and (max-width:479px){
.cw-row{padding-left:20px !important;padding-right:20px !important}
.cw-grid{padding-left:14px !important;padding-right:14px !important}
.cw-gap{display:none !important}
.cw-card{border-radius:0 !important}
.cw-cell{max-width:100% !important}
.cw-large div{$large}
}
@media (prefers-color-scheme:dark){
body,.cw-page{background:$page_d !important}
.cw-card,.cw-card>table{background:$card_d !important}
.cw-head div,.cw-head a,.cw-name,.cw-price{color:$head_d !important}
.cw-text div{color:$body_d !important}
.cw-text a{color:$link_d !important}
.cw-more,.cw-foot div,.cw-foot a{color:$quiet_d !important}
.cw-foot{background:$foot_d !important}
.cw-band{background:$band_d !important}
.cw-band div,.cw-band b{color:$head_d !important}
.cw-tile,.cw-item,.cw-sum{border-color:$line_d !important}
.cw-line p{border-color:$line_d !important}
}
"""
