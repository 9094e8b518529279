"""What is given to a rehearsal: the draft, who it is about, and what happens to them when."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import orjson

from blocks.durations import read_length
from blocks.flow import Flow
from blocks.values import instant
from runtime.clock import SECOND

_FIELDS = frozenset({"name", "time", "after", "properties"})


@dataclass(frozen=True, slots=True)
class MadeUp:
    """Somebody invented. `consent` is their answer for e-mail: "yes", "no", or None if nobody asked."""

    email: str = "somebody@example.com"
    name: str = ""
    consent: Literal["yes", "no"] | None = "yes"
    zone: str = ""
    language: str = ""
    fields: Mapping[str, Any] = field(default_factory=dict)
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that happens at `at` (UTC microseconds). Without `properties`, those of the latest such event are used.

    `contact` has fields that come with it and change the contact. `changes` are laid over the properties, by their paths.
    """

    name: str
    at: int
    properties: Mapping[str, Any] | None = None
    contact: Mapping[str, Any] = field(default_factory=dict)
    changes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Opening:
    """The event that lets the contact in and that no script names: one of this name, "" for whichever fits.

    `changes` are laid over the properties of the latest such event, by their paths.
    """

    name: str = ""
    changes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Question:
    """What `document` would do with a contact from `start` on, if the `happenings` happened to them. Instants are UTC
    microseconds."""

    slug: str
    document: Flow
    who: int | MadeUp
    start: int
    until: int | None = None
    """When it ends at the latest, if that is not left to the rehearsal."""
    happenings: Sequence[Happening] = ()
    """Where none of them starts the flow, the latest event that did is taken again, before them."""
    opening: Opening | None = None
    """Always taken, before them."""
    as_given: bool = False
    """Nothing is taken besides; and what is drawn by lot goes by who it is alone, not by the installation."""


class NoScript(ValueError):
    """A line of a script cannot be read; the message says which and why."""


def read_script(text: str, start: int) -> list[Happening]:
    """A script as JSON lines: `{"name": …, "after": "2d 3h", "properties": {…}}`, or with a "time". Raises NoScript."""
    return [_read(number, line, start) for number, line in enumerate(text.splitlines(), 1) if line.strip()]


def _read(number: int, line: str, start: int) -> Happening:
    try:
        document = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise NoScript(f"Line {number} is not JSON: {error}.") from None
    if not isinstance(document, dict) or not isinstance(document.get("name"), str) or not document["name"].strip():
        raise NoScript(f'Line {number} must be an object with the "name" of an event.')
    if unknown := sorted(document.keys() - _FIELDS):
        raise NoScript(f"Line {number}: {unknown[0]!r} is not known; there are name, time, after and properties.")
    properties = document.get("properties")
    if properties is not None and not isinstance(properties, dict):
        raise NoScript(f'Line {number}: "properties" must be an object.')
    return Happening(document["name"].strip(), _when(number, document, start), properties)


def _when(number: int, document: Mapping[str, Any], start: int) -> int:
    time, after = document.get("time"), document.get("after")
    if time is None and after is None:
        return start
    if time is not None and after is not None:
        raise NoScript(f'Line {number} has both "time" and "after"; one of them says when.')
    if time is not None:
        at = instant(time) if isinstance(time, str) else None
        if at is None:
            raise NoScript(f'Line {number}: "time" must be a date and time like "2026-11-24T21:10:00+07:00".')
        if at < start:
            raise NoScript(f'Line {number}: "time" is before the rehearsal starts.')
        return at
    length = read_length(after) if isinstance(after, str) else None
    if length is None:
        raise NoScript(f'Line {number}: "after" must be a length of time like "2d", "1h 30m" or "2d 3h".')
    return start + length * SECOND
