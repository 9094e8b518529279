"""Products that fill themselves in: what is in the contact's cart or order, or what the Flow recommends."""

from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from blocks.phrase import Phrase, say
from runtime.mail import markup
from runtime.mail.section import Card, Link, Section
from runtime.mail.sections.button import NEXT_LINE, button
from runtime.mail.theme import SIDE, Theme

_GUTTER = 6
_NEW_LINE = "\n"
_TARGET = "{{ cart.url }}"
_TABLE = '<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0"'


class Products(Section):
    """A list or a grid of products. Without products it leaves nothing behind but its space."""

    card: ClassVar = Card("Products", "shopping_bag", "What is in the cart, filled in per Contact", place=70)

    kind: Literal["products"] = "products"
    layout: Annotated[
        Literal["grid", "list"],
        Field(title="Layout", json_schema_extra={"widget": "select", "choices": {"grid": "Grid", "list": "List"}}),
    ] = "list"
    most: Annotated[int, Field(ge=1, le=12, title="At most", json_schema_extra={"widget": "number"})] = 4
    show_price: Annotated[bool, Field(title="Show the price", json_schema_extra={"widget": "switch"})] = True
    show_quantity: Annotated[bool, Field(title="Show how many", json_schema_extra={"widget": "switch"})] = True
    show_description: Annotated[bool, Field(title="Show the description", json_schema_extra={"widget": "switch"})] = (
        False
    )
    show_total: Annotated[bool, Field(title="Show the total", json_schema_extra={"widget": "switch"})] = False
    button_label: Annotated[
        str, Field(max_length=100, title="Words on the button", json_schema_extra={"widget": "text"})
    ] = ""

    def _price(self) -> str:
        if not self.show_price:
            return "{{ item.times }}" if self.show_quantity else ""
        return ("{{ item.times }}" if self.show_quantity else "") + "{{ item.price | money: cart.currency }}"

    def mjml(self, theme: Theme) -> str:
        each = self._cell(theme) if self.layout == "grid" else self._row(theme)
        loop = markup.block(f"for item in cart.items limit: {self.most}") + each + markup.block("endfor")
        if self.layout == "grid":
            mso = f"<!--[if mso]>{_TABLE}><tr><![endif]-->"
            loop = f"{mso}{loop}<!--[if mso]></tr></table><![endif]-->"
        sides, row = (SIDE - _GUTTER, "cw-grid") if self.layout == "grid" else (SIDE, "cw-row")
        body = (
            f'<mj-text css-class="{row}" padding="12px {sides}px 8px" font-size="15px" line-height="21px" '
            f'color="{theme.heading}">{loop}{self._sum(theme)}</mj-text>'
        )
        if self.button_label.strip():
            href = markup.address(_TARGET, f"{self.id}.button")
            body += button(theme, markup.inline(self.button_label), href)
        return body

    def _link(self) -> str:
        return f'{{{{ item.url | link: "{self.id}" }}}}'

    def _shot(self, size: int, padding: str, theme: Theme) -> str:
        # The column is there as soon as one product has a picture, so that names stand below each other.
        return (
            f"{markup.block('if cart.pictured')}"
            f'<td width="{size}" valign="top" style="padding:{padding}">'
            f"{markup.block('if item.image')}"
            f'<a href="{self._link()}" aria-hidden="true" tabindex="-1"><img src="{{{{ item.image | safe_url }}}}" '
            f'width="{size}" height="{size}" alt="" style="display:block;width:{size}px;height:{size}px;'
            f'max-width:none;border-radius:6px;object-fit:cover;background:{theme.foot}" /></a>'
            f"{markup.block('endif')}</td>{markup.block('endif')}"
        )

    def _words(self) -> str:
        about = '<div class="cw-more">{{ item.variant }}</div>'
        if self.show_description:
            about += '<div class="cw-more">{{ item.description }}</div>'
        return f'<a href="{self._link()}" class="cw-name">{{{{ item.name }}}}</a>{about}'

    def _row(self, theme: Theme) -> str:
        price = self._price()
        cell = (
            f'<td class="cw-price" align="right" valign="top" style="padding:13px 0;white-space:nowrap;'
            f'color:{theme.heading}">{price}</td>'
            if price
            else ""
        )
        return (
            f'{_TABLE} class="cw-item" style="border-bottom:1px solid {theme.line}"><tr>'
            f"{self._shot(72, '12px 16px 12px 0', theme)}"
            f'<td valign="top" style="padding:13px 12px 13px 0">{self._words()}</td>{cell}</tr></table>'
        )

    def _cell(self, theme: Theme) -> str:
        price = self._price()
        cost = f'<div class="cw-more">{price}</div>' if price else ""
        return (
            '<!--[if mso]><td width="50%" valign="top"><![endif]-->'
            '<div class="cw-cell" style="display:inline-block;width:100%;max-width:274px;vertical-align:top">'
            f'{_TABLE}><tr><td style="padding:{_GUTTER}px">'
            f'{_TABLE} class="cw-tile" style="border:1px solid {theme.line};border-radius:8px;'
            f'border-collapse:separate"><tr>{self._shot(64, "10px 0 10px 10px", theme)}'
            f'<td align="left" style="padding:10px 12px">{self._words()}{cost}</td></tr></table>'
            '</td></tr></table></div><!--[if mso]></td>{% cycle "", "</tr><tr>" %}<![endif]-->'
        )

    def _sum(self, theme: Theme) -> str:
        if not self.show_total:
            return ""
        sides = f"0 {_GUTTER}px" if self.layout == "grid" else "0"
        return (
            f"{markup.block('if cart.total')}{_TABLE}><tr>"
            f'<td class="cw-price" style="padding:{sides};padding-top:12px;color:{theme.heading};font-weight:600">'
            f'{theme.words["total"]}</td><td class="cw-price" align="right" style="padding:{sides};padding-top:12px;'
            f'color:{theme.heading};font-weight:600">{{{{ cart.total | money: cart.currency }}}}</td></tr></table>'
            f"{markup.block('endif')}"
        )

    def plain(self, theme: Theme) -> str:
        price = f"  {self._price()}" if self._price() else ""
        text = (
            f"{{% for item in cart.items limit: {self.most} %}}- {{{{ item.name }}}}{price}\n"
            f"{markup.leads_on('item.url', self.id, '  ', _NEW_LINE)}{{% endfor %}}"
        )
        if self.show_total:
            total = theme.words["total"]
            text += f"{{% if cart.total %}}{total}: {{{{ cart.total | money: cart.currency }}}}\n{{% endif %}}"
        if self.button_label.strip():
            link = markup.plain_link(_TARGET, f"{self.id}.button", NEXT_LINE)
            text += f"\n{markup.plain(self.button_label)}{link}"
        return text

    def line(self) -> Phrase:
        return say("Fills itself in per Contact")

    def links(self, theme: Theme) -> Iterator[Link]:
        yield Link(self.id, "{{ item.name }}", "{{ item.url }}")
        if self.button_label.strip():
            yield Link(f"{self.id}.button", self.button_label, _TARGET)
