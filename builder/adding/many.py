"""Adding many people to a flow: chosen from a search, pasted as addresses, or from a file."""

from collections.abc import Awaitable, Callable
from functools import partial

from builder.access import Visitor
from builder.adding.deeds import add_by_hand
from builder.adding.from_file import FromFile
from builder.adding.from_text import FromText
from builder.adding.picking import SHOWN, Picking
from builder.parts.controls import OneOf
from builder.parts.dialog import dialog
from builder.parts.tag import tag
from runtime.engine.by_hand import adding
from runtime.people import contacts
from runtime.people.contacts import Contact
from runtime.words import Words


def add_people(user: Visitor, w: Words, slug: str, name: str, then: Callable[[], Awaitable[None]]) -> None:
    """Open the dialog. `then` follows whatever was done."""
    title, text = w("Add people to {flow}", flow=f"“{name}”"), w("They enter at once, by the trigger “Added by hand”.")
    with dialog(title, text, close=w("Close")) as box:

        async def add(chosen: list[Contact]) -> None:
            box.close()
            await add_by_hand(user, w, slug, name, [one.id for one in chosen], then)

        ways: dict[str, Callable[[], object]] = {
            "choose": lambda: Picking(w, box, partial(_find, user, w, slug), add),
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
            OneOf([(way, words[way], "") for way in ways], "choose", show, label=w("How"))
        place = tag("div", "ad-place")
        show("choose")


def _find(user: Visitor, w: Words, slug: str, text: str) -> list[tuple[Contact, str]]:
    with user.house.ledger.read(user.workspace) as tx:
        found = contacts.search(tx, text, SHOWN)
        into = adding.door(tx, slug)
        why = adding.kept_out(tx, into, [one.id for one in found], user.house.clock.now())
    return [(one, w.text(why[one.id]) if one.id in why else "") for one in found]
