"""Examples of a flow: given these events, this contact gets that. They are saved with it and run before it is published.

Only what they say is here; `runtime/rehearsal/examples.py` lives through them.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    SerializerFunctionWrapHandler,
    Tag,
    model_serializer,
    model_validator,
)

from blocks.clocks import ZoneName
from blocks.durations import read_length

MOST_EXAMPLES = 50
MOST_LINES = 50
START = datetime(2026, 1, 6, 10)
"""When an example begins that does not say it: a Tuesday morning, always the same, so that it comes out the same on any day."""


def _length(text: str) -> str:
    if read_length(text) is None:
        raise ValueError("must be a length of time like “2d”, “1h 30m” or “2d 3h”.")
    return text.strip()


def _wall_clock(start: datetime) -> datetime:
    if start.tzinfo is not None:
        raise ValueError("must be without a time zone: it is meant where the contact lives, or by the flow’s clocks.")
    return start


Name = Annotated[str, Field(min_length=1, max_length=120)]
BlockId = Annotated[str, Field(min_length=1, max_length=64)]
Length = Annotated[str, Field(max_length=30, json_schema_extra={"examples": ["1h", "2d 3h"]}), AfterValidator(_length)]
"""A length of time as people write it, from the start of the example."""
Start = Annotated[datetime, AfterValidator(_wall_clock)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    @model_serializer(mode="wrap")
    def _said_only(self, dump: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Without what is so anyway: people read and write these files."""
        whole: dict[str, Any] = dump(self)
        usual = {
            key
            for name, info in type(self).model_fields.items()
            if not info.is_required() and getattr(self, name) == info.default
            for key in (name, info.alias)
        }
        return {key: value for key, value in whole.items() if key not in usual}


class Person(_Part):
    """Somebody made up, who has agreed to marketing e-mails unless it is said otherwise (`null`: nobody asked)."""

    email: Annotated[str, Field(max_length=254)] = "somebody@example.com"
    name: Annotated[str, Field(max_length=100)] = ""
    consent: Literal["yes", "no"] | None = "yes"
    zone: ZoneName = ""
    """An IANA name; "" for the shop's."""
    language: Annotated[str, Field(max_length=35)] = ""
    tags: Annotated[tuple[str, ...], Field(max_length=50)] = ()
    fields: Annotated[dict[str, Any], Field(max_length=100)] = {}


class Happens(_Part):
    """An event, `after` the start. `contact` has fields that come with it and change the contact."""

    name: Annotated[str, Field(min_length=1, max_length=200)]
    after: Length = "0m"
    properties: dict[str, Any] = {}
    contact: Annotated[dict[str, Any], Field(max_length=100)] = {}


class _Timed(_Part):
    after: Length | None = None
    """Then, to the minute."""
    within: tuple[Length, Length] | None = None
    """Or between these two."""

    @model_validator(mode="after")
    def _one_time(self) -> "_Timed":
        if self.after is not None and self.within is not None:
            raise ValueError("has both “after” and “within”; one of them says when.")
        if self.within is not None and _seconds(self.within[0]) > _seconds(self.within[1]):
            raise ValueError("“within” needs the shorter time first.")
        return self

    @property
    def span(self) -> tuple[int, int] | None:
        """From and to, seconds after the start; None for any time."""
        if self.within is not None:
            return _seconds(self.within[0]), _seconds(self.within[1])
        return None if self.after is None else (_seconds(self.after), _seconds(self.after))


class GetsMessage(_Timed):
    """The message of a block goes out, or is skipped, as a reason code says if it is given."""

    message: BlockId
    state: Literal["sent", "skipped"] = "sent"
    because: Annotated[str, Field(max_length=64)] = ""

    @model_validator(mode="after")
    def _reason(self) -> "GetsMessage":
        if self.because and self.state == "sent":
            raise ValueError('“because” says why a message is skipped; it needs "state": "skipped".')
        return self


class NoMessage(_Part):
    """No message of this block goes out."""

    no_message: BlockId


class ComesTo(_Timed):
    """They come to a block, and leave it by an outlet if one is given."""

    at: BlockId
    outlet: Annotated[str, Field(max_length=64)] = ""


class Ends(_Part):
    """How it stands when all is over: they reached the end, left (`by` an exit of this name or event), are still inside, or
    never came in."""

    ends: Literal["end", "left", "inside", "outside"]
    by: Annotated[str, Field(max_length=200)] = ""

    @model_validator(mode="after")
    def _by_an_exit(self) -> "Ends":
        if self.by and self.ends != "left":
            raise ValueError('“by” says by which exit they left; it needs "ends": "left".')
        return self


class HasTag(_Part):
    """They have a tag when all is over; with `has` false, they do not."""

    tag: Annotated[str, Field(min_length=1, max_length=200)]
    has: bool = True


class HasField(_Part):
    """A field of theirs is this when all is over; null for one that is empty."""

    field: Annotated[str, Field(min_length=1, max_length=200)]
    is_: Annotated[str | bool | int | float | None, Field(alias="is")]


_KINDS = {
    "message": GetsMessage, "no_message": NoMessage, "at": ComesTo, "ends": Ends, "tag": HasTag, "field": HasField,
}  # fmt: skip


def _kind(line: Any) -> str | None:
    """What a line is about: the first key that says so."""
    if isinstance(line, Mapping):
        return next((key for key in _KINDS if key in line), None)
    return next((key for key, model in _KINDS.items() if isinstance(line, model)), None)


Expectation = Annotated[
    Annotated[GetsMessage, Tag("message")]
    | Annotated[NoMessage, Tag("no_message")]
    | Annotated[ComesTo, Tag("at")]
    | Annotated[Ends, Tag("ends")]
    | Annotated[HasTag, Tag("tag")]
    | Annotated[HasField, Tag("field")],
    Discriminator(
        _kind,
        custom_error_type="no_expectation",
        custom_error_message="says nothing that can be expected: it needs one of message, no_message, at, ends, tag, field.",
    ),
]


class Example(_Part):
    """Given this contact and what happens to them, what must come true.

    With `nothing_else`, no message goes out but those that are expected.
    """

    name: Name
    contact: Person = Person()
    start: Start = START
    """When it begins, by the clock where the contact lives."""
    happenings: Annotated[tuple[Happens, ...], Field(max_length=MOST_LINES)] = ()
    expects: Annotated[tuple[Expectation, ...], Field(max_length=MOST_LINES)] = ()
    nothing_else: bool = True

    @property
    def longest(self) -> int:
        """Seconds from the start to the last thing that it speaks of."""
        spans = [line.span for line in self.expects if isinstance(line, _Timed)]
        happen = [_seconds(one.after) for one in self.happenings]
        return max([0, *happen, *(span[1] for span in spans if span is not None)])

    def blocks(self) -> Iterator[str]:
        """The ids of the blocks it names."""
        for line in self.expects:
            if block := block_of(line):
                yield block


def block_of(line: Expectation) -> str:
    """The id of the block that a line is about, "" if it is about none."""
    match line:
        case GetsMessage():
            return line.message
        case NoMessage():
            return line.no_message
        case ComesTo():
            return line.at
    return ""


def seconds_after(one: Happens) -> int:
    """How long after the start it happens."""
    return _seconds(one.after)


def told_apart(examples: Sequence[Example]) -> tuple[Example, ...]:
    """They, if no two have one name. Raises ValueError."""
    names = [one.name for one in examples]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise ValueError(f"Two examples have the name “{twice}”. Give each its own.")
    return tuple(examples)


def place_in_words(document: Any, place: Sequence[int | str]) -> str:
    """Where in a flow document something is wrong: an example by its name and the line in it, else the keys to it."""
    if len(place) > 1 and place[0] == "examples" and isinstance(place[1], int):
        number, rest = place[1], place[2:]
        try:
            called = f"the example “{document['examples'][number]['name']}”"
        except (KeyError, TypeError, IndexError):
            called = f"example {number + 1}"
        if len(rest) > 1 and isinstance(rest[1], int):
            called += f", line {rest[1] + 1} of {rest[0]}"
            # A kind of line is no key of the document.
            rest = rest[3:] if rest[0] == "expects" else rest[2:]
        return ", ".join(filter(None, (called, ".".join(map(str, rest)))))
    return ".".join(map(str, place))


def _seconds(text: str) -> int:
    return read_length(text) or 0
