"""What happens to them: the event that lets them in, and after it others, each so many days later, at an hour."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from builder.forms.box import Box, Option
from builder.forms.complaint import Complaint
from builder.parts.controls import button, icon_button
from builder.parts.tag import tag
from builder.rehearsal.asked import Asked
from builder.rehearsal.field_rows import FieldRows, more
from builder.rehearsal.wish import LATEST_DAY, Later, Wish
from runtime.rehearsal import Happening, Rehearsal
from runtime.words import Words

Fields = Callable[[str], tuple[Sequence[Asked], Sequence[Option]]]
"""Of an event's name: the properties that the flow asks for, and all that can be offered."""


class LaterEvents:
    """Draws itself where it is made, and changes the wish. The first of `names` is what a new row begins with, `starts` are
    those that let people in. `keep` makes an example of what is seen."""

    def __init__(
        self,
        w: Words,
        wish: Wish,
        names: Sequence[str],
        starts: Sequence[str],
        fields: Fields,
        changed: Callable[[], None],
        keep: Callable[[], None],
    ) -> None:
        self._w, self._wish, self._names, self._fields, self._changed = w, wish, names, fields, changed
        self._rows: list[_Row] = []
        self._start = _Start(w, wish, starts, fields, changed) if starts and not wish.example else None
        self._place = tag("div", "re-rows")
        with tag("div", "re-what"):
            button(w("Add an event"), self._add, small=True, symbol="add", each=True)
            button(w("Keep as an example"), keep, small=True, symbol="bookmark_add")
            tag("span", "cw-grow")
            self.again = button(w("Again"), changed, small=True, symbol="replay")
        for one in wish.later:
            self._draw(one)

    def show(self, result: Rehearsal) -> None:
        """Show what the events carried in it, where nothing else was typed."""
        script = list(result.script)
        if result.opened and self._start is not None:
            self._start.show(script[0])
        script = script[1:] if result.opened else script
        played = sorted((row for row in self._rows if row.one.name), key=lambda row: self._wish.at_of(row.one))
        if [row.one.name for row in played] == [one.name for one in script]:
            for row, happened in zip(played, script, strict=True):
                row.show(happened)

    def check(self) -> None:
        """Say which of them cannot be as they were typed."""
        for row in self._rows:
            row.check()

    def _add(self) -> None:
        last = self._wish.later[-1] if self._wish.later else None
        days = min(LATEST_DAY, last.days + 1) if last is not None else 1
        one = Later(self._names[0] if self._names else "", days)
        self._wish.later.append(one)
        self._draw(one)
        self._changed()

    def _draw(self, one: Later) -> None:
        with self._place:
            self._rows.append(_Row(self._w, self._wish, one, self._names, self._fields, self._changed, self._remove))

    def _remove(self, row: "_Row") -> None:
        self._rows.remove(row)
        self._wish.later.remove(row.one)
        row.root.delete()
        self._changed()


class _Carried:
    """What an event carries, folded away until it is wanted."""

    def __init__(self, w: Words, fields: Fields, put: Callable[[dict[str, Any]], None]) -> None:
        self._w, self._fields, self._put = w, fields, put
        self._known: Mapping[str, Any] = {}
        self._rows: FieldRows | None = None
        self._root = tag("details", "re-more")

    def draw(self, name: str, given: Mapping[str, Any]) -> None:
        """Of the event of this name."""
        w = self._w
        self._known = {}
        self._root.clear()
        with self._root:
            more(w("What it carries"), w("What “{name}” carries", name=name))
            asked, options = self._fields(name)
            self._rows = FieldRows(w, asked, options, given, self._put, lambda: self._known)

    def show(self, happened: Happening) -> None:
        """Show what it carried."""
        self._known = happened.properties or {}
        if self._rows is not None:
            self._rows.show()


class _Start:
    """The event that lets them in: which, where there are several, and what it carries."""

    def __init__(
        self, w: Words, wish: Wish, starts: Sequence[str], fields: Fields, changed: Callable[[], None]
    ) -> None:
        self._wish, self._starts, self._changed = wish, starts, changed
        with tag("div", "re-later re-begins"):
            with tag("div", "re-row"):
                tag("span", "cw-label", w("Starts with"))
                if len(starts) > 1:
                    options: list[Option] = [{"value": "", "label": w("The first that fits")}]
                    options += [{"value": name, "label": name} for name in starts]
                    Box(
                        wish.opening.name,
                        self._choose,
                        label=w("Starts with"),
                        kind="select",
                        options=options,
                        look="cw-input cw-input-s cw-select",
                    ).classes("cw-grow")
                else:
                    tag("span", "cw-13 cw-grow cw-trunc", starts[0])
            self._carried = _Carried(w, fields, self._put)
            self._carried.draw(self._name, wish.opening.changes)

    @property
    def _name(self) -> str:
        return self._wish.opening.name or self._starts[0]

    def show(self, happened: Happening) -> None:
        """Show what it carried."""
        self._carried.show(happened)

    def _choose(self, name: str) -> None:
        # Another event carries something else.
        self._wish.opening = replace(self._wish.opening, name=name, changes={})
        self._carried.draw(self._name, {})
        self._changed()

    def _put(self, changes: dict[str, Any]) -> None:
        self._wish.opening = replace(self._wish.opening, changes=changes)
        self._changed()


class _Row:
    """One event after the start."""

    def __init__(
        self,
        w: Words,
        wish: Wish,
        one: Later,
        names: Sequence[str],
        fields: Fields,
        changed: Callable[[], None],
        remove: "Callable[[_Row], None]",
    ) -> None:
        self._w, self._wish, self._changed = w, wish, changed
        self.one = one
        options: list[Option] = [{"value": name, "label": name} for name in names]
        self.root = tag("div", "re-later", role="group", aria_label=one.name)
        with self.root:
            with tag("div", "re-row"):
                self._event = Box(
                    one.name,
                    self._rename,
                    label=w("What happens"),
                    options=options,
                    own_words=w("Use “{text}”", text="{text}"),
                    look="cw-input cw-input-s",
                    length=200,
                )
                self._event.classes("cw-grow")
                self._days = Box(
                    str(one.days),
                    self._move,
                    label=w("Days later"),
                    kind="number",
                    least=0,
                    most=LATEST_DAY,
                    look="cw-input cw-input-s",
                )
                self._days.classes("re-days")
                self._between = tag("span", "cw-cap")
                self._at = Box(one.at, self._set_hour, label=w("Hour"), kind="time", look="cw-input cw-input-s")
                self._at.classes("re-hour")
                icon_button("close", w("Take this event away"), partial(remove, self))
            self._complaint = Complaint()
            self._carried = _Carried(w, fields, self._put)
            self._carried.draw(one.name, one.changes)
        self.check()

    def show(self, happened: Happening) -> None:
        """Show what it carried."""
        self._carried.show(happened)

    def check(self) -> None:
        """Say what cannot be as it was typed, and what is played instead."""
        w, one = self._w, self.one
        self._between.text = w("day later, at | days later, at", n=one.days)
        name = "" if one.name else w("Choose what happens. Until then, this event is left out.")
        days = hour = ""
        if _days(self._days.value) is None:
            days = w(
                "Type 0 to {most} days. Until then, it happens {n} day later. "
                "| Type 0 to {most} days. Until then, it happens {n} days later.",
                most=LATEST_DAY,
                n=one.days,
            )
        if not self._at.value:
            hour = w("Choose an hour. Until then, it happens at {hour}.", hour=one.at)
        elif self._wish.too_early(one):
            hour = w("That is before the start at {hour}, so it happens at the start.", hour=self._wish.hour)
        self._complaint.say((self._event, name), (self._days, days), (self._at, hour))

    def _rename(self, text: str) -> None:
        if text.strip() == self.one.name:
            return
        # Another event carries something else.
        self.one.name, self.one.properties, self.one.changes = text.strip(), None, {}
        self.root.set(aria_label=self.one.name)
        self._carried.draw(self.one.name, {})
        self._tell()

    def _move(self, text: str) -> None:
        if (days := _days(text)) is not None:
            self.one.days = days
        self._tell()

    def _set_hour(self, text: str) -> None:
        self.one.at = text or self.one.at
        self._tell()

    def _put(self, changes: dict[str, Any]) -> None:
        self.one.changes = changes
        self._tell()

    def _tell(self) -> None:
        self.check()
        self._changed()


def _days(text: str) -> int | None:
    """A number of days that can be rehearsed; None for anything else."""
    days = int(text) if text.isdecimal() and len(text) < 10 else -1
    return days if 0 <= days <= LATEST_DAY else None
