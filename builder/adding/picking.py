"""Choosing contacts out of a search, with a tick each; who cannot be chosen has the reason instead."""

from collections.abc import Awaitable, Callable, Sequence

from nicegui import ui

from builder.access import fetch
from builder.parts.controls import avatar, button
from builder.parts.dialog import Dialog
from builder.parts.fields import search_field
from builder.parts.tag import tag
from runtime.people.contacts import Contact
from runtime.words import Words

SHOWN = 30
"""Contacts that a search shows; who seeks another one types more of the name."""

Found = Sequence[tuple[Contact, str]]
"""Contacts, each with why they cannot be chosen, or ""."""


class Picking:
    """The search and its list, with the buttons in the foot of a dialog.

    `find` is called in a thread with what was typed ("" at first), and `go` with those who were chosen, one at least.
    """

    def __init__(
        self,
        w: Words,
        box: Dialog,
        find: Callable[[str], Found],
        go: Callable[[list[Contact]], Awaitable[None]],
    ) -> None:
        self._w, self._find, self._go = w, find, go
        self._chosen: dict[int, Contact] = {}
        self._asked = 0
        search_field(w("Find a Contact"), self._search)
        self._list = tag("div", "ad-list")
        with box.footer:
            tag("span", "cw-grow")
            button(w("Cancel"), box.close)
            self._add = tag("button", "cw-btn cw-btn-primary", type="button").on_click(self._done)
            with self._add:
                self._words = tag("span")
        self._show_count()
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
        self._words.text = self._w("Add {n} chosen", n=n) if n else self._w("Add")
        self._add.set(aria_disabled=None if n else "true")

    async def _done(self) -> None:
        if self._chosen:
            await self._go(list(self._chosen.values()))
