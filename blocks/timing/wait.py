"""Hold the contact for a length of time."""

from calendar import monthrange
from datetime import datetime, timedelta
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from blocks.contract import Block, Card, Context, Decision, Go, Known, Preset, Problem, Reason, Sleep
from blocks.phrase import Moment, Months, Phrase, Span, say
from blocks.zones import local_to_utc

Unit = Literal["minutes", "hours", "days", "weeks", "months"]
SECONDS: dict[str, int] = {"minutes": 60, "hours": 3600, "days": 86_400, "weeks": 604_800}
LONGEST = timedelta(days=731)
LONGEST_MONTHS = 24


class Wait(Block):
    """Waits from arrival. A day is 24 hours; a month is the same day and hour of a later month, in the contact's zone."""

    kind: Literal["wait"] = "wait"
    card: ClassVar = Card(
        title="Wait",
        icon="schedule",
        family="timing",
        describe="Holds the Contact for minutes, hours, days, weeks or months",
        presets=(
            Preset("wait", "Wait", "schedule", {"amount": 1, "unit": "hours"}, "time delay pause duration later"),
        ),
        compact=True,
    )
    reasons: ClassVar = {"waits": "Waits until {until}"}

    amount: Annotated[int, Field(ge=1, le=100_000, title="Wait for", json_schema_extra={"widget": "duration"})] = 1
    unit: Annotated[
        Unit,
        Field(
            title="Unit",
            json_schema_extra={
                "widget": "part_of",
                "field": "amount",
                "choices": {
                    "minutes": "minutes",
                    "hours": "hours",
                    "days": "days",
                    "weeks": "weeks",
                    "months": "months",
                },
            },
        ),
    ] = "hours"

    def say(self, known: Known) -> Phrase:
        if self.unit == "months":
            return say("Wait {time}", time=Months(self.amount))
        return say("Wait {time}", time=Span(self.amount * SECONDS[self.unit]))

    def run(self, ctx: Context) -> Decision:
        due = self._due(ctx)
        if ctx.now >= due:
            return Go()
        return Sleep(due, Reason("waits", {"until": Moment(due, ctx.zone.key)}))

    def problems(self, known: Known) -> list[Problem]:
        if self.unit == "months":
            too_long = self.amount > LONGEST_MONTHS
        else:
            too_long = self.amount * SECONDS[self.unit] > LONGEST.total_seconds()
        if too_long:
            return [Problem("wait_too_long", say("A wait can last 2 years at most."), field="amount")]
        return []

    def _due(self, ctx: Context) -> datetime:
        if self.unit != "months":
            return ctx.arrived_at + timedelta(seconds=self.amount * SECONDS[self.unit])
        local = ctx.arrived_at.astimezone(ctx.zone)
        month = local.month - 1 + self.amount
        year, month = local.year + month // 12, month % 12 + 1
        day = min(local.day, monthrange(year, month)[1])
        return local_to_utc(local.replace(year=year, month=month, day=day, fold=0, tzinfo=None), ctx.zone)
