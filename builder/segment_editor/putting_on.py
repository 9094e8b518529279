"""People for a list: out of a search, or pasted as addresses; and off it again."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from builder.access import Visitor, act, fetch
from builder.adding.picking import SHOWN, Picking
from builder.adding.ways import Way, Ways
from builder.parts.controls import button
from builder.parts.dialog import Dialog, dialog
from builder.parts.fields import area_field
from builder.parts.tag import tag
from builder.parts.toast import toast
from runtime.people import contacts
from runtime.people.contacts import Contact
from runtime.segments import lists
from runtime.segments.lists import AT_ONCE, NotAList
from runtime.words import Words

NAMED = 3
"""So many unknown addresses are named; of more it is said how many there are."""
_BETWEEN = re.compile(r"[\n,;\t]+")


@dataclass(frozen=True, slots=True)
class _Ask:
    """What both ways of choosing people need."""

    user: Visitor
    w: Words
    slug: str
    box: Dialog
    then: Callable[[], Any]

    async def put(self, ids: Sequence[int]) -> None:
        """Put them on, and say so."""
        try:
            n = await act(self.user, _change, self.user, self.slug, list(ids), True)
        except NotAList as refused:
            toast(self.w.text(refused.phrase), kind="bad")
            return
        self.box.close()
        self.then()
        toast(self.w("{n} person was put on the list. | {n} people were put on the list.", n=n))

    async def put_chosen(self, chosen: Sequence[Contact]) -> None:
        """Put those on who were ticked."""
        await self.put(sorted(one.id for one in chosen))


def put_on(user: Visitor, w: Words, slug: str, name: str, then: Callable[[], Any]) -> None:
    """Open the dialog. `then` follows whatever was done."""
    text = w("Flows that start when somebody enters this Segment start for them.")
    with dialog(w("Add people to {segment}", segment=f"“{name}”"), text, close=w("Close")) as box:
        ask = _Ask(user, w, slug, box, then)
        ways: dict[str, Way] = {
            w("Choose Contacts"): lambda box: Picking(w, box, partial(_find, user), ask.put_chosen),
            w("Paste addresses"): lambda box: _Paste(ask, box),
        }
        Ways(ways, box, label=w("How"))


def _find(user: Visitor, text: str) -> list[tuple[Contact, str]]:
    with user.house.ledger.read(user.workspace) as tx:
        return [(one, "") for one in contacts.search(tx, text, SHOWN)]


async def take_off(user: Visitor, w: Words, slug: str, one: Contact, then: Callable[[], Any]) -> None:
    """Take somebody off, and say so."""
    try:
        await act(user, _change, user, slug, [one.id], False)
    except NotAList as refused:
        toast(w.text(refused.phrase), kind="bad")
        return
    then()
    toast(w("{name} is off the list.", name=one.shown_name))


def _change(user: Visitor, slug: str, ids: Sequence[int], on: bool) -> int:
    house, do = user.house, lists.put_on if on else lists.take_off
    changed = 0
    for first in range(0, len(ids), AT_ONCE):
        with house.ledger.write(user.workspace) as tx:
            changed += do(tx, slug, ids[first : first + AT_ONCE], house.clock.now())
    house.ring()
    return changed


class _Paste:
    """A large field for addresses; who is not known is named, and nobody is put on before that is settled."""

    def __init__(self, ask: _Ask, box: Dialog) -> None:
        self._ask = ask
        w = ask.w
        help_text = w("One a line, or with commas between them. They must be Contacts already.")
        self._field = area_field(w("E-mail addresses or phone numbers"), help_text=help_text, rows=8)
        with box.footer:
            tag("span", "cw-grow")
            self._known = button(w("Add those who are known"), self._go_known, kind="quiet")
            self._known.set_visibility(False)
            button(w("Cancel"), box.close)
            button(w("Add those pasted"), partial(self._go), kind="primary")

    async def _go_known(self) -> None:
        await self._go(known_only=True)

    async def _go(self, *, known_only: bool = False) -> None:
        w = self._ask.w
        found, unknown = await fetch(self._find, str(self._field.value or ""))
        if not found and not unknown:
            self._field.complain(w("Paste an address first."))
        elif unknown and not (known_only and found):
            named = ", ".join(unknown[:NAMED]) + ("…" if len(unknown) > NAMED else "")
            text = w("{n} is no Contact: {who} | {n} are no Contacts: {who}", n=len(unknown), who=named)
            self._field.complain(text)
            self._known.set_visibility(bool(found))
        else:
            await self._ask.put(found)

    def _find(self, text: str) -> tuple[list[int], list[str]]:
        """Ids of those who are known, and the addresses that are not."""
        written = dict.fromkeys(one for part in _BETWEEN.split(text) if (one := part.strip().strip('<>"')))
        with self._ask.user.house.ledger.read(self._ask.user.workspace) as tx:
            owners = contacts.ids_by_addresses(tx, written)
        found = [owner for owner in owners.values() if owner is not None]
        return list(dict.fromkeys(found)), [one for one, owner in owners.items() if owner is None]
