"""Adding many people to a flow: chosen from a search, pasted as addresses, or from a file."""

from collections.abc import Awaitable, Callable
from functools import partial

from builder.access import Visitor
from builder.adding.deeds import add_by_hand
from builder.adding.from_file import FromFile
from builder.adding.from_text import FromText
from builder.adding.picking import SHOWN, Picking
from builder.adding.ways import Way, Ways
from builder.parts.dialog import dialog
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

        ways: dict[str, Way] = {
            w("Choose Contacts"): lambda box: Picking(w, box, partial(_find, user, w, slug), add),
            w("Paste addresses"): lambda box: FromText(user, w, slug, box, then),
            w("A file (CSV)"): lambda box: FromFile(user, w, slug, box, then),
        }
        Ways(ways, box, label=w("How"))


def _find(user: Visitor, w: Words, slug: str, text: str) -> list[tuple[Contact, str]]:
    with user.house.ledger.read(user.workspace) as tx:
        found = contacts.search(tx, text, SHOWN)
        into = adding.door(tx, slug)
        why = adding.kept_out(tx, into, [one.id for one in found], user.house.clock.now())
    return [(one, w.text(why[one.id]) if one.id in why else "") for one in found]
