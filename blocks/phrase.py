"""What is said to a person, before it is in anybody's language.

A block, a check or a reason returns a `Phrase`: an English message id with typed arguments.
Only `runtime/words` turns it into text, because the reader's language is not known here, and because rounding a
span of 36 hours to "2 days" (as locale libraries do) would be a lie.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Span:
    """A length of time in seconds, said in the largest units that fit it exactly ("1 day 12 hours")."""

    seconds: int


@dataclass(frozen=True, slots=True)
class Months:
    """A number of calendar months, which is no fixed number of seconds."""

    count: int


@dataclass(frozen=True, slots=True)
class Moment:
    """An instant in UTC, said as a date and an hour in `zone` (an IANA name)."""

    at: datetime
    zone: str = "UTC"


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the calendar."""

    date: date


@dataclass(frozen=True, slots=True)
class TimeOfDay:
    """A wall-clock time, "HH:MM"."""

    text: str


@dataclass(frozen=True, slots=True)
class Weekdays:
    """ISO weekdays, Monday = 1."""

    days: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in a currency (ISO 4217)."""

    amount: float
    currency: str


@dataclass(frozen=True, slots=True)
class Quoted:
    """A name that a person typed; shown in the reader's own quotation marks."""

    text: str


@dataclass(frozen=True, slots=True)
class Joined:
    """Several phrases in one sentence, with "and" or "or" before the last."""

    parts: tuple["Phrase", ...]
    word: Literal["and", "or"] = "and"


@dataclass(frozen=True, slots=True)
class Phrase:
    """A sentence or part of one: `msgid` is the English text with `{named}` places for `args`."""

    msgid: str
    args: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Within:
    """A sentence inside another, which does not begin it: its first letter is small, unless a name begins it."""

    phrase: Phrase


def say(msgid: str, /, **args: Any) -> Phrase:
    """Make a Phrase. Message ids are found in the code by this name, so call it with a literal."""
    return Phrase(msgid, args)


def seen_in(phrase: Phrase, zone: str) -> Phrase:
    """The same with its instants by the clocks of `zone` (an IANA name), as everything around it has them."""

    def seen(value: Any) -> Any:
        match value:
            case Moment():
                return Moment(value.at, zone)
            case Phrase():
                return seen_in(value, zone)
            case Within():
                return Within(seen_in(value.phrase, zone))
        return value

    return Phrase(phrase.msgid, {name: seen(value) for name, value in phrase.args.items()})


def worded(value: Any, text: Callable[[Phrase], str]) -> Any:
    """JSON with a text in the place of each Phrase in it."""
    match value:
        case Phrase():
            return text(value)
        case Mapping():
            return {key: worded(one, text) for key, one in value.items()}
        case list() | tuple():
            return [worded(one, text) for one in value]
    return value


_TYPED: dict[str, type[Any]] = {
    "span": Span,
    "months": Months,
    "moment": Moment,
    "day": Day,
    "time": TimeOfDay,
    "weekdays": Weekdays,
    "money": Money,
    "quoted": Quoted,
    "joined": Joined,
    "phrase": Phrase,
    "within": Within,
}
_NAMES = {cls: name for name, cls in _TYPED.items()}


def dump_arg(value: Any) -> Any:
    """A phrase argument as JSON, to be kept with a step or a message; `load_arg` reads it back."""
    name = _NAMES.get(type(value))
    if name is None:
        return value
    match value:
        case Moment():
            body: Any = [value.at.isoformat(), value.zone]
        case Day():
            body = value.date.isoformat()
        case Money():
            body = [value.amount, value.currency]
        case Weekdays():
            body = list(value.days)
        case Joined():
            body = [value.word, *(dump_arg(part) for part in value.parts)]
        case Phrase():
            body = [value.msgid, {key: dump_arg(arg) for key, arg in value.args.items()}]
        case Within():
            body = dump_arg(value.phrase)
        case _:
            body = next(getattr(value, slot) for slot in value.__slots__)
    return {name: body}


def load_arg(value: Any) -> Any:
    """Undo `dump_arg`."""
    if not isinstance(value, dict) or len(value) != 1:
        return value
    ((name, body),) = value.items()
    match name:
        case "moment":
            return Moment(datetime.fromisoformat(body[0]), body[1])
        case "day":
            return Day(date.fromisoformat(body))
        case "money":
            return Money(*body)
        case "weekdays":
            return Weekdays(tuple(body))
        case "joined":
            return Joined(tuple(load_arg(part) for part in body[1:]), body[0])
        case "phrase":
            return Phrase(body[0], {key: load_arg(arg) for key, arg in body[1].items()})
        case "within":
            return Within(load_arg(body))
        case _ if name in _TYPED:
            return _TYPED[name](body)
    return value
