"""The public address: where customers' clicks and the shop's notices reach this installation."""

from urllib.parse import urlsplit

from builder.access import Visitor
from builder.parts.controls import chip
from builder.parts.copying import copyable
from builder.parts.tag import icon, tag
from builder.settings_page.card import card
from runtime.words import Words

_HERE = ("127.0.0.1", "localhost", "::1", "0.0.0.0")  # noqa: S104 - compared, not bound


def draw(user: Visitor, w: Words) -> None:
    """The card. The address belongs to the installation and is given when it is started."""
    address = user.house.settings.base_url
    reachable = bool(address) and (urlsplit(address).hostname or "") not in _HERE
    with card(
        "address", w("Public address"), w("Links in your e-mails lead here, and so do your shop’s notices.")
    ) as beside:
        with beside:
            chip(w("Set"), tone="ok", symbol="check_circle") if reachable else chip(
                w("Only this computer"), tone="warn", symbol="warning"
            )
        copyable(address or user.house.settings.own_url, w)
        if not reachable:
            with tag("div", "cw-banner cw-mt4"):
                icon("warning")
                with tag("span", "cw-13"):
                    tag("b", "", w("Customers cannot open links to this computer.") + " ")
                    text = w(
                        "Trying things out works. To send to customers, start Cartwheel with an address that they reach:"
                    )
                    tag("span", "", text + " ")
                    tag("code", "code", "CARTWHEEL_BASE_URL=https://mail.shop.example")
