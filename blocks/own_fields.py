"""The fields of a contact that mean something to us: who they are, what language they read, where they live."""

import re
from collections.abc import Mapping
from typing import Any

from blocks.phrase import Phrase, Quoted, say
from blocks.rule_words import readable
from blocks.zones import zone_names

WHO = frozenset({"email", "phone", "customer_id"})
"""They say who a contact is, and come with events alone."""
_TAGS = frozenset({"tags", "tags[]"})
_SPELLED: Mapping[str, str] = {"timezone": "zone", "locale": "language"}
"""Fields that count only where those are empty."""
ZONE = frozenset({"zone", "timezone"})
"""They say where a contact lives."""
_WORDS = frozenset({"name", "first_name", "last_name", "language", "zone", *_SPELLED})
_LANGUAGE = re.compile(r"([A-Za-z]{2,3})(?:[-_]([A-Za-z]{4}))?(?:[-_]([A-Za-z]{2}|[0-9]{3}))?\Z")


def language_of(value: Any) -> str | None:
    """A language tag as it is written ("th", "pt-BR"), or None if this is none."""
    if type(value) is not str or (match := _LANGUAGE.match(value)) is None:
        return None
    language, script, region = match.groups()
    return "-".join(
        part for part in (language.lower(), script and script.title(), region and region.upper()) if part is not None
    )


def zone_of(value: Any) -> str | None:
    """The name of a time zone, or None if there is none by that name."""
    return value if type(value) is str and value in zone_names() else None


def can_be_set(path: str) -> bool:
    """Whether a block can set the field at this path of the typed form. What is inside another field it cannot."""
    return "." not in path and wrong_field(path) is None and path not in _SPELLED


def wrong_field(name: str) -> Phrase | None:
    """Why no block can set, raise or clear this field, and what to do instead; None if one can."""
    if name in WHO:
        return say(
            "No Block can change {name}: it says who a Contact is, and comes with their events. Choose another field.",
            name=Quoted(readable(name)),
        )
    if name in _TAGS:
        return say("Tags are not a field. Choose “Add a tag” or “Remove a tag” above.")
    if "[]" in name:
        return say("No Block can change {name}, which is a list. Choose another field.", name=Quoted(readable(name)))
    return None


def wrong_value(name: str, value: str) -> Phrase | None:
    """Why this field cannot have this value, and what to do instead; None if it can."""
    if name == "zone" and zone_of(value) is None:
        return say("There is no time zone {value}. Type one like Asia/Bangkok.", value=Quoted(value))
    if name == "language" and language_of(value) is None:
        return say("{value} is no language. Type one like th or en-GB.", value=Quoted(value))
    return None


def is_text(name: str) -> bool:
    """Whether it is one of ours that holds a text, to which nothing can be added."""
    return name in _WORDS


def counts_instead(name: str) -> str:
    """The field of ours that counts before this one, "" for most."""
    return _SPELLED.get(name, "")
