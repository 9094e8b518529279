"""Triggers that the calendar starts for many people at once."""

from abc import abstractmethod
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar, Literal
from zoneinfo import ZoneInfo

from blocks.contract import Brought, Calendar

HOLIDAYS: Mapping[str, str] = {
    "new_year": "New Year",
    "valentine": "Valentine’s Day",
    "lunar_new_year": "Chinese New Year",
    "lebaran": "Lebaran (Eid al-Fitr)",
    "songkran": "Songkran",
    "mothers_day_th": "Mother’s Day in Thailand (12 August)",
    "singles_day": "11.11",
    "black_friday": "Black Friday",
    "double_twelve": "12.12",
    "christmas": "Christmas",
}
"""The holidays that can be named, in the order of the year."""
Holiday = Literal[
    "new_year",
    "valentine",
    "lunar_new_year",
    "lebaran",
    "songkran",
    "mothers_day_th",
    "singles_day",
    "black_friday",
    "double_twelve",
    "christmas",
]


class Scheduled(Brought):
    """A trigger whose time comes for everybody in a segment at once. The engine keeps one row for it, not one a contact,
    and lets its event happen to some hundred contacts at a time; the event is meant for one flow only."""

    happening: ClassVar[str] = "Schedule reached"

    @abstractmethod
    def whom(self) -> str:
        """Slug of the segment, "" for all contacts."""

    @abstractmethod
    def says_whom(self) -> bool:
        """Whether it is said for whom it comes; while it is being drawn, perhaps not yet."""

    @abstractmethod
    def own_clocks(self) -> bool:
        """Whether it comes by each contact's own clocks, and not by the flow's or the shop's."""

    @abstractmethod
    def next_at(self, after: datetime, zone: ZoneInfo, calendar: Calendar) -> datetime | None:
        """The first time (UTC) at or after `after`, for clocks in `zone`; None if there is none any more."""

    def upcoming(self, after: datetime, zone: ZoneInfo, calendar: Calendar, count: int) -> Iterator[datetime]:
        """The next so many times at or after `after`, fewer where it ends before."""
        for _ in range(count):
            at = self.next_at(after, zone, calendar)
            if at is None:
                return
            yield at
            after = at + timedelta(microseconds=1)

    @abstractmethod
    def still_good_late(self) -> bool:
        """Whether it starts as well when nobody was there to see it within 24 hours."""

    def addressed(self, flow: str) -> Mapping[str, Any]:
        return {"flow": flow, "occasion": self.occasion()}
