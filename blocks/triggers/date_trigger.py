"""Start when a date of the contact comes: a birthday, a renewal, the day after an appointment."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Annotated, Any, ClassVar, Literal
from zoneinfo import ZoneInfo

from pydantic import Field

from blocks.clocks import where
from blocks.contract import DATE, Card, Elsewhere, Known, Preset, Problem, Subject, Timed
from blocks.dates import (
    AmountSetting,
    HourSetting,
    Off,
    UnitSetting,
    WhenSetting,
    YearlySetting,
    day_of,
    in_year,
    is_over,
)
from blocks.durations import span
from blocks.phrase import Phrase, TimeOfDay, say
from blocks.rule_problems import rule_problems
from blocks.rule_words import readable
from blocks.rules import OnlyIf, Rule
from blocks.values import Typed, safe_path

LATE_CHOICES = {
    "skip": "They do not enter",
    "enter": "They enter at once, at the point where they would be",
}
MOVED_CHOICES = {
    "stay": "They go on as they are",
    "follow": "They go by the new date",
    "leave": "They leave the Flow",
}


class DateTrigger(Timed):
    """Starts a run when clocks where the contact lives show `at` on the day of a date field, or days, weeks or months off
    it; every year again with `yearly` (29 February falls on the 28th in other years).

    A date that is set or changed so late that its time has passed lets nobody enter, or those whose day is still to come, as
    `if_late` says; who is inside for a date that is changed goes on, goes by the new one, or leaves, as `if_moved` says.
    """

    happening: ClassVar = "Date reached"
    apart: ClassVar = frozenset({"where", "if_moved"})
    # Nobody who was let in before there was this setting is to be taken for somebody new.
    came_later: ClassVar = frozenset({"if_late"})
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
    if_late: Annotated[
        Literal["skip", "enter"],
        Field(
            title="If the date is set or changed too late for it",
            json_schema_extra={"widget": "select", "choices": LATE_CHOICES, "only": {"when": ("on", "before")}},
        ),
    ] = "skip"
    if_moved: Annotated[
        Literal["stay", "follow", "leave"],
        Field(
            title="If the date changes while they are inside",
            json_schema_extra={"widget": "select", "choices": MOVED_CHOICES},
        ),
    ] = "stay"
    where: OnlyIf = None

    def filter(self) -> Rule | None:
        return self.where

    def due(self, who: Subject, after: datetime) -> datetime | None:
        day = day_of(who.contact, self.field, self.clocks(who))
        if day is None:
            return None
        if self.yearly:
            return self._off.next_anniversary(day, self.clocks(who), after)[1]
        due = self._off.instant(day, self.clocks(who))
        return due if due >= after else None

    def enters_late(self) -> bool:
        return self.if_late == "enter" and self.when != "after"

    def missed(self, who: Subject, now: datetime) -> datetime | None:
        if not self.enters_late():
            return None
        passed = [
            at for then, at in self._occurrences(who, now) if at < now and not is_over(then, self.clocks(who), now)
        ]
        return max(passed, default=None)

    def day_for(self, who: Subject, at: datetime) -> date | None:
        found = min(self._occurrences(who, at), key=lambda one: abs(one[1] - at), default=None)
        return None if found is None else found[0]

    def minds_changes(self) -> bool:
        return self.if_moved != "stay"

    def belongs(self, who: Subject, event: Typed, now: datetime) -> Elsewhere | None:
        was = day_of(event, DATE, ZoneInfo("UTC"))
        if not self.minds_changes() or was is None:
            return None
        day = day_of(who.contact, self.field, self.clocks(who))
        if day is not None and self.yearly:
            day = min((in_year(day, was.year + off) for off in (-1, 0, 1)), key=lambda one: abs(one - was))
        if day == was:
            return None
        if day is None or self.if_moved == "leave" or (self.when != "after" and is_over(day, self.clocks(who), now)):
            return Elsewhere(None)
        return Elsewhere(self._off.instant(day, self.clocks(who)))

    @property
    def _off(self) -> Off:
        return Off(self.when, self.amount, self.unit, self.at)

    def _occurrences(self, who: Subject, now: datetime) -> Iterator[tuple[date, datetime]]:
        day = day_of(who.contact, self.field, self.clocks(who))
        if day is not None and self.yearly:
            yield from self._off.occurrences(day, self.clocks(who), now)
        elif day is not None:
            yield day, self._off.instant(day, self.clocks(who))

    def tells(self) -> dict[str, Any]:
        return {"field": self.field}

    def say(self, known: Known) -> Phrase:
        args = {"field": readable(self.field), "at": TimeOfDay(self.at), "time": span(self.amount, self.unit)}
        args["where"] = where(known.zone)
        match self.when, self.yearly:
            case "on", True:
                return say("Every year on {field}, {at} {where}", **args)
            case "on", False:
                return say("On {field}, {at} {where}", **args)
            case "before", True:
                return say("Every year {time} before {field}, {at} {where}", **args)
            case "before", False:
                return say("{time} before {field}, {at} {where}", **args)
            case _, True:
                return say("Every year {time} after {field}, {at} {where}", **args)
            case _:
                return say("{time} after {field}, {at} {where}", **args)

    def problems(self, known: Known) -> list[Problem]:
        found = rule_problems(self.where, known, event="", field="where")
        if known.contact_fields and safe_path(self.field) not in known.contact_fields:
            text = say("No Contact has the field {name} yet. Check how it is spelled.", name=self.field)
            found.append(Problem("unknown_contact_field", text, level="warn", field="field"))
        return found
