"""Start when somebody has done nothing, or not bought, for too long."""

from datetime import datetime
from typing import Annotated, Any, ClassVar, Literal
from zoneinfo import ZoneInfo

from pydantic import Field

from blocks.beginning import INCLUDED, Beginning, BeginSetting, BeginWith
from blocks.contract import Card, Known, Preset, Problem, Subject, Timed
from blocks.dates import CALENDAR_CHOICES
from blocks.durations import moved, span, too_long
from blocks.phrase import Months, Phrase, Quoted, Span, say
from blocks.rule_problems import rule_problems
from blocks.rules import OnlyIf, Rule


class QuietTrigger(Beginning, Timed):
    """Starts a run when that long has passed since the contact last did `event`, or with none, since we last heard of them.

    Who never did it is not waited for. That a person opens or clicks an e-mail is a sign of life, that a machine does is
    none. Events that flows let happen, and dates that come, are none either. Each silence starts one run. With "" the time
    is right to the hour. Who was quiet for that long already when the flow is published enters only where `begin_with`
    says so.
    """

    happening: ClassVar = "Quiet for a while"
    late_is_fine: ClassVar = True
    apart: ClassVar = frozenset({"where", "begin_with"})
    kind: Literal["quiet_trigger"] = "quiet_trigger"
    card: ClassVar = Card(
        title="Nothing happens for a while",
        icon="snooze",
        family="trigger",
        describe="Starts when a Contact has not bought, or opened nothing, or done nothing at all, for days or months",
        presets=(
            Preset(
                "no_order",
                "No order for a while",
                "remove_shopping_cart",
                {"event": "Order placed", "amount": 90, "unit": "days"},
                "win back winback lapsed inactive order",
            ),
            Preset(
                "no_engagement",
                "No e-mail opened for a while",
                "unsubscribe",
                {"event": "Email opened", "amount": 60, "unit": "days"},
                "engagement opened clicked inactive sunset unengaged list hygiene",
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

    begin_with: BeginSetting = "later"

    def filter(self) -> Rule | None:
        return self.where

    def begins_with(self) -> BeginWith:
        return self.begin_with

    def members_of(self) -> str:
        return ""

    def silent_since(self, now: datetime, zone: ZoneInfo) -> datetime:
        return moved(now, -self.amount, self.unit, zone)

    def waits(self) -> bool:
        return self.goes_on()

    def listens_to(self) -> tuple[str, ...]:
        coming = (self.happening,) if self.goes_on() else ()
        return (*coming, INCLUDED) if self.includes() else coming

    def due(self, who: Subject, after: datetime) -> datetime | None:
        last = who.last(self.event)
        if last is None:
            return None
        due = moved(last, self.amount, self.unit, self.clocks(who))
        return due if due >= after else None

    def watches(self) -> str:
        return self.event

    def tells(self) -> dict[str, Any]:
        return {"missing": self.event} if self.event else {}

    def say(self, known: Known) -> Phrase:
        time = span(self.amount, self.unit)
        if self.begins_with() == "only_now":
            return self._say_only_now(time)
        if self.event == "Order placed":
            return say("When someone who has bought places no order for {time}", time=time)
        if self.event == "Email opened":
            return say("When someone who opened e-mails opens none for {time}", time=time)
        if self.event:
            return say("When {event} has not happened again for {time}", event=Quoted(self.event), time=time)
        return say("When nothing is heard of someone for {time}", time=time)

    def _say_only_now(self, time: Months | Span) -> Phrase:
        if self.event == "Order placed":
            return say("Only who has placed no order for {time} at publishing", time=time)
        if self.event:
            return say(
                "Only for whom {event} has not happened for {time} at publishing",
                event=Quoted(self.event),
                time=time,
            )
        return say("Only of whom nothing is heard for {time} at publishing", time=time)

    def problems(self, known: Known) -> list[Problem]:
        found = rule_problems(self.where, known, event="", field="where")
        if too_long(self.amount, self.unit):
            found.append(Problem("wait_too_long", say("This can be 2 years at most."), field="amount"))
        return found
