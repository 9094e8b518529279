"""Start at a time of the calendar: once, every week, before a holiday, for everybody in a segment."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import islice
from typing import Annotated, Any, ClassVar, Literal
from zoneinfo import ZoneInfo

from pydantic import Field, field_validator

from blocks.clocks import where
from blocks.contract import Calendar, Card, Known, Preset, Problem, Today
from blocks.dates import WHEN_CHOICES, HourSetting, Off, When, in_year
from blocks.durations import moved_days, span
from blocks.phrase import Day, Phrase, Quoted, TimeOfDay, Weekdays, say
from blocks.recurrence import LONGEST, NotARule, Recurrence, read_recurrence
from blocks.recurrence import YEARS_AHEAD as RULE_YEARS_AHEAD
from blocks.recurrence_said import say_recurrence
from blocks.rule_problems import rule_problems
from blocks.rules import OnlyIf, Rule
from blocks.scheduled import HOLIDAYS, Holiday, Scheduled

Repeat = Literal["once", "daily", "weekly", "monthly", "yearly", "holiday", "rule"]
REPEAT_CHOICES = {
    "once": "Once",
    "daily": "Every day",
    "weekly": "Every week",
    "monthly": "Every month",
    "yearly": "Every year",
    "holiday": "On or around a holiday",
    "rule": "By a calendar rule (RRULE)",
}
LAST_DAY = 31
FIRST_YEARS = range(2000, 2100)
"""In which a rule may begin: what is counted is counted from there."""
YEARS_AHEAD = 5
"""So far ahead is looked for a holiday of which no date may be known."""


class ScheduleTrigger(Scheduled):
    """Starts a run for everybody who is in the segment when clocks of the flow or the shop, or their own, show `at` on the day.

    A day that a month does not have is its last one: 31 is always the last. A time that daylight saving skips is the next
    minute that exists; a time that happens twice counts once.
    """

    kind: Literal["schedule_trigger"] = "schedule_trigger"
    card: ClassVar = Card(
        title="On a schedule",
        icon="calendar_month",
        family="trigger",
        describe="Starts at a date, every week or month, or before a holiday, for everybody in a Segment",
        rank=30,
        presets=(
            Preset(
                "once",
                "Once, at a date and time",
                "event",
                {"repeat": "once"},
                "offer newsletter campaign blast calendar schedule date",
            ),
            Preset(
                "weekly_offer",
                "Every week or month",
                "calendar_month",
                {"repeat": "weekly", "weekdays": [5]},
                "offer newsletter recurring daily weekly monthly yearly schedule calendar",
            ),
            Preset(
                "before_holiday",
                "Before a holiday",
                "celebration",
                {"repeat": "holiday", "holiday": "songkran", "when": "before", "amount": 1, "unit": "weeks"},
                "offer christmas new year songkran lebaran eid chinese valentine mother 11.11 12.12 black friday season",
            ),
            Preset(
                "payday",
                "Payday",
                "payments",
                {"repeat": "monthly", "day": 25},
                "offer salary month 25 schedule calendar",
            ),
        ),
    )

    to: Annotated[
        Literal["segment", "everybody"],
        Field(
            title="For whom",
            json_schema_extra={
                "widget": "select",
                "choices": {"segment": "Everybody in a Segment", "everybody": "All Contacts"},
            },
        ),
    ] = "segment"
    segment: Annotated[
        str,
        Field(max_length=200, title="Segment", json_schema_extra={"widget": "segment", "only": {"to": "segment"}}),
    ] = ""
    repeat: Annotated[
        Repeat, Field(title="How often", json_schema_extra={"widget": "select", "choices": REPEAT_CHOICES})
    ] = "once"
    on: Annotated[
        str,
        Field(max_length=10, title="On", json_schema_extra={"widget": "date", "only": {"repeat": ("once", "yearly")}}),
    ] = ""
    weekdays: Annotated[
        tuple[Annotated[int, Field(ge=1, le=7)], ...],
        Field(
            title="On these days",
            json_schema_extra={"widget": "weekdays", "needed": True, "only": {"repeat": "weekly"}},
        ),
    ] = ()
    day: Annotated[
        int,
        Field(
            ge=1,
            le=LAST_DAY,
            title="On day (31: the last of the month)",
            json_schema_extra={"widget": "number", "only": {"repeat": "monthly"}},
        ),
    ] = 1
    holiday: Annotated[
        Holiday,
        Field(
            title="Holiday",
            json_schema_extra={"widget": "select", "choices": dict(HOLIDAYS), "only": {"repeat": "holiday"}},
        ),
    ] = "christmas"
    when: Annotated[
        When,
        Field(
            title="When",
            json_schema_extra={
                "widget": "select",
                "choices": WHEN_CHOICES,
                "only": {"repeat": "holiday"},
            },
        ),
    ] = "before"
    amount: Annotated[
        int,
        Field(
            ge=1,
            le=180,
            title="By how much",
            json_schema_extra={"widget": "duration", "only": {"repeat": "holiday", "when": ("before", "after")}},
        ),
    ] = 7
    unit: Annotated[
        Literal["days", "weeks"],
        Field(
            title="Unit",
            json_schema_extra={
                "widget": "part_of",
                "field": "amount",
                "choices": {"days": "days", "weeks": "weeks"},
            },
        ),
    ] = "days"
    rule: Annotated[
        str,
        Field(
            max_length=LONGEST,
            title="Calendar rule",
            json_schema_extra={"widget": "recurrence", "hint": "FREQ=MONTHLY;BYDAY=-1FR", "only": {"repeat": "rule"}},
        ),
    ] = ""
    since: Annotated[
        str,
        Field(
            max_length=10,
            title="First day, from which it counts",
            json_schema_extra={"widget": "date", "only": {"repeat": "rule"}},
        ),
    ] = ""
    at: HourSetting = "09:00"
    clocks: Annotated[
        Literal["shop", "own"],
        Field(
            title="Whose clocks",
            json_schema_extra={
                "widget": "select",
                "choices": {"shop": "The shop’s, or those of the Flow’s time zone", "own": "Each Contact’s own"},
            },
        ),
    ] = "shop"
    late_is_fine: Annotated[
        bool, Field(title="Start even when it is over a day late", json_schema_extra={"widget": "switch"})
    ] = False
    where: OnlyIf = None

    came_later: ClassVar = frozenset({"rule", "since", "clocks"})

    @field_validator("on", "since")
    @classmethod
    def _a_date(cls, text: str) -> str:
        if text:
            try:
                date.fromisoformat(text)
            except ValueError:
                raise ValueError("this is no date; write it as 2026-12-24") from None
        return text

    @field_validator("since")
    @classmethod
    def _near(cls, text: str) -> str:
        if text and date.fromisoformat(text).year not in FIRST_YEARS:
            raise ValueError("choose a day between 2000 and 2099")
        return text

    @field_validator("weekdays")
    @classmethod
    def _in_order(cls, days: tuple[int, ...]) -> tuple[int, ...]:
        return tuple(sorted(set(days)))

    def filter(self) -> Rule | None:
        return self.where

    def whom(self) -> str:
        return self.segment if self.to == "segment" else ""

    def says_whom(self) -> bool:
        return self.to == "everybody" or bool(self.segment)

    def own_clocks(self) -> bool:
        return self.clocks == "own"

    def still_good_late(self) -> bool:
        return self.late_is_fine

    def tells(self) -> dict[str, Any]:
        about = {"segment": self.segment} if self.whom() else {}
        return about | ({"holiday": self.holiday} if self.repeat == "holiday" else {})

    def next_at(self, after: datetime, zone: ZoneInfo, calendar: Calendar) -> datetime | None:
        off = Off(self.when if self.repeat == "holiday" else "on", self.amount, self.unit, self.at)
        # A day back: with an hour that is skipped or comes twice, the day before may still be the one.
        start = after.astimezone(zone).date() - timedelta(days=1)
        instants = (off.instant(day, zone) for day in self._days(start, calendar))
        at = next((at for at in instants if at >= after), None)
        until = rule.until if (rule := self._rule()) is not None else None
        return None if at is not None and isinstance(until, datetime) and at > until else at

    def _days(self, start: date, calendar: Calendar) -> Iterator[date]:
        """The days from which it is reckoned, in order: all that may matter from `start` on."""
        match self.repeat:
            case "once":
                yield from [date.fromisoformat(self.on)] if self.on else []
            case "daily" | "weekly":
                wanted = self.weekdays if self.repeat == "weekly" else ()
                for ahead in range(10):
                    day = start + timedelta(days=ahead)
                    if not wanted or day.isoweekday() in wanted:
                        yield day
            case "monthly":
                first = datetime(start.year, start.month, 1)
                for ahead in range(3):
                    last = moved_days(first, ahead + 1, "months") - timedelta(days=1)
                    yield last.replace(day=min(self.day, last.day)).date()
            case "yearly":
                if self.on:
                    yield from (in_year(date.fromisoformat(self.on), start.year + ahead) for ahead in range(3))
            case "holiday":
                for year in range(start.year - 1, start.year + YEARS_AHEAD):
                    yield from calendar.days(self.holiday, year)
            case "rule":
                if (rule := self._rule()) is not None and self.since:
                    yield from _next_days(rule, date.fromisoformat(self.since), start)

    def _rule(self) -> Recurrence | None:
        """The calendar rule it goes by, if that is right."""
        try:
            return read_recurrence(self.rule) if self.repeat == "rule" else None
        except NotARule:
            return None

    def say(self, known: Known) -> Phrase:
        named = Quoted(known.segments.get(self.segment, self.segment or "…"))
        whom = named if self.to == "segment" else say("all Contacts")
        if self.own_clocks():
            return say("{when} where each of them lives, for {whom}", when=self._say_when(), whom=whom)
        if known.zone:
            return say("{when} {where}, for {whom}", when=self._say_when(), where=where(known.zone), whom=whom)
        return say("{when}, for {whom}", when=self._say_when(), whom=whom)

    def _say_when(self) -> Phrase:
        at, day = TimeOfDay(self.at), Day(date.fromisoformat(self.on)) if self.on else "…"
        match self.repeat:
            case "once":
                return say("Once on {day}, {at}", day=day, at=at)
            case "weekly" if 0 < len(self.weekdays) < 7:
                return say("Every week on {days}, {at}", days=Weekdays(self.weekdays), at=at)
            case "daily" | "weekly":
                return say("Every day, {at}", at=at)
            case "monthly" if self.day == LAST_DAY:
                return say("On the last day of every month, {at}", at=at)
            case "monthly":
                return say("On day {day} of every month, {at}", day=self.day, at=at)
            case "yearly":
                return say("Every year on {day}, {at}", day=self._day_of_year(), at=at)
            case "rule":
                if (rule := self._rule()) is None:
                    return say("By a calendar rule, {at}", at=at)
                return say("{first}, {more}", first=say_recurrence(rule), more=at)
        holiday, time = Phrase(HOLIDAYS[self.holiday]), span(self.amount, self.unit)
        match self.when:
            case "on":
                return say("Every year on {holiday}, {at}", holiday=holiday, at=at)
            case "before":
                return say("Every year {time} before {holiday}, {at}", time=time, holiday=holiday, at=at)
        return say("Every year {time} after {holiday}, {at}", time=time, holiday=holiday, at=at)

    def _day_of_year(self) -> str:
        """Without the year, in figures that no language reads the wrong way round."""
        return f"{date.fromisoformat(self.on):%d.%m.}" if self.on else "…"

    def problems(self, known: Known) -> list[Problem]:
        found = rule_problems(self.where, known, event="", field="where")
        if not self.says_whom():
            found.append(Problem("segment_missing", say("Choose the Segment"), field="segment"))
        elif self.whom() and self.segment not in known.segments:
            text = say(
                "There is no published Segment {name}. Publish it, or choose another.", name=Quoted(self.segment)
            )
            found.append(Problem("unknown_segment", text, field="segment"))
        if self.repeat in ("once", "yearly") and not self.on:
            found.append(Problem("date_missing", say("Choose the date"), field="on"))
        elif self.repeat == "weekly" and not self.weekdays:
            found.append(Problem("weekday_missing", say("Choose at least one day."), field="weekdays"))
        elif self.repeat == "rule" and (wrong := self._wrong_rule()) is not None:
            found.append(wrong)
        elif (today := known.today) and not self._still_comes(today, known.clocks):
            found.append(self._never())
        return found

    def _still_comes(self, today: Today, clocks: ZoneInfo) -> bool:
        """Whether there is a time to come for anybody, wherever they live."""
        zone = _WESTERNMOST if self.own_clocks() else clocks
        return self.next_at(today.now, zone, today.calendar) is not None

    def _wrong_rule(self) -> Problem | None:
        if not self.rule:
            return Problem("rule_missing", say("Write the calendar rule"), field="rule")
        try:
            read_recurrence(self.rule)
        except NotARule as wrong:
            return Problem("wrong_rule", wrong.phrase, field="rule")
        return None if self.since else Problem("date_missing", say("Choose the date"), field="since")

    def _never(self) -> Problem:
        """What is said where no time is to come."""
        if self.repeat == "holiday":
            text = say(
                "No date is known for {holiday}. Choose a date yourself.", holiday=Phrase(HOLIDAYS[self.holiday])
            )
            return Problem("no_date_known", text, field="holiday")
        if self.repeat == "rule":
            text = say("No day in the next {years} years fits this rule, so nobody enters.", years=RULE_YEARS_AHEAD)
            return Problem("time_passed", text, "warn", field="rule")
        # No obstacle: a flow whose one time is over can still be changed for those inside.
        text = say("This time has passed, so nobody enters. Choose one that is still to come.")
        return Problem("time_passed", text, "warn", field="on")


_WESTERNMOST = ZoneInfo("Etc/GMT+12")
"""Where an hour comes last; twelve hours behind UTC, though its name says plus."""


@lru_cache(maxsize=256)
def _next_days(rule: Recurrence, first: date, start: date) -> tuple[date, ...]:
    """The next few days, as many as a time of day may pass over. Remembered: by each contact's own clocks it is asked for
    every zone, where it is the same day or the next."""
    return tuple(islice(rule.days(first, start), 4))
