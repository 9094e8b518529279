"""Whom a rehearsal is about: a button that opens a search of contacts, and the fields of somebody made up."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, Literal

from blocks.zones import zone_names
from builder.access import Visitor, fetch
from builder.forms.box import Box, Option
from builder.forms.complaint import Complaint
from builder.parts.controls import OneOf, avatar
from builder.parts.fields import search_field, zone_choices
from builder.parts.menu import Menu, menu_line
from builder.parts.tag import Tag, icon, tag
from builder.rehearsal.asked import Asked
from builder.rehearsal.field_rows import FieldRows, leaves, more
from builder.rehearsal.wish import Wish
from builder.studio.people import find
from runtime.people.addresses import email_of
from runtime.people.contacts import Contact
from runtime.rehearsal import MadeUp, laid_over
from runtime.words import LANGUAGES, Words

Answer = Literal["yes", "no"]
_DRAWN = frozenset({"email", "name", "zone", "language", "tags", "tags[]"})
"""Fields with an input of their own."""


class Who:
    """Draws itself where it is made, and changes the wish. `changed` is called when it is about somebody else."""

    def __init__(
        self,
        user: Visitor,
        w: Words,
        wish: Wish,
        asked: Sequence[Asked],
        fields: Sequence[Option],
        changed: Callable[[], None],
    ) -> None:
        """`asked` are the fields that the flow asks for, `fields` all that contacts here have."""
        self._user, self._w, self._wish, self._changed = user, w, wish, changed
        self._asked_for = [one for one in asked if one.path not in _DRAWN]
        self._known = [one for one in fields if one["value"] not in _DRAWN]
        self._asked = 0
        self._list: Tag | None = None
        with tag("div", "cw-field"):
            tag("span", "cw-label", w("Pretend to be"))
            self._opener = tag("button", "cw-input", type="button", aria_haspopup="dialog")
            with self._opener:
                self._face = tag("span", "re-face")
                icon("expand_more")
                self._menu = Menu().props("anchor='bottom left' self='top left' :offset='[0, 6]' no-focus")
        self._opener.on_click(self._open)

    def draw_made_up(self) -> None:
        """The fields of somebody made up, where it is called."""
        self._fields = tag("div", "re-made-up")
        self.show()

    def show(self) -> None:
        """Who it is now."""
        w, wish = self._w, self._wish
        name = wish.name if wish.contact is not None else wish.made_up.name or w("Somebody invented")
        self._opener.set(aria_label=f"{w('Pretend to be')}: {name}")
        self._face.clear()
        with self._face:
            if wish.contact is not None or wish.made_up.name:
                avatar(name)
            else:
                icon("face")
            tag("span", "cw-trunc", name)
        self._fields.clear()
        if wish.contact is None:
            with self._fields:
                self._draw_fields(wish.made_up)

    async def _open(self) -> None:
        self._menu.clear()
        with self._menu, tag("div", "re-people", role="dialog", aria_label=self._w("Pretend to be")):
            field = search_field(self._w("Find a Contact"), self._search)
            self._list = tag("div")
            menu_line()
            self._entry(self._w("Make somebody up"), "", "person_add", partial(self._take, None))
        await self._search("")
        if not field.is_deleted:
            field.default_slot.children[-1].run_method("focus")

    async def _search(self, text: str) -> None:
        self._asked += 1
        asked = self._asked
        found = await fetch(find, self._user, text)
        if asked != self._asked or self._list is None or self._list.is_deleted:
            return
        self._list.clear()
        with self._list:
            for contact in found:
                address = contact.email if contact.email and contact.email != contact.shown_name else ""
                self._entry(contact.shown_name, address, "", partial(self._take, contact))
            if not found:
                tag("p", "cw-cap re-none", self._w("No Contact matches."))

    def _entry(self, name: str, below: str, symbol: str, take: Callable[[], Any]) -> None:
        made = tag("button", "cw-menu-item re-person", type="button")
        with made:
            if symbol:
                icon(symbol)
            else:
                avatar(name)
            with tag("span", "cw-grow cw-trunc"):
                tag("span", "cw-trunc cw-block-el", name)
                if below:
                    tag("span", "cw-cap cw-trunc cw-block-el", below)
        made.on_click(take)

    async def _take(self, contact: Contact | None) -> None:
        self._menu.close()
        wish = self._wish
        wish.contact = contact.id if contact is not None else None
        wish.name = contact.shown_name if contact is not None else ""
        wish.zone = (contact.zone if contact is not None else wish.made_up.zone) or self._user.zone
        self.show()
        self._changed()

    # ---- somebody made up

    def _draw_fields(self, one: MadeUp) -> None:
        w = self._w
        with tag("div", "cw-field"):
            tag("span", "cw-label", w("Name"))
            Box(one.name, lambda text: self._become(name=text.strip()), label=w("Name"), length=100)
        with tag("div", "cw-field"):
            tag("span", "cw-label", w("E-mail address"))
            self._address = Box(one.email, self._write_to, label=w("E-mail address"), length=254)
            self._complaint = Complaint()
            self._check_address()
        with tag("div", "cw-field"):
            tag("span", "cw-label", w("Agreed to marketing e-mails"))
            options = [("yes", w("Yes"), ""), ("no", w("No"), ""), ("", w("Never asked"), "")]
            OneOf(options, one.consent or "", self._answer, label=w("Agreed to marketing e-mails"))
        with tag("div", "cw-field"):
            tag("span", "cw-label", w("Time zone"))
            now = one.zone or self._user.zone
            choices: list[Option] = [{"value": zone, "label": name} for zone, name in zone_choices(now).items()]
            Box(now, self._move, label=w("Time zone"), options=choices)
        with tag("details", "re-more"):
            more(w("More"), w("More about them"))
            with tag("div", "re-made-up"):
                with tag("div", "cw-field"):
                    tag("span", "cw-label", w("Tags, with commas between"))
                    Box(", ".join(one.tags), self._label_them, label=w("Tags, with commas between"), length=1000)
                with tag("div", "cw-field"):
                    tag("span", "cw-label", w("Language"))
                    languages: list[Option] = [{"value": code, "label": name} for code, name in LANGUAGES.items()]
                    Box(
                        one.language,
                        lambda text: self._become(language=text.strip()),
                        label=w("Language"),
                        options=languages,
                        own_words=w("Use “{text}”", text="{text}"),
                        length=35,
                    )
            tag("div", "cw-label", w("Fields"))
            FieldRows(w, self._asked_for, self._known, leaves(one.fields), self._fill_in)

    def _write_to(self, text: str) -> None:
        self._check_address()
        self._become(email=text.strip())

    def _check_address(self) -> None:
        typed = self._address.value.strip()
        wrong = typed and email_of(typed) is None
        said = self._w("This is no e-mail address, so no e-mail reaches them.") if wrong else ""
        self._complaint.say((self._address, said))

    def _label_them(self, text: str) -> None:
        self._become(tags=tuple(dict.fromkeys(filter(None, map(str.strip, text.split(","))))))

    def _fill_in(self, given: dict[str, Any]) -> None:
        # What is no row, such as a list in an example, stays.
        gone = {path: None for path in leaves(self._wish.made_up.fields) if path not in given}
        self._become(fields=laid_over(self._wish.made_up.fields, {**gone, **given}))

    def _answer(self, answer: str) -> None:
        given: Answer | None = "yes" if answer == "yes" else "no" if answer == "no" else None
        self._become(consent=given)

    def _move(self, zone: str) -> None:
        if zone in zone_names():
            self._wish.zone = zone
            self._become(zone=zone)

    def _become(self, **changes: Any) -> None:
        made_up = replace(self._wish.made_up, **changes)
        if made_up != self._wish.made_up:
            self._wish.made_up = made_up
            self._changed()
