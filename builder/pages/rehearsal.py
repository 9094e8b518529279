"""Rehearsing a flow: what its draft would do with somebody, before anybody gets anything."""

from nicegui import ui

from builder.access import fetch, visitor
from builder.flow_editor.opened import Unreadable, open_flow
from builder.frame import editor_frame, page_at
from builder.rehearsal.screen import Screen, first_wish
from runtime.house import House
from runtime.words import words


def register(house: House) -> None:
    """The page, which leads back to the canvas."""

    @page_at("/flows/{slug}/rehearse")
    async def rehearse(slug: str, tab: str = "") -> None:
        user = visitor()
        w = words(user.language)
        try:
            opened = await fetch(open_flow, user, slug, w)
        except Unreadable:
            opened = None
        if opened is None:
            ui.navigate.to(f"/flows/{slug}")  # which says what is wrong
            return
        example, zone = await fetch(first_wish, user, opened.flow)
        with editor_frame(house, user, title=opened.draft.name, back=f"/flows/{slug}") as editor:
            screen = Screen(user, opened, example, zone, editor, w)
        # Only a canvas that is there can be told the way.
        await ui.context.client.connected()
        if tab == "examples":
            screen.turn_to("examples")
        await screen.begin()
