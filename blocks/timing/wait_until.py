"""Hold the contact until a time of day or a weekday."""

from datetime import datetime, time, timedelta
from typing import Annotated, ClassVar, Literal

from pydantic import Field, field_validator

from blocks.clocks import where
from blocks.contract import Block, Card, Context, Decision, Go, Known, Preset, Problem, Reason, Sleep
from blocks.phrase import Moment, Phrase, TimeOfDay, Weekdays, say
from blocks.zones import local_to_utc


class WaitUntil(Block):
    """Waits for the next time that clocks where the contact lives show `time`, on one of `weekdays` (none: any day).

    A contact who arrives exactly then passes at once. A time that daylight saving skips is the next minute that exists;
    a time that happens twice counts once.
    """

    kind: Literal["wait_until"] = "wait_until"
    card: ClassVar = Card(
        title="Wait for a good hour",
        icon="bedtime",
        family="timing",
        describe="Holds the Contact until a time of day or a weekday, where they live",
        presets=(
            Preset(
                "wait_until",
                "Wait for a good hour",
                "bedtime",
                {"time": "09:00", "weekdays": []},
                "time of day weekday morning delay until",
            ),
        ),
    )
    reasons: ClassVar = {"waits": "Waits until {until}"}

    time: Annotated[
        str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$", title="Time of day", json_schema_extra={"widget": "time"})
    ] = "09:00"
    weekdays: Annotated[
        tuple[Annotated[int, Field(ge=1, le=7)], ...],
        Field(title="On these days", json_schema_extra={"widget": "weekdays"}),
    ] = ()

    @field_validator("weekdays")
    @classmethod
    def _in_order(cls, days: tuple[int, ...]) -> tuple[int, ...]:
        return tuple(sorted(set(days)))

    def say(self, known: Known) -> Phrase:
        args = {"time": TimeOfDay(self.time), "where": where(known.zone)}
        if not self.weekdays or len(self.weekdays) == 7:
            return say("Wait until {time} {where}", **args)
        return say("Wait until {time} on {days} {where}", days=Weekdays(self.weekdays), **args)

    def run(self, ctx: Context) -> Decision:
        due = self._due(ctx)
        if ctx.now >= due:
            return Go()
        return Sleep(due, Reason("waits", {"until": Moment(due, ctx.zone.key)}))

    def problems(self, known: Known) -> list[Problem]:
        return []

    def _due(self, ctx: Context) -> datetime:
        wall = time.fromisoformat(self.time)
        day = ctx.arrived_at.astimezone(ctx.zone).date()
        for ahead in range(9):
            date = day + timedelta(days=ahead)
            if self.weekdays and date.isoweekday() not in self.weekdays:
                continue
            due = local_to_utc(datetime.combine(date, wall), ctx.zone)
            if due >= ctx.arrived_at:
                return due
        raise AssertionError("every weekday comes within eight days")
