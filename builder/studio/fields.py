"""The fields that can be put into a text, as the reader's words have them."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from blocks.contract import Known
from runtime.mail import MergeField, merge_fields
from runtime.words import Words

_PLAIN = re.compile(r"[A-Za-z_][\w-]*(?:\.[A-Za-z_][\w-]*)*")
_ODD = frozenset({"size", "first", "last"})
_OWN = frozenset({"email", "phone", "name", "tags", "language", "locale", "zone", "timezone", "customer_id"})
_LINKS = re.compile(r"(?:^|[._])(?:url|link|href|website)$", re.IGNORECASE)
_AMOUNTS = re.compile(r"(?:^|[._])(?:total|subtotal|price|amount|value|discount|revenue)$", re.IGNORECASE)
_FALLBACKS: Mapping[str, Mapping[str, str]] = {
    "contact.first_name": {"en": "there", "id": "Kak", "th": "คุณลูกค้า"},
    "contact.name": {"en": "there", "id": "Kak", "th": "คุณลูกค้า"},
}
"""How people are spoken to whose name is not known, in the language of the e-mail."""

Choice = dict[str, Any]


def fields_of(known: Known, events: Sequence[str], example: Mapping[str, Any] | None) -> tuple[MergeField, ...]:
    """Every field that an e-mail may use: of contacts, of the `events` it is sent on (all, if that is not known yet)."""
    names = [name for name in events if name in known.events] or list(known.events)
    seen = set().union(*(known.events[name] for name in names)) if names else set()
    values = {name: _value(example or {}, name) for name in sorted(seen) if _can_stand(name)}
    return merge_fields((name for name in sorted(known.contact_fields - _OWN) if _can_stand(name)), values, known.kept)


def choices(fields: Iterable[MergeField], language: str, w: Words) -> list[Choice]:
    """For the menu and the chips. `language` is the e-mail's."""
    found = [_choice(field, language, w) for field in fields]
    order = [w("Contact"), w("Cart or order"), w("What happened"), w("The Run"), w("Your shop"), w("Links")]
    return sorted(found, key=lambda one: order.index(one["group"]))


def _choice(field: MergeField, language: str, w: Words) -> Choice:
    link = bool(_LINKS.search(field.path))
    fallbacks = _FALLBACKS.get(field.path, {})
    return {
        "path": field.path,
        "title": w.text(field.title),
        "group": _group(field.path, w),
        "example": field.example if not link else "",
        "link": link,
        "mayBeEmpty": field.may_be_empty and not link,
        "suggest": fallbacks.get(language.split("-")[0], "") if fallbacks else "",
        "shape": "money" if _AMOUNTS.search(field.path) else "date" if _is_date(field.example) else "",
    }


def _group(path: str, w: Words) -> str:
    match path.partition(".")[0]:
        case "contact":
            return w("Contact")
        case "cart":
            return w("Cart or order")
        case "event":
            return w("What happened")
        case "run":
            return w("The Run")
        case "shop":
            return w("Your shop")
    return w("Links")


def _can_stand(path: str) -> bool:
    """Whether a path can be written in a merge tag: no lists, no names with signs in them."""
    return _PLAIN.fullmatch(path) is not None and _ODD.isdisjoint(path.split("."))


def _value(properties: Mapping[str, Any], path: str) -> object:
    found: Any = properties
    for part in path.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found


def _is_date(example: str) -> bool:
    try:
        date.fromisoformat(example[:10])
    except ValueError:
        return False
    return len(example) >= 10


def field_words(w: Words) -> dict[str, str]:
    """What the text boxes say."""
    return {
        "insert": w("Insert a field"),
        "insertLink": w("Use a field"),
        "find": w("Find a field"),
        "none": w("No field matches."),
        "orElse": w("{field}, or “{fallback}”", field="{field}", fallback="{fallback}"),
        "example": w("For example {example}", example="{example}"),
        "whenEmpty": w("If it is empty, say"),
        "fallbackHint": w("Nothing"),
        "writtenAs": w("Written as"),
        "asIs": w("As it is"),
        "asMoney": w("An amount of money"),
        "asDate": w("A date"),
        "remove": w("Remove"),
        "done": w("Done"),
        "marks": w("Marks"),
        "bold": w("Bold"),
        "italic": w("Italic"),
        "underline": w("Underlined"),
        "strikeThrough": w("Struck through"),
        "insertUnorderedList": w("List"),
        "insertOrderedList": w("Numbered list"),
        "link": w("Link"),
        "leadsTo": w("Leads to"),
        "orLeadsTo": w("Or, for everybody their own"),
        "setLink": w("Set the link"),
        "unlink": w("No link"),
    }
