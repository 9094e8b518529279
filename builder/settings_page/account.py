"""Who is signed in: the language of the screens, light or dark, the e-mail address, the password."""

from nicegui import ui

from builder.access import Visitor, act, end_pages, fetch
from builder.parts.controls import button
from builder.parts.fields import select_field, text_field
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
        _draw_address(user, w, has_password=has_password)
        tag("hr", "cw-menu-line se-line")
        with tag("div", "se-two"):
            first = text_field(w("New password"), kind="password", autocomplete="new-password")
            second = text_field(w("The same again"), kind="password", autocomplete="new-password")
        fields = {"password": first, "again": second}

        async def change() -> None:
            clear(fields)
            password = str(first.value or "")
            if password != str(second.value or ""):
                second.complain(w("The two are not the same"))
                return
            try:
                await act(user, users.set_password, user.house, user.id, password)
            except Refused as wrong:
                complain(wrong, fields, w)
                return
            # Every session has ended, this one as well; a link lets this browser in again at once.
            token = await fetch(links.make, user.house, user.id, 2)
            ui.navigate.to(f"/sign-in/{token}?next=/settings%3Fchanged=password")
            end_pages(user.id, but=ui.context.client)

        with tag("div", "cw-row cw-mt4"):
            button(w("Change the password"), change)
            tag("span", "cw-cap", w("Ends your sessions on all other devices."))


def _draw_address(user: Visitor, w: Words, *, has_password: bool) -> None:
    with tag("div", "se-two"):
        help_text = "" if user.mailbox else w("Your own, so that e-mails can reach you.")
        address = text_field(w("E-mail address"), user.mailbox, kind="email", autocomplete="email", help_text=help_text)
        fields = {"email": address}
        if has_password:
            fields["current"] = text_field(w("Current password"), kind="password", autocomplete="current-password")

    async def change() -> None:
        clear(fields)
        current = str(fields["current"].value or "") if has_password else ""
        try:
            await act(user, users.change_address, user.house, user.id, str(address.value or ""), current)
        except Refused as wrong:
            complain(wrong, fields, w)
            return
        ui.navigate.to("/settings?changed=address")

    with tag("div", "cw-row cw-mt4"):
        button(w("Change the e-mail address"), change)
