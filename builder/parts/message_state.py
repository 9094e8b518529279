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


def state_word(state: str, w: Words) -> str:
    """The word alone."""
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


def state_chip(state: str, w: Words) -> Tag:
    """The word as a chip."""
    tone, symbol = LOOKS.get(state, ("", "help"))
    return chip(state_word(state, w), tone=tone, symbol=symbol)


def state_node(state: str, w: Words) -> Node:
    """The same for a long list."""
    tone, symbol = LOOKS.get(state, ("", "help"))
    return chip_node(state_word(state, w), tone=tone, symbol=symbol)
