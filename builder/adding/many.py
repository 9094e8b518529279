"""Adding many people to a flow: chosen from a search, pasted as addresses, or from a file."""

from collections.abc import Awaitable, Callable

from nicegui import ui

from builder.access import Visitor, fetch
from builder.adding.deeds import add_by_hand
from builder.adding.from_file import FromFile
from builder.adding.from_text import FromText
from builder.parts.controls import avatar, button, segments
from builder.parts.dialog import Dialog, dialog
from builder.parts.fields import search_field
from builder.parts.tag import tag
from runtime.engine import adding
from runtime.people import contacts
from runtime.people.contacts import Contact
from runtime.words import Words

SHOWN = 30


def add_people(user: Visitor, w: Words, slug: str, name: str, then: Callable[[], Awaitable[None]]) -> None:
    """Open the dialog. `then` follows whatever was done."""
    title, text = w("Add people to {flow}", flow=f"“{name}”"), w("They enter at once, by the trigger “Added by hand”.")
    with dialog(title, text, close=w("Close")) as box:
        ways: dict[str, Callable[[], object]] = {
            "choose": lambda: Choose(user, w, slug, name, box, then),
            "paste": lambda: FromText(user, w, slug, box, then),
            "file": lambda: FromFile(user, w, slug, box, then),
        }
        words = {"choose": w("Choose Contacts"), "paste": w("Paste addresses"), "file": w("A file (CSV)")}

        def show(way: str) -> None:
            place.clear()
            box.footer.clear()
            with place:
                ways[way]()

        with tag("div", "scroll-x ad-ways"):
            segments([(way, words[way], "") for way in ways], "choose", show, label=w("How"))
        place = tag("div", "ad-place")
        show("choose")


class Choose:
    """Contacts out of a search, with a tick each; who cannot come in has the reason instead."""

    def __init__(
        self, user: Visitor, w: Words, slug: str, name: str, box: Dialog, then: Callable[[], Awaitable[None]]
    ) -> None:
        self._user, self._w, self._slug, self._name, self._box, self._then = user, w, slug, name, box, then
        self._chosen: dict[int, Contact] = {}
        self._asked = 0
        search_field(w("Find a Contact"), self._search)
        self._list = tag("div", "ad-list")
        with box.footer:
            self._count = tag("span", "cw-cap cw-grow")
            button(w("Cancel"), box.close)
            self._add = button(w("Add"), self._go, kind="primary")
        self._show_count()
        with self._list:
            tag("p", "cw-cap", w("Type a part of a name or an address."))
        ui.timer(0.01, self._search, once=True)

    async def _search(self, text: str = "") -> None:
        self._asked += 1
        mine = self._asked
        found = await fetch(self._find, text)
        if mine != self._asked or self._list.is_deleted:
            return
        self._list.clear()
        with self._list:
            for one, why in found:
                self._row(one, why)
            if not found:
                tag("p", "cw-cap ad-none", self._w("No Contact matches."))

    def _find(self, text: str) -> list[tuple[Contact, str]]:
        with self._user.house.ledger.read(self._user.workspace) as tx:
            found = contacts.search(tx, text, SHOWN)
            into = adding.door(tx, self._slug)
            why = adding.kept_out(tx, into, [one.id for one in found], self._user.house.clock.now())
        return [(one, self._w.text(why[one.id]) if one.id in why else "") for one in found]

    def _row(self, one: Contact, why: str) -> None:
        with tag("label", "ad-row is-out" if why else "ad-row"):
            tick = tag(
                "input",
                "ru-tick",
                type="checkbox",
                checked=True if one.id in self._chosen else None,
                disabled=True if why else None,
                aria_label=one.shown_name,
            )
            js = "(event) => emit(event.target.checked)"
            tick.on("change", lambda event: self._choose(one, event.args is True), js_handler=js)
            avatar(one.shown_name)
            with tag("span", "cw-grow" if why else "cw-grow cw-trunc"):
                tag("span", "cw-strong cw-trunc cw-block-el", one.shown_name)
                below = why or (one.email if one.email and one.email != one.shown_name else "")
                if below:
                    tag("span", "cw-cap cw-block-el" if why else "cw-cap cw-trunc cw-block-el", below)

    def _choose(self, one: Contact, on: bool) -> None:
        if on:
            self._chosen[one.id] = one
        else:
            self._chosen.pop(one.id, None)
        self._show_count()

    def _show_count(self) -> None:
        n = len(self._chosen)
        self._count.text = self._w("{n} chosen", n=n) if n else ""
        self._add.set(aria_disabled=None if n else "true")

    async def _go(self) -> None:
        if self._chosen:
            self._box.close()
            await add_by_hand(self._user, self._w, self._slug, self._name, list(self._chosen), self._then)
