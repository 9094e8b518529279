"""One e-mail: the studio in which it is composed."""

from nicegui import ui

from builder.access import fetch, safe_next, visitor
from builder.drafting.pen import make_pen
from builder.frame import editor_frame, frame, page_at
from builder.parts.controls import button
from builder.parts.empty import empty
from builder.studio.looks import load_looks
from builder.studio.opened import open_email
from builder.studio.studio import Studio
from runtime.house import House
from runtime.mail import DocumentRefused
from runtime.words import Words, words


def register(house: House) -> None:
    """The studio."""

    @page_at("/emails/{slug}")
    async def email(slug: str, back: str = "/emails") -> None:
        user = visitor()
        w = words(user.language)
        # What this tab had just typed before it was loaded anew, or what another one is about to store.
        pen = make_pen(user, slug, "email")
        await pen.let_others_store()
        try:
            opened = await fetch(open_email, user, slug)
        except DocumentRefused as refused:
            with frame(house, user, title=w("E-mail"), active="emails"):
                _nothing(w("This e-mail cannot be read"), " ".join(w.text(one.phrase) for one in refused.problems), w)
            return
        if opened is None:
            with frame(house, user, title=w("E-mail"), active="emails"):
                _nothing(w("There is no such e-mail"), w("It was removed, or the address is not quite right."), w)
            return
        load_looks()
        back = safe_next(back)
        with editor_frame(house, user, title=opened.draft.name, back=back) as editor:
            if pen.wanted():
                # Another page has the draft. Whether that is another tab or this one before it was loaded anew is known
                # only when the browser speaks.
                await ui.context.client.connected()
            pen.sit()
            Studio(user, opened, pen, editor, back, w)


def _nothing(title: str, text: str, w: Words) -> None:
    with empty(title, text):
        button(w("All e-mails"), href="/emails", kind="primary")
