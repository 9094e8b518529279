"""Keys and sources: how events come in."""

from dataclasses import dataclass
from functools import partial

from builder.access import Visitor, act, fetch
from builder.parts.controls import button, chip, icon_button
from builder.parts.copying import copyable
from builder.parts.dialog import Dialog, choice, dialog
from builder.parts.fields import enter_presses, text_field
from builder.parts.tag import Handler, Tag, icon, tag
from builder.parts.toast import toast
from builder.settings_page.card import card, clear, complain
from runtime.accounts import keys, sources
from runtime.accounts.keys import Key, Kind
from runtime.accounts.refused import Refused
from runtime.accounts.sources import Source
from runtime.house import House
from runtime.words import Words

TOPICS = (
    "Checkout creation",
    "Checkout update",
    "Order creation",
    "Product creation",
    "Product update",
    "Product deletion",
    "Inventory level update",
)
"""As Shopify's admin calls them, in every language."""


@dataclass(frozen=True, slots=True)
class Doors:
    """What is in use."""

    keys: list[Key]
    sources: list[Source]


def read(house: House, workspace: int) -> Doors:
    """What is in use now."""
    return Doors(
        [one for one in keys.everything(house, workspace) if one.revoked_at is None],
        [one for one in sources.everything(house, workspace) if one.revoked_at is None],
    )


def draw(user: Visitor, w: Words, doors: Doors) -> None:
    """The card."""
    text = w("Your shop tells of carts and orders through a connection; other programs use a key.")
    with card("keys", w("Shops and keys"), text) as beside:
        body = tag("div")
        page = _Doors(user, w, body)
        with beside:
            button(w("Connect Shopify"), page.new_source, symbol="add", small=True)
            button(w("New key"), page.new_key, symbol="add", small=True)
        page.draw(doors)


class _Doors:
    def __init__(self, user: Visitor, w: Words, body: Tag) -> None:
        self.user = user
        self.w = w
        self.body = body

    def draw(self, doors: Doors) -> None:
        """All of them."""
        w = self.w
        self.body.clear()
        with self.body:
            if not doors.keys and not doors.sources:
                tag("p", "cw-cap", w("Nothing is connected yet."))
            for source in doors.sources:
                with tag("div", "co-line"):
                    icon("storefront")
                    with tag("span", "cw-grow"):
                        tag("span", "cw-strong cw-block-el", source.name)
                        tag("span", "cw-cap cw-block-el cw-trunc", self.user.house.settings.own_url + source.path)
                        tag("span", "cw-cap cw-block-el", self._used(source.used_at))
                    chip("Shopify")
                    gone = w("Disconnect {name}", name=source.name)
                    icon_button("link_off", gone, partial(self.disconnect, source))
            for key in doors.keys:
                with tag("div", "co-line"):
                    icon("key")
                    with tag("span", "cw-grow"):
                        tag("span", "cw-strong cw-block-el", key.name)
                        tag("span", "cw-cap cw-block-el", f"{self._may(key.kind)} {self._used(key.used_at)}")
                    tag("span", "code hide-s", key.hint + "…")
                    icon_button("delete", w("Delete the key {name}", name=key.name), partial(self.delete, key))

    def _may(self, kind: str) -> str:
        w = self.w
        return w("Can only add events.") if kind == "ingest" else w("Can only add Contacts to Flows.")

    def _used(self, at: int | None) -> str:
        w = self.w
        if at is None:
            return w("Not used yet.")
        return w("Last used {ago}.", ago=w.ago(at, self.user.house.clock.now(), self.user.zone))

    async def reload(self) -> None:
        """Read and draw again."""
        self.draw(await fetch(read, self.user.house, self.user.workspace))

    def new_key(self) -> None:
        """Ask what for; the secret is shown once."""
        w = self.w
        wanted: list[Kind] = ["ingest"]

        def choose(kind: Kind) -> None:
            wanted[0] = kind
            for name, made in cards.items():
                made.classes(add="is-on") if name == kind else made.classes(remove="is-on")
                made.set(aria_checked="true" if name == kind else "false")

        async def create() -> None:
            clear({"name": field})
            try:
                _, secret = await act(
                    self.user, keys.create, self.user.house, self.user.workspace, wanted[0], str(field.value or "")
                )
            except Refused as wrong:
                complain(wrong, {"name": field}, w)
                return
            box.close()
            await self.reload()
            self._show_once(w("The key"), secret)

        with dialog(w("New key"), close=w("Close")) as box:
            field = text_field(w("What is it for?"), placeholder=w("My shop’s website"))
            with tag("div", "cw-grid cw-mt4", role="radiogroup", aria_label=w("What it may do")):
                only = w("For a website or an app. Whoever finds it can read nothing.")
                into = w("For programs of your own: into Flows that begin with “Added by hand”.")
                cards: dict[Kind, Tag] = {
                    "ingest": choice(w("Only add events"), only, chosen=True, on_click=lambda: choose("ingest")),
                    "api": choice(w("Only add Contacts to Flows"), into, chosen=False, on_click=lambda: choose("api")),
                }
            enter_presses(_finish(box, w, w("Make the key"), create), field)

    def _show_once(self, title: str, secret: str) -> None:
        w = self.w
        with dialog(title, w("Copy it now: it is shown only once."), close=w("Close")) as box:
            copyable(secret, w)
            with box.footer:
                tag("span", "cw-grow")
                button(w("Done"), box.close, kind="primary")

    def new_source(self) -> None:
        """Ask for the shop's secret, then say where its notices go."""
        w = self.w

        async def create() -> None:
            clear(fields)
            try:
                source, _ = await act(
                    self.user,
                    sources.create,
                    self.user.house,
                    self.user.workspace,
                    str(name.value or ""),
                    str(secret.value or ""),
                )
            except Refused as wrong:
                complain(wrong, fields, w)
                return
            box.close()
            await self.reload()
            self._show_address(source)

        text = w(
            "In Shopify’s admin, open Settings, Notifications, Webhooks. At the bottom of that page stands the secret."
        )
        with dialog(w("Connect Shopify"), text, close=w("Close")) as box:
            with tag("div", "cw-grid"):
                name = text_field(w("Name"), self.user.shop)
                help_text = w("Proves that a notice comes from your shop. It is kept encrypted.")
                secret = text_field(w("Secret"), kind="password", help_text=help_text, autocomplete="new-password")
            fields = {"name": name, "secret": secret}
            enter_presses(_finish(box, w, w("Connect"), create), name, secret)

    def _show_address(self, source: Source) -> None:
        w = self.w
        text = w("Create webhooks for checkouts, orders and products in Shopify, format JSON, with this address:")
        with dialog(w("Now tell Shopify where to"), text, close=w("Close")) as box:
            copyable(self.user.house.settings.own_url + source.path, w)
            with tag("p", "cw-cap cw-mt4"):
                tag("span", "", ", ".join(TOPICS))
            with box.footer:
                tag("span", "cw-grow")
                button(w("Done"), box.close, kind="primary")

    def delete(self, key: Key) -> None:
        """A deleted key does not come back, so this asks."""
        w = self.w
        title = w("The key {name} will stop working", name=f"“{key.name}”")
        text = w("Programs that use it are refused within 5 seconds. It cannot be brought back.")

        async def go() -> None:
            await act(self.user, keys.revoke, self.user.house, self.user.workspace, key.id)
            box.close()
            await self.reload()
            toast(w("The key is deleted."))

        with dialog(title, text, close=w("Close")) as box:
            _finish(box, w, w("Delete the key"), go)

    def disconnect(self, source: Source) -> None:
        """A source does not come back with its address, so this asks."""
        w = self.w
        title = w("{name} will not be heard any more", name=f"“{source.name}”")
        text = w("Its notices are refused within 5 seconds. What came in stays. To connect again, you need the secret.")

        async def go() -> None:
            await act(self.user, sources.revoke, self.user.house, self.user.workspace, source.id)
            box.close()
            await self.reload()
            toast(w("It is disconnected."))

        with dialog(title, text, close=w("Close")) as box:
            _finish(box, w, w("Disconnect"), go)


def _finish(box: Dialog, w: Words, word: str, go: Handler) -> Tag:
    with box.footer:
        tag("span", "cw-grow")
        button(w("Cancel"), box.close)
        return button(word, go, kind="primary")
