"""Hold the contact until a date of theirs, or some time before or after it."""

from datetime import UTC, date, datetime, time
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from blocks.contract import Block, Card, Context, Decision, Go, Known, Outlet, Preset, Problem, Reason, Sleep
from blocks.durations import moved_days, span
from blocks.phrase import Moment, Phrase, TimeOfDay, say
from blocks.rule_words import readable
from blocks.values import moment, safe_path
from blocks.zones import local_to_utc


class WaitForDate(Block):
    """Waits until clocks where the contact lives show `at` on the day of a date field, or days, weeks or months off it.

    Who has no such date, or whose day had passed on arrival, leaves by "No date, or past". A date is looked at on arrival
    and again on waking, so that one that was moved to later meanwhile is waited for. With `yearly` the next anniversary
    counts; 29 February falls on the 28th in other years.
    """

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
    when: Annotated[
        Literal["on", "before", "after"],
        Field(
            title="When",
            json_schema_extra={
                "widget": "select",
                "choices": {"on": "On the day", "before": "Before the day", "after": "After the day"},
            },
        ),
    ] = "on"
    amount: Annotated[
        int,
        Field(
            ge=1,
            le=1000,
            title="By how much",
            json_schema_extra={"widget": "duration", "only": {"when": ("before", "after")}},
        ),
    ] = 1
    unit: Annotated[
        Literal["days", "weeks", "months"],
        Field(
            title="Unit",
            json_schema_extra={
                "widget": "part_of",
                "field": "amount",
                "choices": {"days": "days", "weeks": "weeks", "months": "months"},
            },
        ),
    ] = "days"
    at: Annotated[
        str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$", title="At", json_schema_extra={"widget": "time"})
    ] = "09:00"
    yearly: Annotated[bool, Field(title="The same day every year", json_schema_extra={"widget": "switch"})] = False

    def outlets(self) -> tuple[Outlet, ...]:
        return (Outlet("next", "On time"), Outlet("missed", "No date, or past"))

    def say(self, known: Known) -> Phrase:
        args = {"field": readable(self.field), "at": TimeOfDay(self.at), "time": span(self.amount, self.unit)}
        match self.when:
            case "on":
                return say("Wait until {field}, {at} where they live", **args)
            case "before":
                return say("Wait until {time} before {field}, {at} where they live", **args)
            case _:
                return say("Wait until {time} after {field}, {at} where they live", **args)

    def run(self, ctx: Context) -> Decision:
        day = self._day(ctx)
        if day is None:
            return Go("missed", Reason("no_date", {"field": readable(self.field)}))
        due = self._due(day, ctx)
        until = Moment(due, ctx.zone.key)
        if due < ctx.arrived_at:
            return Go("missed", Reason("date_passed", {"field": readable(self.field), "until": until}))
        return Go() if ctx.now >= due else Sleep(due, Reason("waits", {"until": until}))

    def problems(self, known: Known) -> list[Problem]:
        if self.of == "contact" and known.contact_fields and safe_path(self.field) not in known.contact_fields:
            text = say("No Contact has the field {name} yet. Check how it is spelled.", name=self.field)
            return [Problem("unknown_contact_field", text, level="warn", field="field")]
        return []

    def _day(self, ctx: Context) -> date | None:
        typed = ctx.contact if self.of == "contact" else ctx.event
        value = typed["d"].get(safe_path(self.field))
        first = value[0] if isinstance(value, list) and value else value
        if not isinstance(first, int):
            return None
        at = moment(first)
        # Midnight UTC is what a date without an hour is kept as: it is that day everywhere.
        return at.date() if at.time() == time(0) else at.astimezone(ctx.zone).date()

    def _due(self, day: date, ctx: Context) -> datetime:
        if not self.yearly:
            return self._off(day, ctx)
        first = ctx.arrived_at.astimezone(UTC).year - 3
        dues = (self._off(_in_year(day, year), ctx) for year in range(first, first + 10))
        return next(due for due in dues if due >= ctx.arrived_at)

    def _off(self, day: date, ctx: Context) -> datetime:
        wall = datetime.combine(day, time.fromisoformat(self.at))
        if self.when != "on":
            wall = moved_days(wall, -self.amount if self.when == "before" else self.amount, self.unit)
        return local_to_utc(wall, ctx.zone)


def _in_year(day: date, year: int) -> date:
    try:
        return day.replace(year=year)
    except ValueError:  # 29 February
        return day.replace(year=year, day=28)
