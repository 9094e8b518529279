"""A dialog: its title is the fact, its choices are cards with their consequences, one primary button at the lower right."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from nicegui import ui

from builder.parts.controls import icon_button
from builder.parts.passing import pass_away
from builder.parts.tag import Handler, Tag, tag


@dataclass(frozen=True, slots=True)
class Dialog:
    """An open dialog. What is made inside goes into its body; `footer` takes the buttons."""

    body: Tag
    footer: Tag
    _shell: ui.dialog

    def close(self) -> None:
        """Close it and take it away."""
        self._shell.close()


@contextmanager
def dialog(title: str, text: str = "", *, close: str, wide: bool = False) -> Iterator[Dialog]:
    """Open a dialog. `close` is the word for closing, in the reader's language.

    with dialog(w("Rename"), close=w("Close")) as box:
        name = tag("input", "cw-input", value=old)
        with box.footer:
            button(w("Rename"), rename, kind="primary")
    """
    with ui.context.client.layout, ui.dialog() as shell:
        shell.props["aria-label"] = title
        pass_away(shell)
        with tag("section", "cw-dialog is-wide" if wide else "cw-dialog"):
            with tag("header"):
                with tag("div", "cw-grow"):
                    tag("h2", "", title)
                    if text:
                        tag("p", "", text)
                cross = icon_button("close", close)
            body = tag("div", "body")
            footer = tag("footer")
    made = Dialog(body, footer, shell)
    # Not `shell.close` itself: it returns the dialog, and a dialog that is awaited opens again.
    cross.on_click(made.close)
    with body:
        yield made
    shell.open()


def choice(title: str, text: str, *, chosen: bool, on_click: Handler) -> Tag:
    """A card that says what would happen."""
    card = tag("button", "cw-choice is-on" if chosen else "cw-choice", type="button", role="radio")
    card.set(aria_checked="true" if chosen else "false")
    with card:
        tag("span", "cw-radio")
        with tag("span", "cw-grow"):
            tag("h4", "", title)
            tag("p", "", text)
    return card.on_click(on_click)
