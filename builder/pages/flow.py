"""One flow: the canvas on which it is drawn."""

from nicegui import ui

from builder.access import fetch, visitor
from builder.drafting.pen import make_pen
from builder.flow_editor.editor import FlowEditor
from builder.flow_editor.opened import Unreadable, open_flow
from builder.frame import editor_frame, frame, page_at
from builder.parts.controls import button
from builder.parts.empty import empty
from builder.studio.looks import load_looks
from runtime.house import House
from runtime.words import Words, words


def register(house: House) -> None:
    """The editor of a flow."""

    @page_at("/flows/{slug}")
    async def flow(slug: str) -> None:
        user = visitor()
        w = words(user.language)
        pen = make_pen(user, slug, "flow")
        await pen.let_others_store()
        try:
            opened = await fetch(open_flow, user, slug, w)
        except Unreadable:
            with frame(house, user, title=w("Flow"), active="flows"):
                _nothing(w("This Flow cannot be read"), w("Its file was changed by hand, or by a newer Cartwheel."), w)
            return
        if opened is None:
            with frame(house, user, title=w("Flow"), active="flows"):
                _nothing(w("There is no such Flow"), w("It was removed, or the address is not quite right."), w)
            return
        load_looks()
        kept = w("Offline. Changes are kept in this browser.")
        with editor_frame(house, user, title=opened.draft.name, back="/flows", kept=kept) as editor:
            if pen.wanted():
                # Another page has the draft. Whether that is another tab or this one before it was loaded anew is known
                # only when the browser speaks.
                await ui.context.client.connected()
            pen.sit()
            FlowEditor(user, opened, pen, editor, w)


def _nothing(title: str, text: str, w: Words) -> None:
    with empty(title, text):
        button(w("All Flows"), href="/flows", kind="primary")
