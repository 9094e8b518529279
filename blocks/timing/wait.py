"""Hold the contact for a length of time."""

from datetime import datetime, time
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from blocks.clocks import where
from blocks.contract import Block, Card, Context, Decision, Go, Known, Preset, Problem, Reason, Sleep
from blocks.durations import CHOICES, Unit, moved, moved_days, shortest, span, too_long
from blocks.phrase import Moment, Phrase, TimeOfDay, say
from blocks.zones import local_to_utc, next_time


class Wait(Block):
    """Waits from arrival here, or from entering the flow; a time that has passed already holds nobody.

    A day is 24 hours; a month is the same day and hour of a later month, in the contact's zone. With `at`, days, weeks and
    months are counted on the calendar and end at that time of day where the contact lives.
    """

    kind: Literal["wait"] = "wait"
    card: ClassVar = Card(
        title="Wait",
        icon="schedule",
        family="timing",
        describe="Holds the Contact for minutes, hours, days, weeks or months",
        rank=10,
        presets=(
            Preset("wait", "Wait", "schedule", {"amount": 1, "unit": "hours"}, "time delay pause duration later"),
        ),
        compact=True,
    )
    reasons: ClassVar = {"waits": "Waits until {until}"}

    amount: Annotated[int, Field(ge=1, le=100_000, title="Wait for", json_schema_extra={"widget": "duration"})] = 1
    unit: Annotated[
        Unit,
        Field(title="Unit", json_schema_extra={"widget": "part_of", "field": "amount", "choices": CHOICES}),
    ] = "hours"
    since: Annotated[
        Literal["arriving", "entering"],
        Field(
            title="Counted from",
            json_schema_extra={
                "widget": "select",
                "choices": {"arriving": "Arriving at this Block", "entering": "Entering the Flow"},
            },
        ),
    ] = "arriving"
    at: Annotated[
        str,
        Field(
            pattern=r"^(([01]\d|2[0-3]):[0-5]\d)?$",
            title="At this time of day, if you like",
            json_schema_extra={"widget": "time", "only": {"unit": ("days", "weeks", "months")}},
        ),
    ] = ""

    def say(self, known: Known) -> Phrase:
        time = span(self.amount, self.unit)
        args = {"time": time, "hour": TimeOfDay(self.at), "where": where(known.zone)}
        match self.since, bool(self._hour):
            case "arriving", False:
                return say("Wait {time}", time=time)
            case "arriving", True:
                return say("Wait {time}, until {hour} {where}", **args)
            case _, False:
                return say("Wait until {time} after entering", time=time)
            case _:
                return say("Wait until {hour} {where}, {time} after entering", **args)

    def run(self, ctx: Context) -> Decision:
        due = self._due(ctx)
        if ctx.now >= due:
            return Go()
        return Sleep(due, Reason("waits", {"until": Moment(due, ctx.zone.key)}))

    def goes_by_clock(self) -> bool:
        return self._hour is not None

    def in_new_zone(self, ctx: Context) -> Decision:
        due = self._due(ctx)
        if self._hour is not None and due <= ctx.now:
            due = next_time(self._hour, ctx.zone, ctx.now)
        return Sleep(due, Reason("waits", {"until": Moment(due, ctx.zone.key)}))

    def holds_at_least(self) -> int:
        return shortest(self.amount, self.unit) if self.since == "arriving" and self._hour is None else 0

    def holds_exactly(self) -> int:
        return self.holds_at_least() if self.unit != "months" else 0

    def problems(self, known: Known) -> list[Problem]:
        if too_long(self.amount, self.unit):
            return [Problem("wait_too_long", say("A wait can last 2 years at most."), field="amount")]
        return []

    @property
    def _hour(self) -> time | None:
        return time.fromisoformat(self.at) if self.at and self.unit not in ("minutes", "hours") else None

    def _due(self, ctx: Context) -> datetime:
        start = ctx.arrived_at if self.since == "arriving" else ctx.entered_at
        if (hour := self._hour) is None:
            return moved(start, self.amount, self.unit, ctx.zone)
        wall = start.astimezone(ctx.zone).replace(fold=0, tzinfo=None)
        return local_to_utc(datetime.combine(moved_days(wall, self.amount, self.unit).date(), hour), ctx.zone)
