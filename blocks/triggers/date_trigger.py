"""Start when a date of the contact comes: a birthday, a renewal, the day after an appointment."""

from datetime import datetime
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from blocks.contract import Card, Known, Preset, Problem, Subject, Timed
from blocks.dates import AmountSetting, HourSetting, Off, UnitSetting, WhenSetting, YearlySetting, day_of
from blocks.durations import span
from blocks.phrase import Phrase, TimeOfDay, say
from blocks.rule_problems import rule_problems
from blocks.rule_words import readable
from blocks.rules import OnlyIf, Rule
from blocks.values import safe_path


class DateTrigger(Timed):
    """Starts a run when clocks where the contact lives show `at` on the day of a date field, or days, weeks or months off
    it; every year again with `yearly` (29 February falls on the 28th in other years).

    Only times that are still to come count: who was born today before `at` had passed enters next year. A date that is set
    or changed counts from the contact's next event on.
    """

    happening: ClassVar = "Date reached"
    kind: Literal["date_trigger"] = "date_trigger"
    card: ClassVar = Card(
        title="A date comes",
        icon="cake",
        family="trigger",
        describe="Starts on a date in the Contact’s fields, or days before or after it, where they live",
        presets=(
            Preset(
                "birthday",
                "Birthday",
                "cake",
                {"field": "birthday", "when": "before", "amount": 7, "yearly": True},
                "birthday anniversary date born",
            ),
            Preset(
                "date_comes",
                "A date comes",
                "event",
                {"field": "", "yearly": False},
                "renewal appointment expiry delivery date field",
            ),
        ),
    )

    field: Annotated[
        str,
        Field(
            min_length=1, max_length=200, title="Which date", json_schema_extra={"widget": "property", "of": "contact"}
        ),
    ]
    when: WhenSetting = "on"
    amount: AmountSetting = 1
    unit: UnitSetting = "days"
    at: HourSetting = "09:00"
    yearly: YearlySetting = True
    where: OnlyIf = None

    def filter(self) -> Rule | None:
        return self.where

    def due(self, who: Subject, after: datetime) -> datetime | None:
        day = day_of(who.contact, self.field, who.zone)
        if day is None:
            return None
        off = Off(self.when, self.amount, self.unit, self.at)
        if self.yearly:
            return off.next_anniversary(day, who.zone, after)
        due = off.instant(day, who.zone)
        return due if due >= after else None

    def tells(self) -> dict[str, Any]:
        return {"field": self.field}

    def say(self, known: Known) -> Phrase:
        args = {"field": readable(self.field), "at": TimeOfDay(self.at), "time": span(self.amount, self.unit)}
        match self.when, self.yearly:
            case "on", True:
                return say("Every year on {field}, {at} where they live", **args)
            case "on", False:
                return say("On {field}, {at} where they live", **args)
            case "before", True:
                return say("Every year {time} before {field}, {at} where they live", **args)
            case "before", False:
                return say("{time} before {field}, {at} where they live", **args)
            case _, True:
                return say("Every year {time} after {field}, {at} where they live", **args)
            case _:
                return say("{time} after {field}, {at} where they live", **args)

    def problems(self, known: Known) -> list[Problem]:
        found = rule_problems(self.where, known, event="", field="where")
        if known.contact_fields and safe_path(self.field) not in known.contact_fields:
            text = say("No Contact has the field {name} yet. Check how it is spelled.", name=self.field)
            found.append(Problem("unknown_contact_field", text, level="warn", field="field"))
        return found
