"""A contact held against the rule of a segment, in Python: the same rules, the same look-ups as in a flow."""

from collections.abc import Set
from dataclasses import dataclass, field
from datetime import datetime

from blocks.rules import Counted, Did
from blocks.values import Typed, empty, moment
from runtime.engine.lookback.history import History
from runtime.engine.lookback.standpoint import Seen


@dataclass(frozen=True, slots=True)
class Person:
    """A contact as the facts of a rule; there is no event and no run."""

    id: int
    contact: Typed
    history: History
    seen: Seen

    @property
    def now(self) -> datetime:
        return moment(self.seen.now)

    @property
    def event(self) -> Typed:
        return empty()

    @property
    def kept(self) -> Typed:
        return empty()

    def count(self, leaf: Counted) -> int:
        return self.history.count(leaf, self.id, self.seen)


@dataclass(slots=True)
class Before:
    """The same person before some of the last things that happened to them. What they did is looked through once, however
    often one asks."""

    person: Person
    contact: Typed
    without: Set[int] = frozenset()
    """The events that have not happened yet."""
    _did: dict[int, frozenset[int]] = field(default_factory=dict)

    @property
    def now(self) -> datetime:
        return self.person.now

    @property
    def event(self) -> Typed:
        return empty()

    @property
    def kept(self) -> Typed:
        return empty()

    def count(self, leaf: Counted) -> int:
        person = self.person
        if not isinstance(leaf, Did):
            return person.count(leaf)
        if (did := self._did.get(id(leaf))) is None:
            did = self._did[id(leaf)] = frozenset(person.history.ids(leaf, person.id, person.seen))
        return len(did) - sum(id_ in did for id_ in self.without)
