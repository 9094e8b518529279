"""Reads what is posted to /api/v1/events: JSON into events that can be stored, or into what is wrong with it.

By hand and not with pydantic, because this is 40 % of the work of intake; the sentences are for the person who writes the
program that sends.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import orjson

from blocks.own_fields import language_of, zone_of
from blocks.triggers.added_trigger import ADDED, told
from blocks.values import TooDeep, Typed, instant, moment, type_document
from runtime.clock import HOUR
from runtime.intake.writer import NewEvent, digest_of
from runtime.people.addresses import IDENTITIES
from runtime.people.who import ANSWERS, CHANNELS, CONSENT, TAGS

MOST_EVENTS = 1000
MOST_PROPERTIES = 300
DEEPEST = 10
LONGEST_TAG = 200
LONGEST_NAME = 200
LONGEST_ID = 200
MOST_TAGS = 100
AHEAD = HOUR
EARLIEST = instant("2000-01-01") or 0

NOTHING: Mapping[str, str] = MappingProxyType({})
_ADDITION = frozenset({"id", "contact", "properties"})
_FIELDS = frozenset({"id", "name", "time", "contact", "properties"})
_CONSENT = frozenset({*CHANNELS, "source", "time", "text"})
DEEP = f"is nested more than {DEEPEST} levels deep"
_NUL = "has a text with a NUL character (\\u0000), which no database can store"
_TIME = 'must be a date and time like "2026-11-21T09:00:00Z"'
_NEEDED = {
    "email": "is not an e-mail address",
    "phone": "is not a phone number",
    "customer_id": f"must be a text of 1 to {LONGEST_ID} characters, or a whole number",
}
_NAMES = ("name", "first_name", "last_name")
_KNOWN = {
    "language": (language_of, 'must be a language tag like "th" or "en-GB"'),
    "zone": (zone_of, 'must be a time zone like "Asia/Bangkok"'),
}
_NEXT_LINE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
"""What ends a line, or is no character of a text at all."""


class NotReadable(Exception):
    """The body is not JSON, or not one event or a list of them. The message says what is wrong, for people."""


@dataclass(frozen=True, slots=True)
class Wrong:
    """One thing that is wrong: in which item of the list (0 is the first), in which field, and what."""

    index: int
    field: str
    reason: str

    def as_json(self) -> dict[str, Any]:
        """As it is answered."""
        return {"index": self.index, "field": self.field, "reason": self.reason}


class NotRight(Exception):
    """Some events cannot be taken, so none is. `wrongs` names them all, `total` is how many events there were."""

    def __init__(self, wrongs: list[Wrong], total: int) -> None:
        super().__init__(f"{len({wrong.index for wrong in wrongs})} of {total}")
        self.wrongs = wrongs
        self.total = total


def read_events(
    body: bytes, workspace: int, source: str, now: int, *, refused: Mapping[str, str] = NOTHING
) -> list[NewEvent]:
    """The events of a request. Costs about 30 µs an event. `refused` are names that may not be sent, and what is said of
    them. Raises NotReadable and NotRight."""
    # Only a body with this escape can hold a NUL, so that no other is searched for one.
    reader = _Reader(workspace, source, now, refused, may_hold_nul=b"\\u0000" in body)
    return _all(body, reader, "event")


def read_additions(body: bytes, workspace: int, now: int, slug: str, by: str) -> list[NewEvent]:
    """The contacts that a request adds to a flow, as the events of being added. An id counts for this flow alone. Raises
    NotReadable and NotRight."""
    may_hold_nul = b"\\u0000" in body
    return _all(body, _AdditionReader(workspace, now, slug, by, may_hold_nul=may_hold_nul), "contact")


def _all(body: bytes, reader: "_Reader", noun: str) -> list[NewEvent]:
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise NotReadable(f"This is not valid JSON: {error}.") from None
    documents = document if type(document) is list else [document]
    if not documents:
        raise NotReadable(f"The list is empty. Send one {noun}, or a list of 1 to 1,000.")
    if len(documents) > MOST_EVENTS:
        raise NotReadable(f"The list has {len(documents):,} {noun}s. Send at most {MOST_EVENTS:,} at a time.")
    events = [event for index, one in enumerate(documents) if (event := reader.read(index, one)) is not None]
    if reader.wrongs:
        raise NotRight(reader.wrongs, len(documents))
    return events


def _folded(name: str) -> str:
    """A name as people read it: in any case, and whatever white space it holds."""
    return " ".join(name.split()).casefold()


class _Reader:
    def __init__(
        self, workspace: int, source: str, now: int, refused: Mapping[str, str] = NOTHING, *, may_hold_nul: bool
    ) -> None:
        self._refused = {_folded(name): answer for name, answer in refused.items()}
        self.wrongs: list[Wrong] = []
        self._workspace = workspace
        self._source = source
        self._now = now
        self._latest = now + AHEAD
        self._may_hold_nul = may_hold_nul
        self._index = 0

    def _wrong(self, field: str, reason: str) -> None:
        self.wrongs.append(Wrong(self._index, field, reason))

    def read(self, index: int, document: Any) -> NewEvent | None:
        """One event; None if something is wrong with it, which is added to `wrongs`."""
        self._index, before = index, len(self.wrongs)
        if type(document) is not dict:
            self._wrong("", 'must be an object with "name" and "contact"')
            return None
        if not document.keys() <= _FIELDS:
            for name in document.keys() - _FIELDS:
                self._wrong(str(name)[:LONGEST_TAG], "is not a field of an event: id, name, time, contact, properties")
        name = document.get("name")
        if type(name) is not str or not (name := name.strip()) or len(name) > LONGEST_NAME or _NEXT_LINE.search(name):
            self._wrong("name", f"must be a text of 1 to {LONGEST_NAME} characters in one line")
        elif (ours := self._refused.get(_folded(name))) is not None:
            self._wrong("name", ours)
        properties = document.get("properties")
        if properties is None:
            properties = {}
        who = document.get("contact")
        typed = self._properties(properties)
        self._contact(who)
        digest = self._digest(document.get("id"))
        at = self._time("time", document.get("time"))
        if len(self.wrongs) > before:
            return None
        return NewEvent(
            self._workspace,
            digest,
            name,
            self._source,
            at,
            self._now,
            orjson.dumps(who).decode(),
            orjson.dumps(properties).decode(),
            orjson.dumps(typed).decode(),
        )

    def _digest(self, id_: Any) -> bytes | None:
        if id_ is None:
            return None
        if type(id_) is int:
            id_ = str(id_)
        if type(id_) is not str or not 0 < len(id_) <= LONGEST_ID:
            self._wrong("id", f"must be a text of 1 to {LONGEST_ID} characters, or a whole number")
            return None
        return digest_of(self._source, id_)

    def _time(self, field: str, text: Any) -> int:
        if text is None:
            return self._now
        at = instant(text) if type(text) is str else None
        if at is None:
            self._wrong(field, _TIME)
        elif at > self._latest:
            self._wrong(field, f"is more than an hour ahead of now, {moment(self._now):%Y-%m-%dT%H:%M:%SZ}")
        elif at < EARLIEST:
            self._wrong(field, "is before the year 2000")
        return at or 0

    def _properties(self, properties: Any) -> Typed | None:
        if type(properties) is not dict:
            self._wrong("properties", "must be an object")
            return None
        try:
            typed = type_document(properties, DEEPEST)
        except TooDeep:
            self._wrong("properties", DEEP)
            return None
        if self._may_hold_nul and _has_nul(properties):
            self._wrong("properties", _NUL)
        paths = len(typed["t"]) + len(typed["n"]) + len(typed["d"]) + len(typed["b"])
        if paths > MOST_PROPERTIES:
            # A path may have leaves of several kinds; only then is it worth counting exactly.
            paths = len(typed["t"].keys() | typed["n"].keys() | typed["d"].keys() | typed["b"].keys())
            if paths > MOST_PROPERTIES:
                self._wrong("properties", f"has {paths} different properties; {MOST_PROPERTIES} are the most")
        return typed

    def _contact(self, who: Any) -> None:
        if type(who) is not dict:
            self._wrong("contact", "must be an object with email, phone or customer_id")
            return
        known = False
        for kind, form in IDENTITIES.items():
            value = who.get(kind)
            if value is not None and value != "":
                known = True
                if form(value) is None:
                    self._wrong(f"contact.{kind}", _NEEDED[kind])
        if not known:
            self._wrong("contact", "must have email, phone or customer_id, so that we know who it is")
        if len(who) > MOST_PROPERTIES:
            self._wrong("contact", f"has {len(who)} fields; {MOST_PROPERTIES} are the most")
        if not nested_within(who, DEEPEST):
            self._wrong("contact", DEEP)
        elif self._may_hold_nul and _has_nul(who):
            self._wrong("contact", _NUL)
        for field in _NAMES:
            if who.get(field) is not None and type(who[field]) is not str:
                self._wrong(f"contact.{field}", "must be a text")
        for field, (known_as, reason) in _KNOWN.items():
            value = who.get(field)
            if value is not None and value != "" and known_as(value) is None:
                self._wrong(f"contact.{field}", reason)
        if TAGS in who:
            self._tags(who[TAGS])
        if CONSENT in who:
            self._consent(who[CONSENT])

    def _tags(self, tags: Any) -> None:
        if tags is not None and (
            type(tags) is not list
            or len(tags) > MOST_TAGS
            or not all(type(tag) is str and 0 < len(tag) <= LONGEST_TAG for tag in tags)
        ):
            self._wrong("contact.tags", f"must be a list of at most {MOST_TAGS} texts")

    def _consent(self, consent: Any) -> None:
        if consent is None:
            return
        if type(consent) is not dict:
            self._wrong("contact.consent", 'must be an object like {"email": "yes"}')
            return
        for name, value in consent.items():
            field = f"contact.consent.{name}"
            if name not in _CONSENT:
                self._wrong(field[:LONGEST_TAG], "is not known: email, sms, push, source, time, text")
            elif name in CHANNELS and value is not None and value not in ANSWERS:
                self._wrong(field, 'must be "yes" or "no"')
            elif name == "time":
                self._time(field, value)
            elif name in ("source", "text") and value is not None and (type(value) is not str or len(value) > 1000):
                self._wrong(field, "must be a text of at most 1,000 characters")


class _AdditionReader(_Reader):
    def __init__(self, workspace: int, now: int, slug: str, by: str, *, may_hold_nul: bool) -> None:
        super().__init__(workspace, "api", now, may_hold_nul=may_hold_nul)
        self._told, self._slug = told(slug, "api", by), slug

    def read(self, index: int, document: Any) -> NewEvent | None:
        self._index, before = index, len(self.wrongs)
        if type(document) is not dict:
            self._wrong("", 'must be an object with "contact"')
            return None
        for name in document.keys() - _ADDITION:
            self._wrong(str(name)[:LONGEST_TAG], "is not a field here: id, contact, properties")
        properties = document.get("properties")
        if properties is not None and type(properties) is not dict:
            self._wrong("properties", "must be an object")
        for name in self._told.keys() & (properties if type(properties) is dict else {}).keys():
            self._wrong(f"properties.{name}", "is filled in by Cartwheel; call it something else")
        id_ = document.get("id")
        if id_ is not None and type(id_) not in (int, str):
            self._wrong("id", f"must be a text of 1 to {LONGEST_ID} characters, or a whole number")
        if len(self.wrongs) > before:
            return None
        whole = {"name": ADDED, "contact": document.get("contact"), "properties": {**(properties or {}), **self._told}}
        return super().read(index, {**whole, "id": id_})

    def _digest(self, id_: Any) -> bytes | None:
        checked = super()._digest(id_)
        # The same id in another flow is another addition, and no event of that id.
        return None if checked is None else digest_of(self._source, f"{self._slug}\nadded\n{id_}")


def nested_within(value: Any, room: int) -> bool:
    """Whether objects and lists are nested in at most `room` levels."""
    if room == 0:
        return False
    for inner in value.values() if type(value) is dict else value:
        kind = type(inner)
        if (kind is dict or kind is list) and not nested_within(inner, room - 1):
            return False
    return True


def _has_nul(value: Any) -> bool:
    """Whether any text or name inside holds a NUL. Called only where nothing is nested too deep."""
    if type(value) is str:
        return "\0" in value
    if type(value) is dict:
        return any("\0" in key or _has_nul(inner) for key, inner in value.items())
    return type(value) is list and any(map(_has_nul, value))
