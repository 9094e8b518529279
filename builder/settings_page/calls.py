"""What calls to other apps are signed with, for whoever runs such an app."""

from builder.access import Visitor
from builder.parts.controls import button
from builder.parts.copying import copyable
from builder.parts.dialog import dialog
from builder.parts.tag import tag
from builder.settings_page.card import card
from runtime.accounts import app_secrets
from runtime.words import Words


def draw(user: Visitor, w: Words) -> None:
    """The card. The key is shown to whoever asks for it, because the other side has to know it too."""

    def show() -> None:
        text = w("Give it only to those who run the app. Whoever has it can make calls that look like yours.")
        with dialog(w("The key that signs your calls"), text, close=w("Close")) as box:
            copyable(app_secrets.signing(user.house.vault, user.workspace), w)
            with box.footer:
                tag("span", "cw-grow")
                button(w("Done"), box.close, kind="primary")

    text = w("Every call of the Block Webhook is signed, so that the other app can tell that it comes from your shop.")
    with card("calls", w("Calls to other apps"), text) as beside, beside:
        button(w("Show the key"), show, symbol="key", small=True)
