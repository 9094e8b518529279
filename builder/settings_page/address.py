"""The public address: where customers' clicks and the shop's notices reach this installation."""

from builder.access import Visitor
from builder.parts.controls import chip
from builder.parts.copying import copyable
from builder.parts.tag import icon, tag
from builder.settings_page.card import card
from runtime.public_address import is_local, takes_one_click
from runtime.words import Words


def draw(user: Visitor, w: Words) -> None:
    """The card. The address belongs to the installation and is given when it is started."""
    address = user.house.settings.base_url
    reachable = not is_local(address)
    with card(
        "address", w("Public address"), w("Links in your e-mails lead here, and so do your shop’s notices.")
    ) as beside:
        with beside:
            chip(w("Set"), tone="ok", symbol="check_circle") if reachable else chip(
                w("Only this computer or network"), tone="warn", symbol="warning"
            )
        copyable(address or user.house.settings.own_url, w)
        if not reachable:
            title = w("Customers cannot open links to this computer or network.")
            text = w(
                "Trying things out works. Over a mail server, marketing e-mails wait until Cartwheel is started with an "
                "address that customers reach:"
            )
            _warn(title, text)
        elif not takes_one_click(address):
            title = w("Mailboxes show their own button to unsubscribe only with https.")
            _warn(title, w("Start Cartwheel with such an address:"))


def _warn(title: str, text: str) -> None:
    with tag("div", "cw-banner cw-mt4"):
        icon("warning")
        with tag("span", "cw-13"):
            tag("b", "", title + " ")
            tag("span", "", text + " ")
            tag("code", "code", "CARTWHEEL_BASE_URL=https://mail.shop.example")
