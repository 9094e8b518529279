"""A contact as it is being changed: what new knowledge does to it, and the columns that follow from it."""

import re
from collections.abc import Mapping
from typing import Any

import orjson

from blocks.own_fields import ZONE, language_of, zone_of
from blocks.values import Typed, fold, type_document

FIELD_LIMIT = 500
"""Fields a contact may have; further names are not taken up, so that a runaway sender cannot swell every batch."""
TAG_LIMIT = 500
"""Tags likewise."""
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


class Card:
    """One contact in memory. `fields` and `tags` are kept as they were given; everything else follows from them."""

    __slots__ = ("changed", "email", "fields", "id", "moved", "new", "phone", "seen_at", "tags")

    def __init__(
        self,
        id_: int,
        *,
        email: str | None = None,
        phone: str | None = None,
        fields: dict[str, Any] | None = None,
        tags: list[str] | None = None,
        seen_at: int = 0,
        new: bool = False,
    ) -> None:
        self.id = id_
        self.email = email
        self.phone = phone
        self.fields: dict[str, Any] = {} if fields is None else fields
        self.tags: list[str] = [] if tags is None else tags
        self.seen_at = seen_at
        self.new = new
        self.changed = new
        self.moved = False
        """Whether what says in which zone they live is something else now."""

    def copy(self) -> "Card":
        """As it is now, whatever is learned later."""
        fields = self.fields.copy()
        return Card(self.id, email=self.email, phone=self.phone, fields=fields, tags=self.tags, seen_at=self.seen_at)

    def is_called(self, kind: str, value: str) -> bool:
        """Whether that is their current address, phone number or customer id."""
        now = self.email if kind == "email" else self.phone if kind == "phone" else self.fields.get(kind)
        return now == value

    def is_known_as(self, kind: str, value: str) -> None:
        """The contact's current address, phone number or customer id."""
        if kind == "email":
            if self.email != value:
                self.email, self.changed = value, True
        elif kind == "phone":
            if self.phone != value:
                self.phone, self.changed = value, True
        elif self.fields.get(kind) != value:
            self.fields[kind], self.changed = value, True

    def learn(self, said: Mapping[str, Any]) -> None:
        """Take over fields; the latest word counts, None clears."""
        fields = self.fields
        for name, value in said.items():
            if value is None:
                if name in fields:
                    del fields[name]
                    self.changed = True
                    self.moved = self.moved or name in ZONE
            elif _differs(fields.get(name), value) and (name in fields or len(fields) < FIELD_LIMIT):
                fields[name] = value
                self.changed = True
                self.moved = self.moved or name in ZONE

    def tag(self, add: tuple[str, ...] = (), remove: tuple[str, ...] = ()) -> None:
        """Give and take tags. They keep the order in which they were given, and the spelling in which they were first; to
        compare them, how they are spelled counts as little as in rules."""
        gone = set(map(fold, remove))
        kept = [tag for tag in self.tags if fold(tag) not in gone]
        there = set(map(fold, kept))
        for tag in add:
            if tag and (folded := fold(tag)) not in there:
                there.add(folded)
                kept.append(tag)
        del kept[max(TAG_LIMIT, len(self.tags)) :]  # what it has stays, also where that is more
        if kept != self.tags:
            self.tags, self.changed = kept, True

    def columns(self) -> tuple[Any, ...]:
        """The values of `COLUMNS`, JSON already written."""
        fields = self.fields
        name = _line(fields.get("name")) or " ".join(
            part for part in (_line(fields.get("first_name")), _line(fields.get("last_name"))) if part
        )
        language = language_of(fields.get("language") or fields.get("locale"))
        typed = type_document(
            fields
            | {"email": self.email, "phone": self.phone, "name": name or None, "tags": self.tags}
            | ({"language": language} if language else {})
        )
        return (
            self.email,
            self.phone,
            name or None,
            language,
            zone_of(fields.get("zone") or fields.get("timezone")),
            orjson.dumps(fields).decode(),
            orjson.dumps(typed).decode(),
            orjson.dumps(self.tags).decode(),
        )


COLUMNS = ("email", "phone", "name", "language", "zone", "fields", "typed", "tags")


def typed_with(typed: Typed, name: str, value: Any) -> Typed:
    """`typed` with one field replaced (None: without it). The maps are new; the given ones stay as they are."""
    found = type_document({name: value})
    paths = tuple(path for path in type_document({name: "x"})["t"])
    inside = tuple(path + end for path in paths for end in (".", "[]"))
    left: dict[str, dict[str, Any]] = {
        letter: {path: leaf for path, leaf in leaves.items() if path not in paths and not path.startswith(inside)}
        for letter, leaves in typed.items()
        if isinstance(leaves, dict)
    }
    return {
        "n": left["n"] | found["n"],
        "t": left["t"] | found["t"],
        "d": left["d"] | found["d"],
        "b": left["b"] | found["b"],
    }


def _line(value: Any) -> str:
    """A text as one line: a name is shown in lists, and stands in the header of every mail."""
    return " ".join(_CONTROL.sub(" ", value).split()) if type(value) is str else ""


def _differs(old: Any, new: Any) -> bool:
    # True == 1 in Python, but not in a rule.
    return old != new or type(old) is not type(new)
