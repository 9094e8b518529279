"""Dates over which a flow pauses: "not over Songkran, 13 to 15 April, every year", by the flow's clocks, else the shop's."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Annotated, NamedTuple
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, model_validator

from blocks.dates import in_year
from blocks.hours import MIDNIGHT, Over, at_clock
from blocks.values import moment

MOST_PAUSES = 20
_LATEST = date(9000, 1, 1)


class Pause(BaseModel):
    """From a day to another, both included. What comes due in it waits until it is over, or is not sent.

    A yearly one holds in every year, on the days and months it names; it may go over New Year. Of a 29 February it holds
    the 28th where there is none.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    from_: Annotated[date, Field(alias="from", ge=date(1970, 1, 1), le=_LATEST)]
    to: Annotated[date, Field(ge=date(1970, 1, 1), le=_LATEST)]
    yearly: bool = False
    then: Over = "wait"

    @model_validator(mode="after")
    def _in_order(self) -> "Pause":
        if self.to < self.from_:
            raise ValueError("A pause must not end before it begins.")
        if self.yearly and in_year(self.from_, self.from_.year + 1) <= self.to + timedelta(days=1):
            raise ValueError("A pause of every year must leave some days of the year.")
        return self

    def on(self, day: date) -> tuple[date, date] | None:
        """Its first and last day in the year that has `day` in it; None if it does not hold then."""
        years = (day.year - 1, day.year) if self.yearly else (self.from_.year,)
        for year in years:
            first = in_year(self.from_, year)
            last = in_year(self.to, year + self.to.year - self.from_.year)
            if first <= day <= last:
                return first, last
        return None


class Pausing(NamedTuple):
    """A flow pauses: which of its pauses holds, from its first day to its last, and when (UTC microseconds) the flow goes
    on, after others that follow it without a gap."""

    pause: Pause
    first: date
    last: date
    over_at: int


def pausing(pauses: Sequence[Pause], now: int, zone: ZoneInfo) -> Pausing | None:
    """Whether one of `pauses` holds at `now` by clocks in `zone`."""
    held: Pausing | None = None
    day = moment(now).astimezone(zone).date()
    while day < _LATEST and (found := _longest(pauses, day)) is not None:
        pause, first, last = found
        day = last + timedelta(days=1)
        at = at_clock(day, MIDNIGHT, zone)
        held = Pausing(pause, first, last, at) if held is None else held._replace(over_at=at)
    return held


def some_days_left(pauses: Sequence[Pause]) -> bool:
    """Whether those of every year leave some day of it. 2027 is a year like any other; 29 February is not enough."""
    first = date(2027, 1, 1)
    yearly = [pause for pause in pauses if pause.yearly]
    return any(_longest(yearly, first + timedelta(days=ahead)) is None for ahead in range(365))


def _longest(pauses: Sequence[Pause], day: date) -> tuple[Pause, date, date] | None:
    """Of those that hold on a day the one that says not to send, else the one that ends last."""
    found = [(pause, *days) for pause in pauses if (days := pause.on(day)) is not None]
    return max(found, key=lambda one: (one[0].then == "skip", one[2]), default=None)
