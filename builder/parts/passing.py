"""Menus and dialogs that are made when they are asked for, and taken out of the page after they were closed."""

from weakref import WeakKeyDictionary

from nicegui import Client, ui

Passing = ui.menu | ui.dialog
_here: WeakKeyDictionary[Client, list[Passing]] = WeakKeyDictionary()


def pass_away(shell: Passing) -> None:
    """Let it go once it is closed; it would gather in the page.

    What is closed fades for 0.3 s. The next that opens takes it away at once, so that nobody finds the same words twice
    and chooses those of the one before.
    """
    shell.on("hide", lambda _: shell.delete(), [])
    still_there = [one for one in _here.get(shell.client, ()) if not one.is_deleted]
    for one in still_there:
        if not one.value:
            one.delete()
    _here[shell.client] = [one for one in still_there if not one.is_deleted] + [shell]
