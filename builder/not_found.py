"""The page for something that is not there."""

from builder.access import Visitor, fetch
from builder.frame import frame
from builder.parts.controls import button
from builder.parts.empty import empty
from builder.parts.tag import tag
from runtime.house import House
from runtime.words import words


def not_found(house: House, user: Visitor, title: str, text: str = "", *, back: str, active: str = "") -> None:
    """Say what is missing, and why if that is known, in the usual frame, with the way back."""
    w = words(user.language)
    text = text or w("It may have been removed, or the address is not quite right.")
    with frame(house, user, title=title, active=active), tag("div", "cw-card"), empty(title, text):
        button(w("Back"), kind="primary", href=back)


async def not_in_flow(house: House, user: Visitor, slug: str, title: str, text: str, *, back: str) -> None:
    """Say what is missing of a flow; or, where there is no such flow, that."""
    w = words(user.language)
    if await fetch(house.desk.drafts(user.workspace).get, "flow", slug) is None:
        title, text = w("There is no such Flow"), w("It was removed, or the address is not quite right.")
        back = "/flows"
    not_found(house, user, title, text, back=back, active="flows")
