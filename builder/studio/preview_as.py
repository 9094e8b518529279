"""The button "Preview as": any contact, and one of the things that happened to them."""

from collections.abc import Awaitable, Callable

from builder.access import Visitor, fetch
from builder.parts.controls import avatar
from builder.parts.fields import search_field
from builder.parts.menu import Menu, menu_line
from builder.parts.tag import Tag, icon, tag
from builder.studio.people import Example, Occasion, find, occasions
from runtime.people.contacts import Contact
from runtime.words import Words

_TOUCHED = "matchMedia('(pointer: coarse)').matches"
Choose = Callable[[int | None, int | None], Awaitable[None]]


class PreviewAs:
    """Draws itself where it is made. `choose` gets a contact and an event; None is somebody invented, or the best event."""

    def __init__(self, user: Visitor, w: Words, example: Example, choose: Choose) -> None:
        self.user = user
        self.w = w
        self.example = example
        self._choose = choose
        self._people: Tag | None = None
        self._happened: Tag | None = None
        self._asked = 0
        self._opener = tag("button", "cw-btn st-as", type="button", aria_haspopup="dialog")
        with self._opener:
            tag("span", "cw-cap hide-s", w("Preview as"))
            self._name = tag("span", "cw-trunc")
            icon("expand_more", "s")
            self._menu = Menu().props("anchor='bottom right' self='top right' :offset='[0, 6]' no-focus")
        self._opener.on_click(self._open)
        self.show(example)

    def show(self, example: Example) -> None:
        """Who it is now."""
        self.example = example
        self._name.text = example.name or self.w("Somebody invented")
        self._opener.set(aria_label=f"{self.w('Preview as')} {self._name.text}")

    async def _open(self) -> None:
        self._menu.clear()
        with self._menu, tag("div", "st-people", role="dialog", aria_label=self.w("Preview as")):
            wish = search_field(self.w("Find a Contact"), self._search)
            self._people = tag("div", "st-people-list")
            self._happened = tag("div", "st-people-list")
        await self._search("")
        await self._tell()
        if not wish.is_deleted:
            # A phone's keyboard would cover the list before anybody has seen it.
            field = wish.default_slot.children[-1]
            field.client.run_javascript(f"{_TOUCHED} || getHtmlElement({int(field.id)})?.focus()")

    async def _search(self, text: str) -> None:
        self._asked += 1
        asked = self._asked
        found = await fetch(find, self.user, text)
        if asked != self._asked or self._people is None or self._people.is_deleted:
            return
        self._people.clear()
        with self._people:
            for contact in found:
                self._person(contact)
            if not found:
                tag(
                    "p",
                    "cw-cap st-pop-none",
                    self.w("No Contact matches.") if text.strip() else self.w("No Contacts yet"),
                )
            menu_line()
            self._nobody()

    def _person(self, contact: Contact) -> None:
        chosen = contact.id == self.example.contact
        made = tag("button", "cw-menu-item st-person", type="button", aria_pressed="true" if chosen else "false")
        with made:
            avatar(contact.shown_name)
            with tag("span", "cw-grow cw-trunc"):
                tag("span", "cw-trunc cw-block-el", contact.shown_name)
                if contact.email and contact.email != contact.shown_name:
                    tag("span", "cw-cap cw-trunc cw-block-el", contact.email)
            if chosen:
                icon("check", "s")
        made.on_click(lambda: self._take(contact.id, None))

    def _nobody(self) -> None:
        chosen = self.example.contact is None
        made = tag("button", "cw-menu-item st-person", type="button", aria_pressed="true" if chosen else "false")
        with made:
            icon("face")
            tag("span", "cw-grow", self.w("Somebody invented"))
            if chosen:
                icon("check", "s")
        made.on_click(lambda: self._take(None, None))

    async def _tell(self) -> None:
        """What happened to the contact that is chosen."""
        box, contact = self._happened, self.example.contact
        if box is None or box.is_deleted:
            return
        found = await fetch(occasions, self.user, contact) if contact is not None else []
        if box.is_deleted:
            return
        box.clear()
        if found:
            with box:
                menu_line()
                tag("h4", "cw-micro st-people-head", self.w("With what happened"))
                for occasion in found:
                    self._occasion(occasion)

    def _occasion(self, one: Occasion) -> None:
        w = self.w
        chosen = one.id == self.example.event
        made = tag("button", "cw-menu-item st-person", type="button", aria_pressed="true" if chosen else "false")
        with made:
            icon(one.icon)
            with tag("span", "cw-grow cw-trunc"):
                tag("span", "cw-trunc cw-block-el", w.text(one.what))
                when = w.date(one.at, self.user.zone, "moment", self.user.house.clock.now())
                about = f"{when} · {w.text(one.about)}" if one.about is not None else when
                tag("span", "cw-cap cw-trunc cw-block-el", about)
            if chosen:
                icon("check", "s")
        made.on_click(lambda: self._take(self.example.contact, one.id))

    async def _take(self, contact: int | None, event: int | None) -> None:
        self._menu.close()
        await self._choose(contact, event)
