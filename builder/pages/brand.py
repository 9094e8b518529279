"""The brand kit."""

from pydantic import ValidationError

from builder.access import fetch, visitor
from builder.frame import frame, page_at, page_head
from builder.parts.controls import button
from builder.parts.empty import empty
from builder.parts.tag import tag
from builder.studio.brand_kit import BrandKit, open_brand
from builder.studio.looks import load_looks
from runtime.house import House
from runtime.words import words


def register(house: House) -> None:
    """The page."""

    @page_at("/brand")
    async def brand() -> None:
        user = visitor()
        w = words(user.language)
        title = w("Brand kit")
        try:
            draft, kit = await fetch(open_brand, user)
        except ValidationError:
            with (
                frame(house, user, title=title, active="emails"),
                empty(w("The brand kit cannot be read"), w("Its file was changed by hand, or by a newer Cartwheel.")),
            ):
                button(w("All e-mails"), href="/emails", kind="primary")
            return
        load_looks()
        with frame(house, user, title=title, active="emails"):
            text = w("Every e-mail looks like this. Live Flows take it over when you publish them again.")
            with page_head(title, text):
                saved = tag("span", "cw-cap", role="status")
            BrandKit(user, w, draft, kit, saved)
