"""Adding one contact to a flow, from their own page."""

from collections.abc import Awaitable, Callable
from functools import partial

from blocks.phrase import Phrase
from builder.access import Visitor, fetch
from builder.adding.deeds import add_by_hand
from builder.parts.controls import button
from builder.parts.dialog import dialog
from builder.parts.tag import tag
from runtime.engine.by_hand import adding
from runtime.engine.by_hand.adding import Door
from runtime.words import Words


async def choose_flow(user: Visitor, w: Words, contact: int, name: str, then: Callable[[], Awaitable[None]]) -> None:
    """Show the live flows to which somebody can be added, and why not where the contact cannot come in."""
    found = await fetch(_doors, user, contact)
    text = w("They enter at once, by the trigger “Added by hand”.") if found else ""
    with dialog(w("Add {name} to a Flow", name=name), text, close=w("Close")) as box:
        for into, why in found:
            with tag("div", "co-line"):
                with tag("span", "cw-grow"):
                    tag("span", "cw-strong cw-trunc cw-block-el", into.name)
                    if why is not None:
                        tag("span", "cw-cap cw-block-el", w.text(why))

                async def add(into: Door = into) -> None:
                    box.close()
                    await add_by_hand(user, w, into.slug, into.name, [contact], then)

                said = w.text(why) if why is not None else ""
                button(w("Add"), partial(add), small=True, why_not=said)
        if not found:
            tag("p", "", w("No live Flow lets people be added by hand."))
            tag("p", "cw-cap", w("Draw the trigger “Added by hand” in a Flow and publish it; then it stands here."))
        box.footer.set_visibility(False)


def _doors(user: Visitor, contact: int) -> list[tuple[Door, Phrase | None]]:
    now = user.house.clock.now()
    with user.house.ledger.read(user.workspace) as tx:
        return [(into, adding.kept_out(tx, into, [contact], now).get(contact)) for into in adding.doors(tx)]
