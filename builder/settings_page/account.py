"""Who is signed in: the language of the screens, light or dark, the e-mail address, the password."""

from collections.abc import Mapping

from nicegui import ui

from builder.access import Visitor, act, end_pages, fetch
from builder.parts.controls import button
from builder.parts.fields import Field, enter_presses, select_field, text_field
from builder.parts.tag import tag
from builder.parts.you import set_language, theme_choice
from builder.settings_page.card import card, clear, complain
from runtime.accounts import links, users
from runtime.accounts.refused import Refused
from runtime.words import LANGUAGES, Words


def draw(user: Visitor, w: Words, *, has_password: bool) -> None:
    """The card."""
    with card("account", w("Your account"), user.email):
        with tag("div", "se-two"):

            async def choose(language: str) -> None:
                await set_language(user, language)

            select_field(w("Language"), LANGUAGES, user.language, on_change=choose)
            with tag("div", "cw-field"):
                tag("span", "cw-label", w("Look"))
                theme_choice(user, w)
        tag("hr", "cw-menu-line se-line")
        current: dict[str, Field] = {}
        if has_password:
            with tag("div", "se-two"):
                help_text = w("For a new address or password. Whoever runs the server can set another.")
                current["current"] = text_field(
                    w("Current password"), kind="password", autocomplete="current-password", help_text=help_text
                )
        _draw_address(user, w, current)
        tag("hr", "cw-menu-line se-line")
        _draw_password(user, w, current)


def _draw_address(user: Visitor, w: Words, current: Mapping[str, Field]) -> None:
    with tag("div", "se-two"):
        help_text = "" if user.mailbox else w("Your own, so that e-mails can reach you.")
        address = text_field(w("E-mail address"), user.mailbox, kind="email", autocomplete="email", help_text=help_text)
    fields = {"email": address, **current}

    async def change() -> None:
        clear(fields)
        try:
            await act(user, users.change_address, user.house, user.id, str(address.value or ""), _typed(current))
        except Refused as wrong:
            complain(wrong, fields, w)
            return
        ui.navigate.to("/settings?changed=address")

    with tag("div", "cw-row cw-mt4"):
        enter_presses(button(w("Change the e-mail address"), change), address)


def _draw_password(user: Visitor, w: Words, current: Mapping[str, Field]) -> None:
    with tag("div", "se-two"):
        first = text_field(w("New password"), kind="password", autocomplete="new-password")
        second = text_field(w("The same again"), kind="password", autocomplete="new-password")
    fields = {"password": first, "again": second, **current}

    async def change() -> None:
        clear(fields)
        password = str(first.value or "")
        if password != str(second.value or ""):
            second.complain(w("The two are not the same"))
            return
        try:
            await act(user, users.change_password, user.house, user.id, password, _typed(current))
        except Refused as wrong:
            complain(wrong, fields, w)
            return
        # Every session has ended, this one as well; a link lets this browser in again at once.
        token = await fetch(links.make, user.house, user.id, 2)
        ui.navigate.to(f"/sign-in/{token}?next=/settings%3Fchanged=password")
        end_pages(user.id, but=ui.context.client)

    with tag("div", "cw-row cw-mt4"):
        enter_presses(button(w("Change the password"), change), first, second)
        tag("span", "cw-cap", w("Ends your sessions on all other devices."))


def _typed(current: Mapping[str, Field]) -> str:
    """The current password, as it was typed; "" from those who have none."""
    return str(current["current"].value or "") if current else ""
