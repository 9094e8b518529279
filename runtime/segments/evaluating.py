"""A contact held against the rule of a segment, in Python: the same rules, the same look-ups as in a flow."""

from dataclasses import dataclass
from datetime import datetime

from blocks.rules import Counted
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
