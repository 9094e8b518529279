"""The days of a backtest as a calendar, a week a row; a day opens its hours and who would have got what."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from functools import partial

from blocks.values import micros
from blocks.zones import local_to_utc
from builder.backtest.said import hour_name
from builder.parts.controls import avatar
from builder.parts.tag import Tag, tag
from runtime.backtest import Backtest, Day
from runtime.words import Words
from runtime.zones import zone_of

_LEVELS = 4
_LONG = 6
"""From so many weeks on, the days are lower."""


class Calendar:
    """`draw` the days where they belong, and `draw_day` the one that is chosen: at first the busiest."""

    def __init__(self, result: Backtest, w: Words, name_of: Callable[[str], str]) -> None:
        self._zone, self._w, self._name_of = result.zone, w, name_of
        self._days = result.draft.days
        self._most = max((day.sent for day in self._days), default=0)
        self._chosen = result.draft.busiest_day or self._days[-1]
        self._buttons: dict[str, Tag] = {}

    def draw(self) -> None:
        """The calendar with its legend."""
        w = self._w
        first = date.fromisoformat(self._days[0].date)
        monday = first - timedelta(days=first.weekday())
        by_date = {day.date: day for day in self._days}
        weeks = (date.fromisoformat(self._days[-1].date) - monday).days // 7 + 1
        with tag("div", "heat is-long" if weeks > _LONG else "heat", role="group", aria_label=w("Messages by day")):
            tag("span", "corner")
            for number in range(7):
                tag(
                    "span",
                    "d",
                    self._said(monday + timedelta(days=number), "weekday").split(" ")[0],
                    aria_hidden="true",
                )
            for week in range(weeks):
                begins = monday + timedelta(days=7 * week)
                tag("span", "wk", self._said(begins, "short"), aria_hidden="true")
                for number in range(7):
                    on = begins + timedelta(days=number)
                    day = by_date.get(on.isoformat())
                    if day is None:
                        tag("span", "c out")
                    else:
                        self._draw_cell(on, day)
        with tag("div", "bt-legend cw-cap", aria_hidden="true"):
            tag("span", "", w("Fewer"))
            for level in range(1, _LEVELS + 1):
                tag("i", f"bt-h{level}")
            tag("span", "", w("More"))
        self._mark()

    def draw_day(self) -> None:
        """A card with the chosen day."""
        self._card = tag("section", "cw-card cw-card-pad", aria_live="polite")
        self._show(self._chosen)

    def _draw_cell(self, on: date, day: Day) -> None:
        level = -(-_LEVELS * day.sent // self._most) if day.sent else 0
        cell = tag("button", f"c h{level}", type="button")
        label = self._w("{n} Message | {n} Messages", n=day.sent)
        cell.set(aria_label=f"{self._said(on, 'full')}: {label}", aria_pressed="false")
        with cell:
            tag("span", "", str(on.day))
            tag("b", "", self._w.number(day.sent) if day.sent else "")
        self._buttons[day.date] = cell
        cell.on_click(partial(self._choose, day))

    def _choose(self, day: Day) -> None:
        self._chosen = day
        self._mark()
        self._show(day)

    def _mark(self) -> None:
        for when, cell in self._buttons.items():
            on = when == self._chosen.date
            if on != ("is-on" in cell.classes):
                cell.classes(add="is-on") if on else cell.classes(remove="is-on")
                cell.set(aria_pressed="true" if on else "false")

    def _show(self, day: Day) -> None:
        w = self._w
        self._card.clear()
        with self._card:
            tag("h3", "", self._said(date.fromisoformat(day.date), "full"))
            tag("p", "cw-13", w("{n} Message | {n} Messages", n=day.sent))
            if not day.sent:
                return
            most = max(day.hours)
            with tag("ol", "bt-hours", aria_label=w("Messages by hour")):
                for hour, count in enumerate(day.hours):
                    if count:
                        with tag("li"):
                            tag("span", "cw-cap cw-tab", hour_name(hour, w))
                            with tag("span", "bt-bar"):
                                tag("i").style(f"width: {100 * count // most}%")
                            tag("span", "cw-tab cw-13", w.number(count))
            with tag("ul", "bt-people"):
                for one in day.first:
                    with tag("li", "cw-row"):
                        avatar(one.name)
                        with tag("span", "cw-grow cw-trunc"):
                            tag("a", "cw-a cw-trunc cw-block-el", one.name, href=f"/contacts/{one.contact}")
                            when = w.date(one.at, self._zone, "time")
                            tag("span", "cw-cap cw-trunc cw-block-el", f"{when} · {self._name_of(one.block)}")
            if (more := day.sent - len(day.first)) > 0:
                tag("p", "cw-cap", w("and {n} more", n=more))

    def _said(self, on: date, style: str) -> str:
        noon = micros(local_to_utc(datetime.combine(on, time(12)), zone_of(self._zone)))
        return self._w.date(noon, self._zone, style)
