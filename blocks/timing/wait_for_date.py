"""Hold the contact until a date of theirs, or some time before or after it."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from blocks.clocks import where
from blocks.contract import Block, Card, Context, Decision, Go, Known, Outlet, Preset, Problem, Reason, Sleep
from blocks.dates import AmountSetting, HourSetting, Off, UnitSetting, WhenSetting, YearlySetting, day_of, is_over
from blocks.durations import span
from blocks.phrase import Moment, Phrase, TimeOfDay, say
from blocks.rule_words import readable
from blocks.values import safe_path


class WaitForDate(Block):
    """Waits until clocks where the contact lives show `at` on the day of a date field, or days, weeks or months off it.

    Who has no such date, or whose time for it had passed on arrival, leaves by "No date, or past"; so does who waited for a
    time before a day that is over by now. A date of the contact is looked at again whenever something about them changes, and
    any on waking, so that one that was moved meanwhile is waited for as it is now. With `yearly` the next anniversary counts;
    29 February falls on the 28th in other years.
    """

    keeps_time: ClassVar = False  # the date may have been moved since, and nobody is to be reminded of the old one
    kind: Literal["wait_for_date"] = "wait_for_date"
    card: ClassVar = Card(
        title="Wait for a date",
        icon="event",
        family="timing",
        describe="Holds the Contact until a date in their fields or in the event, or days before or after it",
        presets=(
            Preset(
                "wait_for_date",
                "Wait for a date",
                "event",
                {"of": "contact", "field": "birthday", "when": "on", "yearly": True},
                "birthday anniversary appointment delivery date before after",
            ),
        ),
    )
    reasons: ClassVar = {
        "waits": "Waits until {until}",
        "no_date": "{field} is not known, or is no date",
        "date_passed": "{field} had passed: {until}",
    }

    of: Annotated[
        Literal["contact", "event"],
        Field(
            title="A date of",
            json_schema_extra={"widget": "select", "choices": {"contact": "the Contact", "event": "the event"}},
        ),
    ] = "contact"
    field: Annotated[
        str,
        Field(min_length=1, max_length=200, title="Which date", json_schema_extra={"widget": "property", "of": "of"}),
    ]
    when: WhenSetting = "on"
    amount: AmountSetting = 1
    unit: UnitSetting = "days"
    at: HourSetting = "09:00"
    yearly: YearlySetting = False

    def outlets(self) -> tuple[Outlet, ...]:
        return (Outlet("next", "On time"), Outlet("missed", "No date, or past"))

    def say(self, known: Known) -> Phrase:
        args = {"field": readable(self.field), "at": TimeOfDay(self.at), "time": span(self.amount, self.unit)}
        args["where"] = where(known.zone)
        match self.when:
            case "on":
                return say("Wait until {field}, {at} {where}", **args)
            case "before":
                return say("Wait until {time} before {field}, {at} {where}", **args)
            case _:
                return say("Wait until {time} after {field}, {at} {where}", **args)

    def run(self, ctx: Context) -> Decision:
        day = day_of(ctx.contact if self.of == "contact" else ctx.event, self.field, ctx.zone)
        if day is None:
            return Go("missed", Reason("no_date", {"field": readable(self.field)}))
        off = Off(self.when, self.amount, self.unit, self.at)
        if self.yearly:
            day, due = off.next_anniversary(day, ctx.zone, ctx.arrived_at)
        else:
            due = off.instant(day, ctx.zone)
        until = Moment(due, ctx.zone.key)
        if due < ctx.arrived_at or (self.when == "before" and is_over(day, ctx.zone, ctx.now)):
            return Go("missed", Reason("date_passed", {"field": readable(self.field), "until": until}))
        return Go() if ctx.now >= due else Sleep(due, Reason("waits", {"until": until}))

    def goes_by_clock(self) -> bool:
        return self.of == "event"  # a date of the contact is looked at again in any case

    def looks_again(self) -> bool:
        return self.of == "contact"

    def awaits(self) -> str:
        return self.field if self.of == "contact" else ""

    def problems(self, known: Known) -> list[Problem]:
        if self.of == "contact" and known.contact_fields and safe_path(self.field) not in known.contact_fields:
            text = say("No Contact has the field {name} yet. Check how it is spelled.", name=self.field)
            return [Problem("unknown_contact_field", text, level="warn", field="field")]
        return []
