"""Erasing a contact: what will happen is said plainly first, for it cannot be undone."""

from nicegui import ui

from builder.access import Visitor, act
from builder.adding.deeds import who_adds
from builder.parts.controls import button
from builder.parts.dialog import dialog
from builder.parts.tag import icon, tag
from runtime.people import erasure
from runtime.people.contacts import Contact
from runtime.words import Words


def ask_to_erase(user: Visitor, w: Words, one: Contact) -> None:
    """Ask; if so, do it and show that it is done."""

    async def go() -> None:
        sure.set(disabled=True)
        await act(user, erasure.erase, user.house, user.workspace, one.id, who_adds(user))
        box.close()
        # The page says of whom is gone that it is done, or that the rest follows.
        ui.navigate.to(f"/contacts/{one.id}")

    with dialog(w("Erase {name} for good?", name=one.shown_name), w("This cannot be undone."), close=w("Close")) as box:
        for symbol, text in (
            ("logout", w("They leave every Flow, and what waits to be sent to them is not sent.")),
            (
                "delete",
                w("Name, addresses, fields, tags, answers, all that happened, and what was sent to them are removed."),
            ),
            ("bar_chart", w("Counts stay as they are: how many entered a Flow, how many e-mails went out.")),
            (
                "block",
                w(
                    "A salted hash of each address stays, which nobody can read: a later import cannot bring marketing "
                    "back to it."
                ),
            ),
            ("history", w("Backups made before this still hold them. Erase again after going back to one.")),
        ):
            with tag("div", "ad-line cw-mb3"):
                icon(symbol)
                tag("span", "cw-grow", text)
        with box.footer:
            tag("span", "cw-grow")
            button(w("Not yet"), box.close)
            sure = button(w("Erase for good"), go, kind="bad")
