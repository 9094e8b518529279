"""Which fields a flow asks for: of the contact, and of each event. They are offered first where somebody tries values."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from blocks import KINDS
from blocks.contract import Timed, Trigger
from blocks.flow import Flow
from blocks.scheduled import Scheduled

STARTING = ""
"""In the place of an event's name: the one that a run stands on."""
_TRUTHS = frozenset({"is_true", "is_false"})
_HELD = frozenset({"is", "is_not", "contains", "contains_not", "starts_with"})
"""Operators whose values are worth trying themselves."""
_NUMERIC = frozenset({"over", "at_least", "under", "at_most"})


@dataclass(frozen=True, slots=True)
class Asked:
    """A field by its path, values of it that make a difference, and what it must be to be compared."""

    path: str
    values: tuple[str, ...] = ()
    truth: bool = False
    numeric: bool = False


class AskedFor:
    """All that a flow asks for, drawn half or whole."""

    def __init__(self, flow: Flow) -> None:
        self._found: dict[tuple[str, str], dict[str, Asked]] = {}
        self.starts = tuple(dict.fromkeys(_starts(flow)))
        """Names of the events that let people in."""
        for doc in flow.blocks:
            self._walk(doc.settings, str(doc.settings.get("event") or STARTING))
            for of, path in _dates(doc.kind, doc.settings):
                self._note(of, STARTING, Asked(path))
        for leave in flow.exits:
            self._walk(leave.model_dump(mode="json"), leave.event)

    def of_contact(self) -> Sequence[Asked]:
        """Fields of the contact."""
        return tuple(self._found.get(("contact", ""), {}).values())

    def of_event(self, name: str) -> Sequence[Asked]:
        """Properties of the events of this name."""
        found = dict(self._found.get(("event", name), {}))
        if name in self.starts:
            found = self._found.get(("event", STARTING), {}) | found
        return tuple(found.values())

    def _walk(self, node: Any, event: str) -> None:
        """Every comparison in it. What stands below an event is about that event."""
        if isinstance(node, Mapping):
            if node.get("kind") == "field" and node.get("field"):
                self._note(str(node.get("of", "event")), event, _asked(node))
                return
            below = str(node.get("event") or event) if node.get("kind") == "did" else event
            for one in node.values():
                self._walk(one, below)
        elif isinstance(node, list | tuple):
            for one in node:
                self._walk(one, event)

    def _note(self, of: str, event: str, asked: Asked) -> None:
        if of not in ("contact", "event"):
            return
        found = self._found.setdefault((of, event if of == "event" else ""), {})
        known = found.get(asked.path, asked)
        found[asked.path] = Asked(
            asked.path,
            tuple(dict.fromkeys([*known.values, *asked.values])),
            known.truth or asked.truth,
            known.numeric or asked.numeric,
        )


def _asked(node: Mapping[str, Any]) -> Asked:
    op, value = str(node.get("op", "is")), node.get("value")
    values = value if isinstance(value, list | tuple) else (value,)
    held = tuple(str(one) for one in values if op in _HELD and one not in (None, ""))
    return Asked(str(node["field"]), held, op in _TRUTHS, op in _NUMERIC)


def _dates(kind: str, settings: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Settings that name a field themselves: (whose, path)."""
    fields = KINDS[kind].model_fields if kind in KINDS else {}
    for name, info in fields.items():
        about = info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}
        if about.get("widget") == "property" and (path := settings.get(name)):
            of = str(about.get("of"))
            yield (str(settings.get(of) or fields[of].default) if of in fields else of), str(path)


def _starts(flow: Flow) -> Iterator[str]:
    for doc in flow.blocks:
        kind = KINDS.get(doc.kind)
        if kind is None or not issubclass(kind, Trigger) or issubclass(kind, Timed | Scheduled):
            continue
        try:
            yield from kind.model_validate({**doc.settings, "kind": doc.kind}).listens_to()
        except ValueError:
            continue
