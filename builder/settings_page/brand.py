"""The way to the brand kit, which is a page of its own."""

from builder.parts.controls import button
from builder.parts.tag import tag
from builder.settings_page.card import card
from runtime.words import Words


def draw(w: Words) -> None:
    """The card."""
    text = w("Logo, colours, fonts and the postal address that all your e-mails share.")
    with card("brand", w("Brand kit"), text), tag("div", "cw-row cw-mt4"):
        button(w("Open the brand kit"), href="/brand", symbol="palette")
