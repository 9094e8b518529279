"""One sentence at the bottom of the page, with one action at most: the way to take something back."""

from typing import Literal
from weakref import WeakKeyDictionary

from nicegui import Client, ui

from builder.parts.tag import Handler, Tag, icon, tag

SECONDS = 6
SECONDS_TO_ACT = 15
"""A way to take something back has to be read, thought about and reached, with a keyboard as well."""
ICONS = {"ok": "check_circle", "bad": "error", "info": "info"}
_trays: WeakKeyDictionary[Client, Tag] = WeakKeyDictionary()


def tray() -> Tag:
    """Where this page's toasts appear. It is there from the beginning, so that screen readers listen to it."""
    client = ui.context.client
    if client not in _trays:
        with client.layout:
            _trays[client] = tag("div", "cw-toasts", aria_live="polite")
    return _trays[client]


def toast(
    text: str,
    *,
    action: str = "",
    on_action: Handler | None = None,
    kind: Literal["ok", "bad", "info"] = "ok",
    about: str = "",
) -> None:
    """Say `text` for some seconds, longer while the pointer or the focus is on it. `action` is the button's word. What was
    said `about` the same before goes: it holds no longer."""
    if about:
        unsay(about)
    with tray():
        box = tag("div", f"cw-toast is-{kind}", role="alert" if kind == "bad" else "status", data_about=about or None)

    def close() -> None:
        if not box.is_deleted:
            box.delete()

    async def act() -> None:
        close()
        if on_action is not None:
            result = on_action()
            if result is not None:
                await result

    with box:
        icon(ICONS[kind])
        tag("span", "", text)
        if action:
            tag("button", "", action, type="button").on_click(act)
        timer = ui.timer(SECONDS_TO_ACT if action else SECONDS, close, once=True)
    box.on("mouseenter", lambda _: timer.cancel(), [])
    box.on("focusin", lambda _: timer.cancel(), [])
    box.on("mouseleave", lambda _: close(), [])


def unsay(about: str) -> None:
    """Take away what was said about something, because it holds no longer."""
    for box in list(tray().default_slot.children):
        if box.props.get("data-about") == about:
            box.delete()
