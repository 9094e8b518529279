"""One segment: its rule, or the people on it."""

from nicegui import ui

from builder.access import fetch, visitor
from builder.drafting.pen import make_pen
from builder.frame import editor_frame, page_at
from builder.not_found import not_found
from builder.segment_editor.editor import SegmentEditor
from builder.segment_editor.opened import open_segment
from runtime.house import House
from runtime.words import words


def register(house: House) -> None:
    """The page of one segment."""

    @page_at("/segments/{slug}")
    async def segment(slug: str) -> None:
        user = visitor()
        w = words(user.language)
        # What this tab had just typed before it was loaded anew, or what another one is about to store.
        pen = make_pen(user, slug, "segment")
        await pen.let_others_store()
        found = await fetch(open_segment, user, slug)
        if found is None:
            text = w("It was removed, or the address is not quite right.")
            not_found(house, user, w("There is no such Segment"), text, back="/segments", active="segments")
            return
        with editor_frame(house, user, title=found.draft.name, back="/segments") as editor:
            if pen.wanted():
                # Another page has the draft; whether that is this tab before it was loaded anew, only the browser knows.
                await ui.context.client.connected()
            pen.sit()
            SegmentEditor(user, found, pen, editor, w)
