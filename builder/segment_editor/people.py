"""The people a segment is about: who would match now, or who is on the list."""

from collections.abc import Awaitable, Callable
from functools import partial

from builder.access import Visitor
from builder.parts.controls import avatar, button, icon_button
from builder.parts.seen import seen_words
from builder.parts.tag import Tag, tag
from builder.segment_editor.opened import PAGE
from runtime.people.contacts import Contact
from runtime.words import Words


class People:
    """The card. `more(after)` gets the next page; with `take_off` each has a button that takes them off."""

    def __init__(
        self,
        user: Visitor,
        w: Words,
        title: str,
        more: Callable[[int], Awaitable[list[Contact]]],
        take_off: Callable[[Contact], Awaitable[None]] | None = None,
    ) -> None:
        self._user, self._w, self._next, self._take_off = user, w, more, take_off
        self._shown: list[Contact] = []
        with tag("section", "cw-card ct-list sg-who"):
            with tag("div", "cw-card-head"):
                tag("h3", "cw-grow", title)
                self.tools = tag("div", "cw-row")
            self._rows = tag("ul")
            self._nothing = tag("p", "cw-empty cw-cap")
            with tag("div", "sg-more") as self._foot:
                button(w("Show more"), self._grow, small=True)

    def show(self, people: list[Contact], nothing: str, *, readonly: bool = False) -> None:
        """These, from the beginning; `nothing` is said where there is nobody."""
        self._rows.clear()
        self._shown = []
        self._nothing.text = nothing
        self._nothing.set_visibility(not people)
        self._readonly = readonly
        self._add(people)

    def _add(self, people: list[Contact]) -> None:
        self._shown += people
        with self._rows:
            for one in people:
                self._row(one)
        self._rows.set_visibility(bool(self._shown))
        self._foot.set_visibility(len(people) == PAGE)

    async def _grow(self) -> None:
        after = self._shown[-1].id if self._shown else 0
        found = await self._next(after)
        if not self._rows.is_deleted and self._shown and self._shown[-1].id == after:
            self._add(found)

    def _row(self, one: Contact) -> Tag:
        w = self._w
        with tag("li", "ct-row") as row:
            with tag("span", "ct-who"):
                avatar(one.shown_name)
                with tag("span", "cw-grow cw-trunc"):
                    name = one.shown_name
                    tag("a", "cw-cover cw-strong cw-trunc cw-block-el", name, href=f"/contacts/{one.id}")
                    address = one.email or one.phone or ""
                    if address and address != name:
                        tag("span", "cw-cap cw-trunc cw-block-el", address)
            seen = seen_words(w, one.seen_at, self._user.house.clock.now(), self._user.zone)
            tag("span", "n cw-cap", w("Seen {when}", when=seen))
            if self._take_off is not None and not self._readonly:
                label = w("Take {name} off", name=one.shown_name)
                icon_button("person_remove", label, partial(self._take_off, one))
        return row
