"""What all cards of the settings have in common."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from pydantic import ValidationError

from builder.parts.fields import Field
from builder.parts.tag import Tag, tag
from builder.parts.toast import toast, unsay
from runtime.accounts.refused import Refused
from runtime.words import Words

_SAVING = "settings"


@contextmanager
def card(anchor: str, title: str, text: str = "") -> Iterator[Tag]:
    """A card with its title, to which the navigation at the left leads."""
    with tag("section", "cw-card cw-card-pad se-block", id=anchor) as box:
        with tag("div", "cw-row se-title"):
            tag("h3", "cw-grow", title)
            beside = tag("div", "cw-row")
        if text:
            tag("p", "cw-sub", text)
        with box:
            yield beside


def complain(wrong: Refused | ValidationError, fields: Mapping[str, Field], w: Words) -> None:
    """Say under each field what is wrong with it. What belongs to no field is said under the first."""
    if isinstance(wrong, Refused):
        found = {wrong.field: w.text(wrong.phrase)}
    else:
        found = {str(error["loc"][0]): _in_words(error, w) for error in wrong.errors()}
    first = next(iter(fields))
    for name, field in fields.items():
        field.complain(found.pop(name, ""))
    for text in found.values():
        fields[first].complain(text)


def _in_words(error: Any, w: Words) -> str:
    """What pydantic, or a validator of `runtime/accounts/preferences.py`, finds wrong."""
    limits = error.get("ctx", {})
    match error["type"], str(error["loc"][0]):
        case "string_too_long", _:
            return w("At most {n} characters", n=limits["max_length"])
        case _, "port":
            return w("A number from 1 to 65535, mostly 587")
        case _, "host":
            return w("Type only the name of the server, like smtp.example.com.")
        case _, "address" | "reply_to":
            return w("Type an e-mail address, like hello@example.com.")
        case _:
            return w("Line breaks are not possible here.")


def clear(fields: Mapping[str, Field]) -> None:
    """Take every complaint away, and what was said of saving before."""
    unsay(_SAVING)
    for field in fields.values():
        field.complain("")


def unsaved(why: str) -> None:
    """Say why it is not."""
    toast(why, kind="bad", about=_SAVING)


def saved(w: Words) -> None:
    """Say that it is."""
    toast(w("Saved."), about=_SAVING)
