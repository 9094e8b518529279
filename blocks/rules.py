"""Rules as data: conditions over a contact, an event and what happened before.

A rule is a tree of pydantic models. It is drawn by one rule builder, said in one sentence (`blocks/rule_words.py`) and
evaluated here for one contact. It compares only typed values (`blocks/values.py`), so that the same rule can be compiled
to SQL and give the same answer. There is no expression language.

A missing field never matches, except where the operator asks for it ("is not set", "is not", "does not contain"). An
empty text counts as not set.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import cached_property
from typing import Annotated, Any, Literal, Protocol

from pydantic import BaseModel, ConfigDict, Field, model_validator

from blocks.values import Typed, fold, micros, safe_path, type_leaf

Operator = Literal[
    "is",
    "is_not",
    "contains",
    "contains_not",
    "starts_with",
    "over",
    "at_least",
    "under",
    "at_most",
    "before",
    "after",
    "in_last_days",
    "is_true",
    "is_false",
    "is_set",
    "is_not_set",
]
WITHOUT_VALUE: frozenset[str] = frozenset({"is_true", "is_false", "is_set", "is_not_set"})
_NUMERIC: frozenset[str] = frozenset({"over", "at_least", "under", "at_most"})
MOST_DAYS = 36_500
_DATED: frozenset[str] = frozenset({"before", "after"})


class Facts(Protocol):
    """What a rule is held against. `blocks.contract.Context` is one."""

    @property
    def now(self) -> datetime: ...
    @property
    def contact(self) -> Typed: ...
    @property
    def event(self) -> Typed: ...
    @property
    def kept(self) -> Typed: ...
    def count(self, leaf: "Counted") -> int: ...


class _Rule(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Compare(_Rule):
    """A field of the contact, the event or what the run has kept, held against a value. Of several values any will do."""

    kind: Literal["field"] = "field"
    of: Literal["contact", "event", "run"] = "event"
    field: Annotated[str, Field(min_length=1, max_length=200, title="Field")]
    op: Operator = "is"
    value: Annotated[str | float | int | bool | tuple[str | float | int, ...] | None, Field(title="Value")] = None

    @model_validator(mode="after")
    def _value_fits(self) -> "Compare":
        if self.op in WITHOUT_VALUE:
            return self
        if self.value is None or self.value in ("", ()):
            raise ValueError("Fill in the value to compare with.")
        if self.op in _NUMERIC and not self.wanted_numbers:
            raise ValueError("Type a number, like 100 or 19.90.")
        if self.op in _DATED and not self.wanted_dates:
            raise ValueError("Choose a date, like 2026-11-30.")
        if self.op == "in_last_days" and (not self.wanted_numbers or self.wanted_numbers[0] <= 0):
            raise ValueError("Type how many days, like 30.")
        if self.op == "in_last_days" and self.wanted_numbers[0] > MOST_DAYS:
            raise ValueError("Type fewer days: 36,500 at most.")
        return self

    @cached_property
    def path(self) -> str:
        """The field in the form in which typed values keep it."""
        return safe_path(self.field)

    @cached_property
    def _wanted(self) -> tuple[Typed, ...]:
        values = self.value if isinstance(self.value, tuple) else (self.value,)
        return tuple(type_leaf(value) for value in values)

    @cached_property
    def wanted_texts(self) -> tuple[str, ...]:
        """The texts to compare with, folded. A number counts as it is written, so that "contains 12" works."""
        values = self.value if isinstance(self.value, tuple) else (self.value,)
        return tuple(
            fold(str(value)) for value in values if isinstance(value, str | int | float) and not isinstance(value, bool)
        )

    @cached_property
    def wanted_numbers(self) -> tuple[float, ...]:
        """The numbers to compare with."""
        return tuple(typed["n"][""] for typed in self._wanted if "" in typed["n"])

    @cached_property
    def wanted_dates(self) -> tuple[int, ...]:
        """The instants to compare with, UTC microseconds."""
        return tuple(typed["d"][""] for typed in self._wanted if "" in typed["d"])

    @cached_property
    def wanted_truths(self) -> tuple[bool, ...]:
        """The truths to compare with."""
        return tuple(typed["b"][""] for typed in self._wanted if "" in typed["b"])

    def meets(self, facts: Facts) -> bool:
        typed = facts.event if self.of == "event" else facts.contact if self.of == "contact" else facts.kept
        numbers, texts = leaves_at(typed["n"], self.path), leaves_at(typed["t"], self.path)
        dates, truths = leaves_at(typed["d"], self.path), leaves_at(typed["b"], self.path)
        match self.op:
            case "is":
                return self._equal(numbers, texts, truths)
            case "is_not":
                return not self._equal(numbers, texts, truths)
            case "contains":
                return self._contains(texts)
            case "contains_not":
                return not self._contains(texts)
            case "starts_with":
                return any(text.startswith(self.wanted_texts) for text in texts)
            case "over":
                return any(number > self.wanted_numbers[0] for number in numbers)
            case "at_least":
                return any(number >= self.wanted_numbers[0] for number in numbers)
            case "under":
                return any(number < self.wanted_numbers[0] for number in numbers)
            case "at_most":
                return any(number <= self.wanted_numbers[0] for number in numbers)
            case "before":
                return any(date < self.wanted_dates[0] for date in dates)
            case "after":
                return any(date > self.wanted_dates[0] for date in dates)
            case "in_last_days":
                now = micros(facts.now)
                since = now - int(self.wanted_numbers[0] * 86_400_000_000)
                return any(since <= date <= now for date in dates)
            case "is_true":
                return any(truths)
            case "is_false":
                return any(not truth for truth in truths)
            case "is_set":
                return bool(numbers or any(texts) or dates or truths)
            case "is_not_set":
                return not (numbers or any(texts) or dates or truths)

    def _equal(self, numbers: Iterable[Any], texts: Iterable[Any], truths: Iterable[Any]) -> bool:
        return (
            any(text in self.wanted_texts for text in texts)
            or any(number in self.wanted_numbers for number in numbers)
            or any(truth in self.wanted_truths for truth in truths)
        )

    def _contains(self, texts: Iterable[Any]) -> bool:
        return any(wanted in text for wanted in self.wanted_texts for text in texts)


class SinceEntering(_Rule):
    """From entering the flow until now; the event that started the run is left out."""

    kind: Literal["since_entering"] = "since_entering"


class LastDays(_Rule):
    """The last N × 24 hours."""

    kind: Literal["last_days"] = "last_days"
    days: Annotated[int, Field(ge=1, le=3650, title="Days")] = 30


class Ever(_Rule):
    """At any time."""

    kind: Literal["ever"] = "ever"


Times = Annotated[int, Field(ge=1, le=10_000, title="Times")]
Window = Annotated[SinceEntering | LastDays | Ever, Field(discriminator="kind")]


class Did(_Rule):
    """The contact did (or did not) do something, at least `times` times within a window."""

    kind: Literal["did"] = "did"
    event: Annotated[str, Field(min_length=1, max_length=200, title="Event")]
    negate: bool = False
    times: Times = 1
    window: Window = SinceEntering()
    where: "Rule | None" = None
    """Held against each of those events."""
    key: Annotated[str, Field(max_length=200, title="For the same")] = ""
    """The property of those events that must carry the run's own key (its cart, its order); asked only of a run that has
    one."""

    def meets(self, facts: Facts) -> bool:
        return _enough(self, facts)


class Got(_Rule):
    """E-mails to the contact that were sent, skipped (with a reason) or failed, or that they opened or clicked, at least
    `times` times within a window. What a machine opened or clicked does not count, and each e-mail counts once, by the last
    time."""

    kind: Literal["got"] = "got"
    what: Literal["sent", "skipped", "failed", "opened", "clicked"] = "sent"
    email: Annotated[str, Field(max_length=200, title="E-mail")] = ""
    """Slug of the e-mail, "" for any."""
    negate: bool = False
    times: Times = 1
    window: Annotated[LastDays | Ever, Field(discriminator="kind")] = Ever()

    def meets(self, facts: Facts) -> bool:
        return _enough(self, facts)


class InSegment(_Rule):
    """The contact is (or is not) in a segment."""

    kind: Literal["in_segment"] = "in_segment"
    segment: Annotated[str, Field(min_length=1, max_length=200, title="Segment")]
    negate: bool = False

    def meets(self, facts: Facts) -> bool:
        return _enough(self, facts)


class Reachable(_Rule):
    """Marketing may (or may not) reach the contact by a channel: there is an address, it is not suppressed, and they agreed.

    The same as `ctx.reachable`. Caps, quiet hours and pauses are asked when a message goes out."""

    kind: Literal["reachable"] = "reachable"
    channel: Literal["email", "sms", "push"] = "email"
    negate: bool = False

    def meets(self, facts: Facts) -> bool:
        return _enough(self, facts)


Counted = Did | Got | InSegment | Reachable
"""What has to be looked up in the ledger before a rule can be evaluated; a block declares it in `reads`."""


def _enough(leaf: Counted, facts: Facts) -> bool:
    times = leaf.times if isinstance(leaf, Did | Got) else 1
    return (facts.count(leaf) >= times) != leaf.negate


class All(_Rule):
    """Every one of these. With none, everybody."""

    kind: Literal["all"] = "all"
    rules: tuple["Rule", ...] = ()

    def meets(self, facts: Facts) -> bool:
        return all(rule.meets(facts) for rule in self.rules)


class AnyOf(_Rule):
    """At least one of these. With none, nobody."""

    kind: Literal["any"] = "any"
    rules: tuple["Rule", ...] = ()

    def meets(self, facts: Facts) -> bool:
        return any(rule.meets(facts) for rule in self.rules)


class Not(_Rule):
    """Everybody else."""

    kind: Literal["not"] = "not"
    rule: "Rule"

    def meets(self, facts: Facts) -> bool:
        return not self.rule.meets(facts)


Rule = Annotated[Compare | Did | Got | InSegment | Reachable | All | AnyOf | Not, Field(discriminator="kind")]
OnlyIf = Annotated[Rule | None, Field(title="Only if", json_schema_extra={"widget": "rule", "window": "past"})]
"""The setting by which a block heeds only what meets a rule. Its windows reach back from now."""

for _model in (Did, All, AnyOf, Not):
    _model.model_rebuild()


def counted(rule: "Rule | None") -> tuple[Counted, ...]:
    """What has to be looked up before a tree can be evaluated."""
    return tuple(leaf for leaf in leaves(rule) if not isinstance(leaf, Compare))


def leaves(rule: "Rule | None") -> Iterator[Compare | Counted]:
    """The conditions of a tree, not those inside a `where`."""
    match rule:
        case Compare() | Did() | Got() | InSegment() | Reachable():
            yield rule
        case All() | AnyOf():
            for inner in rule.rules:
                yield from leaves(inner)
        case Not():
            yield from leaves(rule.rule)


def everybody(rule: "Rule") -> bool:
    """Whether a rule asks for nothing, and so holds for everyone."""
    return isinstance(rule, All) and all(everybody(inner) for inner in rule.rules)


def leaves_at(leaves: dict[str, Any], path: str) -> list[Any]:
    """The values at a path in one of the four maps, in a list even if there is one."""
    value = leaves.get(path)
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
