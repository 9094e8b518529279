"""What state a message is in, as a word with its colour."""

from builder.parts.controls import Tone, chip
from builder.parts.still import Node, chip_node
from builder.parts.tag import Tag
from runtime.words import Words

LOOKS: dict[str, tuple[Tone, str]] = {
    "queued": ("", "schedule_send"),
    "sending": ("", "outgoing_mail"),
    "sent": ("ok", "check_circle"),
    "failed": ("bad", "error"),
    "skipped": ("", "block"),
    "uncertain": ("warn", "help"),
    "cancelled": ("", "logout"),
}


KEPT_HERE = "kept_here"
"""The reason of what lies in the local outbox: it is done, but it went to nobody."""


def state_word(state: str, w: Words, code: str | None = None) -> str:
    """The word alone; `code` is the reason, if there is one."""
    if code == KEPT_HERE:
        return w("Kept here")
    match state:
        case "queued":
            return w("Waiting")
        case "sending":
            return w("On its way")
        case "sent":
            return w("Sent")
        case "failed":
            return w("Failed")
        case "skipped":
            return w("Not sent")
        case "uncertain":
            return w("Uncertain")
        case _:
            return w("Cancelled")


def _look(state: str, code: str | None) -> tuple[Tone, str]:
    return ("", "inbox") if code == KEPT_HERE else LOOKS.get(state, ("", "help"))


def state_chip(state: str, w: Words, code: str | None = None) -> Tag:
    """The word as a chip."""
    tone, symbol = _look(state, code)
    return chip(state_word(state, w, code), tone=tone, symbol=symbol)


def state_node(state: str, w: Words, code: str | None = None) -> Node:
    """The same for a long list."""
    tone, symbol = _look(state, code)
    return chip_node(state_word(state, w, code), tone=tone, symbol=symbol)
