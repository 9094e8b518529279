"""Triggers that no event from outside starts: time brings contacts into the flow, or a price or a stock does."""

import hashlib
from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar, Protocol, Self
from zoneinfo import ZoneInfo

from pydantic import PrivateAttr

from blocks.contract.context import Context
from blocks.contract.trigger import Trigger
from blocks.rules import Counted, Rule, counted
from blocks.values import Typed


class Brought(Trigger):
    """A trigger that no event from outside starts. When its time has come for a contact, the engine lets an event named
    `happening` happen to them, with this block's `occasion` in it. Flows whose triggers mean the same occasion share it.
    """

    happening: ClassVar[str]
    came_later: ClassVar[frozenset[str]] = frozenset()
    """Settings that older versions of this program did not have. Left alone they tell no occasions apart, so that what is
    waited for keeps its name over an update."""

    apart: ClassVar[frozenset[str]] = frozenset({"where"})
    """Settings that make no other occasion of it, however they are set."""

    @abstractmethod
    def filter(self) -> Rule | None:
        """What a contact must meet besides when it comes."""

    @abstractmethod
    def tells(self) -> Mapping[str, Any]:
        """Properties of the event that happens."""

    def occasion(self) -> str:
        """Tells occasions apart; the same for settings that mean the same."""
        untouched = {name for name in self.came_later if getattr(self, name) == type(self).model_fields[name].default}
        settings = self.model_dump_json(exclude={*self.apart, *untouched})
        return _mark(settings)

    def addressed(self, flow: str) -> Mapping[str, Any]:
        return {"occasion": self.occasion()}

    def listens_to(self) -> tuple[str, ...]:
        return (self.happening,)

    def admits(self, ctx: Context) -> bool:
        rule = self.filter()
        return self.means(ctx.event, ctx.flow) and (rule is None or rule.meets(ctx))

    def reads(self) -> tuple[Counted, ...]:
        return counted(self.filter())


def _mark(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=12).hexdigest()


class Subject(Protocol):
    """What is known of a contact whom time may bring into a flow."""

    @property
    def contact(self) -> Typed:
        """Their fields in typed form."""
        ...

    @property
    def zone(self) -> ZoneInfo:
        """Their zone, else the workspace's, else UTC."""
        ...

    def last(self, event: str) -> datetime | None:
        """When they last did this, UTC; with "" when we last heard of them at all. None if never."""
        ...


DATE = "date"
"""The property that says for which day of the contact an event of a timed trigger came, as 2026-12-05."""


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """That a run is not where it should be in time."""

    at: datetime | None
    """When the contact should have entered, or is to enter (UTC); None if the run is to end."""


class Timed(Brought):
    """A trigger that time starts: a date comes, or too long nothing happens."""

    late_is_fine: ClassVar[bool] = False
    """Whether it still holds when nobody was there to see it in time; else what is over 24 h late starts nothing."""

    _zone: str = PrivateAttr("")

    @property
    def zone(self) -> str:
        """The zone of its flow, by whose clocks it then comes for everybody; "" where it goes by each contact's own."""
        return self._zone

    def in_zone(self, zone: str) -> Self:
        """The same in a flow with this zone (an IANA name, "" for none)."""
        one = self.model_copy()
        one._zone = zone
        return one

    def clocks(self, who: Subject) -> ZoneInfo:
        """Those by which it comes for this contact."""
        return ZoneInfo(self._zone) if self._zone else who.zone

    def occasion(self) -> str:
        # Without a zone as it always was: what is waited for keeps its name.
        settings = super().occasion()
        return _mark(f"{settings} {self._zone}") if self._zone else settings

    @abstractmethod
    def due(self, who: Subject, after: datetime) -> datetime | None:
        """The first time (UTC) at or after `after` at which this contact is to enter; None if nothing known says so."""

    def waits(self) -> bool:
        """Whether it is to come for anybody at all."""
        return True

    def enters_late(self) -> bool:
        """Whether those enter as well for whom it should have come before it was known. The engine then keeps in mind for which
        day it has come."""
        return False

    def missed(self, who: Subject, now: datetime) -> datetime | None:
        """The time (UTC) before `now` at which this contact should have entered, where it is not too late for it."""
        return None

    def day_for(self, who: Subject, at: datetime) -> date | None:
        """The day of this contact for whose sake it comes at this time (UTC); None where it is for no day."""
        return None

    def minds_changes(self) -> bool:
        """Whether `belongs` may answer."""
        return False

    def belongs(self, who: Subject, event: Typed, now: datetime) -> Elsewhere | None:
        """Where a run belongs that this event began, now that the day it came for is another; None if it is the same."""
        return None

    def watches(self) -> str:
        """The event whose last time `due` asks for, "" if for none by name."""
        return ""
