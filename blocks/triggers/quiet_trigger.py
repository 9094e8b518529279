"""Start when somebody has done nothing, or not bought, for too long."""

from datetime import datetime
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from blocks.contract import Card, Known, Preset, Problem, Subject, Timed
from blocks.dates import CALENDAR_CHOICES
from blocks.durations import moved, span, too_long
from blocks.phrase import Phrase, Quoted, say
from blocks.rule_problems import rule_problems
from blocks.rules import OnlyIf, Rule


class QuietTrigger(Timed):
    """Starts a run when that long has passed since the contact last did `event`, or with none, since we last heard of them.

    Who never did it is not waited for. Events that flows let happen, and dates that come, are no sign of life. Each
    silence starts one run. With "" the time is right to the hour.
    """

    happening: ClassVar = "Quiet for a while"
    late_is_fine: ClassVar = True
    kind: Literal["quiet_trigger"] = "quiet_trigger"
    card: ClassVar = Card(
        title="Nothing happens for a while",
        icon="snooze",
        family="trigger",
        describe="Starts when a Contact has not bought, or has done nothing at all, for days or months",
        presets=(
            Preset(
                "no_order",
                "No order for a while",
                "remove_shopping_cart",
                {"event": "Order placed", "amount": 90, "unit": "days"},
                "win back winback lapsed inactive order",
            ),
            Preset(
                "quiet",
                "Nothing happens for a while",
                "snooze",
                {"event": "", "amount": 35, "unit": "days"},
                "inactive re-engage sunset silent activity",
            ),
        ),
    )

    event: Annotated[
        str, Field(max_length=200, title="No sign of this (empty: of anything)", json_schema_extra={"widget": "event"})
    ] = ""
    amount: Annotated[int, Field(ge=1, le=1000, title="For", json_schema_extra={"widget": "duration"})] = 35
    unit: Annotated[
        Literal["days", "weeks", "months"],
        Field(title="Unit", json_schema_extra={"widget": "part_of", "field": "amount", "choices": CALENDAR_CHOICES}),
    ] = "days"
    where: OnlyIf = None

    def filter(self) -> Rule | None:
        return self.where

    def due(self, who: Subject, after: datetime) -> datetime | None:
        last = who.last(self.event)
        if last is None:
            return None
        due = moved(last, self.amount, self.unit, who.zone)
        return due if due >= after else None

    def watches(self) -> str:
        return self.event

    def tells(self) -> dict[str, Any]:
        return {"missing": self.event} if self.event else {}

    def say(self, known: Known) -> Phrase:
        time = span(self.amount, self.unit)
        if self.event == "Order placed":
            return say("When someone who has bought places no order for {time}", time=time)
        if self.event:
            return say("When {event} has not happened again for {time}", event=Quoted(self.event), time=time)
        return say("When nothing is heard of someone for {time}", time=time)

    def problems(self, known: Known) -> list[Problem]:
        found = rule_problems(self.where, known, event="", field="where")
        if too_long(self.amount, self.unit):
            found.append(Problem("wait_too_long", say("This can be 2 years at most."), field="amount"))
        return found
