"""The same look around every page: the side navigation, or the bar of a full-screen editor.

A page module in `builder/pages/` looks like this:

    def register(house: House) -> None:
        @page_at("/contacts")
        async def contacts() -> None:
            user = visitor()
            w = words(user.language)
            rows = await fetch(read_rows, house, user.workspace)
            with frame(house, user, title=w("Contacts"), active="contacts"):
                page_head(w("Contacts"))
                ...

Layout comes from `static/looks` alone; Tailwind is switched off (it would watch every class that changes).
Text from people goes into `tag(...)` and labels, never into `ui.html`, scripts or styles.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass
from typing import Any, Literal

from fastapi import Depends, HTTPException, Request
from nicegui import ui

from builder.access import SignedOut, Visitor
from builder.parts.logo import logo
from builder.parts.pulse import watch_pulse
from builder.parts.rich import sentence
from builder.parts.showcase import showcase
from builder.parts.tag import Tag, icon, tag
from builder.parts.toast import toast, tray
from builder.parts.you import you_menu
from runtime.house import House
from runtime.words import Words, words

NAVIGATION = (
    # (name, address, icon); the name is what `active` says, the words are in `_label`
    ("overview", "/overview", "monitoring"),
    ("flows", "/flows", "account_tree"),
    ("contacts", "/contacts", "group"),
    ("segments", "/segments", "group_work"),
    ("emails", "/emails", "mail"),
    ("messages", "/messages", "outgoing_mail"),
)
IN_HAND = ("overview", "flows", "contacts", "segments", "emails", "messages", "settings")
ON_TABLET_ONLY = ("overview", "segments")
"""What a phone has no room for in its bar of five."""
QUASAR_LANGUAGE: dict[str, Literal["en-US", "id", "th"]] = {"en": "en-US", "id": "id", "th": "th"}


PATIENCE = 60
"""Seconds that a page may take. NiceGUI's three are over at once on a busy machine, and instead of a page that is late
people would see an error; the first preview of a process alone loads the tools that compile e-mails."""


_NUMBERED = frozenset({"contact", "message", "run"})
"""Parts of addresses that are the id of a row."""
_LONGEST_NUMBER = 18
"""Digits: more may be more than a database's 64 bits."""


def page_at(path: str) -> ui.page:
    """A page and its address; every page is one of these."""
    return ui.page(path, response_timeout=PATIENCE, dependencies=[Depends(_can_be_there)])


def _can_be_there(request: Request) -> None:
    """An address that holds what nothing is called, and no database takes, leads nowhere."""
    places = {name: str(value) for name, value in request.path_params.items()}
    too_long = any(len(value) > _LONGEST_NUMBER for name, value in places.items() if name in _NUMBERED)
    if too_long or any("\0" in value for value in (*places.values(), *request.query_params.values())):
        raise HTTPException(404)


@dataclass(frozen=True, slots=True)
class Editor:
    """Where an editor puts its things: at the left and right of the bar, and below it."""

    left: Tag
    right: Tag
    work: Tag


def _label(name: str, w: Words) -> str:
    match name:
        case "overview":
            return w("Overview")
        case "flows":
            return w("Flows")
        case "contacts":
            return w("Contacts")
        case "segments":
            return w("Segments")
        case "emails":
            return w("E-mails")
        case "messages":
            return w("Messages")
        case _:
            return w("Settings")


@contextmanager
def frame(house: House, user: Visitor, *, title: str, active: str = "") -> Iterator[Tag]:
    """The shell around a page; what is made inside stands in the middle column.

    `title` is for the browser's tab, in the reader's language. `active` is the name in NAVIGATION that is lit.
    """
    w = words(user.language)
    begin_page(user, title)
    with tag("div", "cw-shell"):
        with tag("aside", "cw-side"):
            logo(href="/")
            with tag("nav", "cw-nav", aria_label=w("Main")):
                for name, href, symbol in NAVIGATION:
                    _nav_link(name, href, symbol, active, w)
            with tag("div", "cw-side-foot"):
                pulse = tag("div", "cw-pulse", role="status")
                with tag("nav", "cw-nav", aria_label=w("Settings")):
                    _nav_link("settings", "/settings", "settings", active, w)
                you_menu(user, w)
        with tag("header", "cw-mobile-top"):
            logo(href="/")
            tag("span", "cw-grow")
            you_menu(user, w, small=True)
        with tag("main", "cw-main", id="main", tabindex="-1"), tag("div", "cw-wrap"):
            banner = tag("div", "cw-held")
            content = tag("div")
        with tag("nav", "cw-tabbar", aria_label=w("Main")):
            for name in IN_HAND:
                href, symbol = next(
                    ((href, symbol) for known, href, symbol in NAVIGATION if known == name), ("/settings", "settings")
                )
                _nav_link(name, href, symbol, active, w, "is-wide" if name in ON_TABLET_ONLY else "")
    watch_pulse(house, user, pulse, banner)
    with content:
        yield content


@contextmanager
def editor_frame(house: House, user: Visitor, *, title: str, back: str, kept: str = "") -> Iterator[Editor]:
    """A full-screen editor: a bar with the way back and the title, the work below it.

        with editor_frame(house, user, title=flow.name, back="/flows") as editor:
            with editor.left: state(...)
            with editor.right: button(w("Publish"), kind="primary")
            with editor.work: FlowCanvas(...)

    What is made directly inside goes into the work area, too. `editor.left` holds the title already. `kept` says on a phone,
    where the bar has no room for it, that changes are safe while the connection is cut.
    """
    w = words(user.language)
    begin_page(user, title, kept)
    with tag("div", "cw-editor"):
        with tag("header", "cw-top"):
            with tag("div", "cw-top-left") as left:
                with tag("a", "cw-icon-btn", href=back, aria_label=w("Back"), title=w("Back")):
                    icon("arrow_back")
                tag("h1", "title cw-trunc", title)
            tag("span", "cw-grow")
            right = tag("div", "cw-top-right")
        banner = tag("div", "cw-held is-editor")
        work = tag("main", "cw-work", id="main", tabindex="-1")
    watch_pulse(house, user, None, banner)
    with work:
        yield Editor(left, right, work)


@contextmanager
def bare_frame(language: str, *, title: str) -> Iterator[Tag]:
    """A page for somebody who is not signed in: no navigation, the picture of a Flow at the side."""
    _prepare(title, language, "auto")
    with tag("div", "we"):
        with tag("main", "we-form", id="main"), tag("div") as content:
            yield content
        with tag("aside", "we-side", aria_hidden="true"):
            showcase(words(language))


def begin_page(user: Visitor, title: str, kept: str = "") -> None:
    """Language, colours and error handling of a page, and the strip that says that the connection is cut. `frame` and
    `editor_frame` call it."""
    _prepare(title, user.language, user.theme, kept)
    w = words(user.language)

    client = ui.context.client

    def failed(problem: Exception) -> None:
        if not client.has_socket_connection:
            return  # the page itself could not be made; what is shown instead says so
        if isinstance(problem, SignedOut):
            ui.navigate.reload()
        else:
            toast(w("That did not work, and nothing was changed. Please try again."), kind="bad")

    ui.on_exception(failed)
    tag("a", "cw-skip", w("Skip to the content"), href="#main")
    tray()


def _prepare(title: str, language: str, theme: str, kept: str = "") -> None:
    client = ui.context.client
    # A page object is shared by all who open that address; language and theme are this visitor's, so it gets a copy.
    page = copy(client.page)
    page.language = QUASAR_LANGUAGE.get(language, "en-US")
    page.dark = {"dark": True, "light": False}.get(theme)
    client.page = page
    client.content.classes(remove="nicegui-content", add="cw-page")
    around = client.content.parent_slot
    if around is not None:
        around.parent.tag = "div"  # Quasar's page is a <main>, and ours stands in it: a page has one
    ui.page_title(f"{title} · Cartwheel")
    w = words(language)
    with tag("div", "cw-cut", role="status"):
        icon("cloud_off", "s")
        tag("span", "hide-s" if kept else "", w("No connection. Trying again…"))
        if kept:
            tag("span", "show-s", kept)


def _nav_link(name: str, href: str, symbol: str, active: str, w: Words, look: str = "") -> None:
    lit = name == active
    with tag("a", f"{look} is-on".strip() if lit else look, href=href, aria_current="page" if lit else None):
        icon(symbol)
        tag("span", "", _label(name, w))


def page_head(title: str, text: str = "", line: Callable[[], Any] | None = None) -> Tag:
    """The title of a page and one line under it, with `strong` words if wanted; `line` draws one that changes. What is made
    inside stands at the right."""
    head = tag("div", "cw-page-head")
    with head, tag("div", "cw-grow"):
        tag("h1", "", title)
        if text:
            with tag("p"):
                sentence(text)
        if line is not None:
            line()
    return head
