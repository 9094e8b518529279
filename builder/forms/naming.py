"""What can be suggested where somebody names an event or a field."""

from collections.abc import Iterable, Sequence
from urllib.parse import unquote

from blocks import KINDS
from blocks.own_fields import can_be_set
from blocks.rule_words import readable
from blocks.values import type_document
from builder.forms.around import Around
from builder.forms.box import Option

USUAL_EVENTS = tuple(
    dict.fromkeys(
        preset.settings["event"]
        for kind in KINDS.values()
        for preset in kind.card.presets
        if preset.settings.get("event")
    )
)
"""Offered before the first events have come: those that the palette's entries start with."""


def event_options(around: Around, chosen: str = "") -> list[Option]:
    """Events that have happened here, then the usual ones that have not yet."""
    seen = sorted(around.known().events)
    found: list[Option] = [{"value": name, "label": name, "group": around.w("Has happened here")} for name in seen]
    usual = [name for name in USUAL_EVENTS if name not in seen]
    found += [{"value": name, "label": name, "group": around.w("Has not happened here yet")} for name in usual]
    return found


def field_options(around: Around, of: str, events: Sequence[str], chosen: str = "") -> list[Option]:
    """Fields seen in contacts (`of` "contact"), kept with the run ("run"), or seen in events of these names; and the one that
    is `chosen` already, so that it is said in words like the others."""
    known = around.known()
    if of == "contact":
        paths = set(known.contact_fields)
    elif of == "run":
        typed = type_document(around.kept())
        paths = {*typed["n"], *typed["t"], *typed["d"], *typed["b"]}
    else:
        paths = set().union(*(known.events.get(name, frozenset()) for name in events))
    return field_choices({*paths, *filter(None, [chosen])})


def field_choices(paths: Iterable[str]) -> list[Option]:
    """Fields by their paths, as they are suggested."""
    return [_option(path) for path in sorted(paths, key=readable)]


def settable_options(around: Around) -> list[Option]:
    """Fields seen in contacts that a block can set, by their names: nothing lies below them."""
    return field_choices({unquote(path) for path in around.known().contact_fields if can_be_set(path)})


def _option(path: str) -> Option:
    option: Option = {"value": path, "label": readable(path)}
    if option["label"] != path:
        option["hint"] = path
    return option
