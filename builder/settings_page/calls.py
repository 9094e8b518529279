"""What calls to other apps are signed with, for whoever runs such an app; and a new key where others got to know it."""

from builder.access import Visitor, act, fetch
from builder.parts.controls import button
from builder.parts.copying import copyable
from builder.parts.dialog import Dialog, dialog
from builder.parts.tag import tag
from builder.parts.toast import toast
from builder.settings_page.card import card
from runtime.accounts import app_secrets
from runtime.words import Words


def draw(user: Visitor, w: Words) -> None:
    """The card. The key is shown to whoever asks for it, because the other side has to know it too."""

    def key() -> str:
        with user.house.ledger.read(user.workspace) as tx:
            return app_secrets.signing(tx, user.house.vault)

    async def show() -> None:
        found = await fetch(key)
        text = w("Give it only to those who run the app. Whoever has it can make calls that look like yours.")
        with dialog(w("The key that signs your calls"), text, close=w("Close")) as box:
            copyable(found, w)
            with box.footer:
                tag("span", "cw-grow")
                button(w("Done"), box.close, kind="primary")

    def ask() -> None:
        text = w(
            "From the next call on, every call is signed with the new key. Apps that check it refuse your calls until they "
            "know it: have whoever runs them at hand."
        )
        with dialog(w("Make a new key?"), text, close=w("Close")) as box, box.footer:
            tag("span", "cw-grow")
            button(w("Cancel"), box.close)
            button(w("Make a new key"), lambda: renew(box), kind="bad")

    async def renew(box: Dialog) -> None:
        before = await act(user, app_secrets.renew, user.house, user.workspace)
        box.close()
        toast(w("Calls are signed with a new key."), action=w("Undo"), on_action=lambda: take_back(before))

    async def take_back(before: int) -> None:
        await act(user, app_secrets.sign_with, user.house, user.workspace, before)
        toast(w("Calls are signed with the key from before again."))

    text = w("Every call of the Block Webhook is signed, so that the other app can tell that it comes from your shop.")
    with card("calls", w("Calls to other apps"), text) as beside, beside:
        button(w("Show the key"), show, symbol="key", small=True)
        button(w("Make a new key"), ask, symbol="autorenew", small=True)
