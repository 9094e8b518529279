"""Settings of the shop and of who is signed in."""

from dataclasses import dataclass

from blocks.limits import Limits
from builder.access import Visitor, fetch, visitor
from builder.frame import frame, page_at, page_head
from builder.parts.tag import tag
from builder.parts.toast import toast
from builder.parts.you import show_shop
from builder.settings_page import account, address, brand, calls, delivery, doors, limits, sender, shop
from runtime.accounts import preferences, users, workspaces
from runtime.accounts.preferences import Sender
from runtime.accounts.workspaces import Workspace
from runtime.house import House
from runtime.words import words


@dataclass(frozen=True, slots=True)
class _Kept:
    """Everything that the cards show."""

    shop: Workspace
    sender: Sender
    delivery: delivery.Kept
    limits: Limits
    doors: doors.Doors
    has_password: bool


def _read(user: Visitor) -> _Kept:
    house, workspace = user.house, user.workspace
    me = users.get(house, user.id)
    with house.ledger.read(workspace) as tx:
        found, who, often = workspaces.of_tx(tx), preferences.sender(tx), preferences.limits(tx)
    if found is None:
        raise LookupError(f"there is no workspace {workspace}")
    has_password = me is not None and me.has_password
    return _Kept(found, who, delivery.read(house, workspace), often, doors.read(house, workspace), has_password)


def register(house: House) -> None:
    """The settings page."""

    @page_at("/settings")
    async def settings(changed: str = "") -> None:
        user = visitor()
        w = words(user.language)
        kept = await fetch(_read, user)
        anchors = {
            "shop": w("Shop"),
            "sender": w("Sender"),
            "brand": w("Brand kit"),
            "delivery": w("E-mail delivery"),
            "limits": w("How often, and when"),
            "address": w("Public address"),
            "keys": w("Shops and keys"),
            "calls": w("Calls to other apps"),
            "account": w("Your account"),
        }
        with frame(house, user, title=w("Settings"), active="settings"):
            page_head(w("Settings"))

            def renamed(name: str) -> None:
                show_shop(name)
                writer.control.props["placeholder"] = name

            with tag("div", "se-grid"):
                with tag("nav", aria_label=w("Settings")), tag("div", "cw-nav", data_spy=""):
                    for place, (anchor, label) in enumerate(anchors.items()):
                        tag("a", "" if place else "is-on", label, href=f"#{anchor}")
                with tag("div"):
                    shop.draw(user, w, kept.shop, renamed)
                    writer = sender.draw(user, w, kept.sender)
                    brand.draw(w)
                    delivery.draw(user, w, kept.delivery)
                    limits.draw(user, w, kept.limits)
                    address.draw(user, w)
                    doors.draw(user, w, kept.doors)
                    calls.draw(user, w)
                    account.draw(user, w, has_password=kept.has_password)
            if changed == "password":
                toast(w("The password is changed. You are signed out everywhere else."))
            elif changed == "address":
                toast(w("Saved."))
