"""What stands in a menu."""

from collections.abc import Iterator
from contextlib import contextmanager

from nicegui import ui

from builder.parts.passing import pass_away
from builder.parts.tag import Handler, Tag, icon, tag


class Menu(ui.menu):
    """Opens below what it is made in, and closes in the browser at once. NiceGUI's own asks Python first and holds the
    cursor until the answer is there, also against what was chosen and wants the cursor now."""

    def __init__(self) -> None:
        super().__init__()
        mine = f"mounted_app.elements[{self.id}]"
        self.on("update:model-value", js_handler=f'(open) => {{ {mine}.props["model-value"] = open; }}')


def menu_line() -> Tag:
    """A line between groups."""
    return tag("hr", "cw-menu-line")


def menu_item(text: str, symbol: str, on_click: Handler, *, bad: bool = False) -> Tag:
    """Something to do. `bad` is red: it takes something away."""
    item = tag("button", "cw-menu-item is-bad" if bad else "cw-menu-item", type="button", role="menuitem")
    with item:
        icon(symbol)
        tag("span", "", text)
    return item.on_click(on_click)


def menu_link(text: str, symbol: str, href: str, *, new_tab: bool = False) -> Tag:
    """Somewhere to go."""
    item = tag("a", "cw-menu-item", href=href, role="menuitem", target="_blank" if new_tab else None)
    with item:
        icon(symbol)
        tag("span", "", text)
    return item


def menu_choice(text: str, chosen: bool, on_click: Handler | None = None) -> Tag:
    """One of several that exclude one another."""
    item = tag("button", "cw-menu-item", type="button", role="menuitemradio")
    item.set(aria_checked="true" if chosen else "false")
    with item:
        icon("check" if chosen else "")
        tag("span", "", text)
    return item.on_click(on_click) if on_click is not None else item


@contextmanager
def open_menu(beside: Tag) -> Iterator[Menu]:
    """A menu that opens at once beside a button; it is made when it is asked for, so that a list carries none."""
    with beside, Menu() as menu:
        menu.props("no-parent-event auto-close anchor='bottom right' self='top right'")
        pass_away(menu)
        yield menu
    menu.open()
