"""Who is signed in, and what that person sets for themselves: light or dark, the language, signing out."""

from weakref import WeakKeyDictionary

from nicegui import Client, ui

from builder.access import Visitor, act
from builder.parts.controls import avatar, icon_button, initials
from builder.parts.menu import Menu, menu_choice, menu_line, menu_link
from builder.parts.tag import Tag, icon, tag
from runtime.accounts import users
from runtime.words import LANGUAGES, Words

_SHOW = {
    "light": "() => emit(cwTheme('light'))",
    "dark": "() => emit(cwTheme('dark'))",
    "auto": "() => emit(cwTheme('auto'))",
}
"""Fixed scripts: the browser switches at once, and nothing from outside can get into them."""

_named: WeakKeyDictionary[Client, list[tuple[Tag, Tag | None]]] = WeakKeyDictionary()
"""Where the shop is called by its name: the letters, and the name in full."""


def you_menu(user: Visitor, w: Words, *, small: bool = False) -> None:
    """The row at the foot of the navigation, or (`small`) the square in the bar of a phone."""
    with tag("div", "cw-you is-small" if small else "cw-you"):
        with tag("button", "cw-you-name", type="button", aria_label=w("Your account"), aria_haspopup="menu"):
            letters = avatar(user.shop, square=True)
            name = None if small else tag("span", "cw-grow cw-strong cw-trunc", user.shop)
            _named.setdefault(letters.client, []).append((letters, name))
            _menu(user, w, small)
        if not small:
            flip = icon_button("contrast", w("Switch between light and dark"))
            # The browser switches at once and tells what it switched to.
            flip.on("click", lambda event: _keep_theme(user, str(event.args)), js_handler="() => emit(cwFlip())")


def show_shop(name: str) -> None:
    """Call the shop so in this page from now on."""
    for letters, in_full in _named.get(ui.context.client, ()):
        letters.text = initials(name)
        if in_full is not None:
            in_full.text = name


def _menu(user: Visitor, w: Words, small: bool) -> None:
    with Menu().props("auto-close anchor='top left' self='bottom left'"):
        with tag("div", "cw-menu-head"):
            tag("div", "cw-strong cw-trunc", user.name or user.email)
            tag("div", "cw-cap cw-trunc", user.email)
        menu_line()
        for theme, label in zip(users.THEMES, (w("Light"), w("Dark"), w("Like the system")), strict=True):
            choice = menu_choice(label, theme == user.theme)
            choice.on("click", lambda _, theme=theme: _keep_theme(user, theme), [], js_handler=_SHOW[theme])
        menu_line()
        for code, name in LANGUAGES.items():
            menu_choice(name, code == user.language, lambda code=code: set_language(user, code))
        menu_line()
        if small:  # the bar of a phone has no room for it
            menu_link(w("Overview"), "monitoring", "/overview")
        menu_link(w("Settings"), "settings", "/settings")
        with tag("form", "", method="post", action="/sign-out"), tag("button", "cw-menu-item", type="submit"):
            icon("logout")
            tag("span", "", w("Sign out"))


def theme_choice(user: Visitor, w: Words) -> None:
    """Light, dark, or like the system, side by side."""
    with tag("div", "cw-seg", role="group", aria_label=w("Look")):
        for theme, label in zip(users.THEMES, (w("Light"), w("Dark"), w("Like the system")), strict=True):
            made = tag("button", "is-on" if theme == user.theme else "", label, type="button", data_theme_choice=theme)
            made.on("click", lambda _, theme=theme: _keep_theme(user, theme), [], js_handler=_SHOW[theme])


async def _keep_theme(user: Visitor, theme: str) -> None:
    if theme in users.THEMES:
        await act(user, users.set_theme, user.house, user.id, theme)


async def set_language(user: Visitor, language: str) -> None:
    """Change the language of the screens; the page is drawn again in it."""
    if language in LANGUAGES:
        await act(user, users.set_language, user.house, user.id, language)
        ui.navigate.reload()
