"""Hold the contact until a time of day or a weekday."""

from datetime import datetime, time
from typing import Annotated, ClassVar, Literal

from pydantic import Field, field_validator

from blocks.clocks import where
from blocks.contract import Block, Card, Context, Decision, Go, Known, Preset, Problem, Reason, Sleep
from blocks.phrase import Moment, Phrase, TimeOfDay, Weekdays, say
from blocks.zones import next_time


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
        due = self._next(ctx, ctx.arrived_at)
        return Go() if ctx.now >= due else _until(due, ctx)

    def goes_by_clock(self) -> bool:
        return True

    def in_new_zone(self, ctx: Context) -> Decision:
        # Not counted from arrival: that hour may be over there, and now be a bad one.
        return _until(self._next(ctx, ctx.now), ctx)

    def problems(self, known: Known) -> list[Problem]:
        return []

    def _next(self, ctx: Context, after: datetime) -> datetime:
        return next_time(time.fromisoformat(self.time), ctx.zone, after, self.weekdays)


def _until(due: datetime, ctx: Context) -> Sleep:
    return Sleep(due, Reason("waits", {"until": Moment(due, ctx.zone.key)}))
