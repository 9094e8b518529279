"""What happens to them after they came in: an event, how many days later, at which hour."""

from collections.abc import Callable, Sequence
from typing import Any

from builder.forms.box import Box, Option
from builder.parts.controls import button, icon_button
from builder.parts.tag import Tag, tag
from builder.rehearsal.wish import LATEST_DAY, Later, Wish
from runtime.words import Words


class LaterEvents:
    """Draws itself where it is made, and changes the wish. The first of `names` is what a new row begins with.
    `keep` makes an example of what is seen."""

    def __init__(
        self, w: Words, wish: Wish, names: Sequence[str], changed: Callable[[], None], keep: Callable[[], None]
    ) -> None:
        self._w, self._wish, self._names, self._changed = w, wish, names, changed
        self._rows = tag("div", "re-rows")
        with tag("div", "re-what"):
            button(w("Add an event"), self._add, small=True, symbol="add")
            button(w("Keep as an example"), keep, small=True, symbol="bookmark_add")
            tag("span", "cw-grow")
            self.again = button(w("Again"), changed, small=True, symbol="replay")
        self._draw()

    def _add(self) -> None:
        last = self._wish.later[-1] if self._wish.later else None
        days = min(LATEST_DAY, last.days + 1) if last is not None else 1
        self._wish.later.append(Later(self._names[0] if self._names else "", days))
        self._draw()
        self._changed()

    def _remove(self, one: Later) -> None:
        self._wish.later.remove(one)
        self._draw()
        self._changed()

    def _draw(self) -> None:
        self._rows.clear()
        with self._rows:
            for one in self._wish.later:
                self._row(one)

    def _row(self, one: Later) -> None:
        w = self._w
        names: list[Option] = [{"value": name, "label": name} for name in self._names]
        with tag("div", "re-row", role="group", aria_label=one.name):
            event = Box(
                one.name,
                # Another event carries something else.
                lambda text: self._set(one, name=text.strip(), properties=None),
                label=w("What happens"),
                options=names,
                own_words=w("Use “{text}”"),
                look="cw-input cw-input-s",
                length=200,
            )
            event.classes("cw-grow")
            days = Box(
                str(one.days),
                lambda text: self._move(one, _days(text), between),
                label=w("Days later"),
                kind="number",
                least=0,
                most=LATEST_DAY,
                look="cw-input cw-input-s",
            )
            days.classes("re-days")
            between = tag("span", "cw-cap")
            self._say_days(between, one.days)
            at = Box(
                one.at, lambda text: self._set(one, at=text), label=w("Hour"), kind="time", look="cw-input cw-input-s"
            )
            at.classes("re-hour")
            icon_button("close", w("Take this event away"), lambda: self._remove(one))

    def _say_days(self, between: Tag, days: int) -> None:
        between.text = self._w("day later, at | days later, at", n=days)

    def _move(self, one: Later, days: int, between: Tag) -> None:
        self._say_days(between, days)
        self._set(one, days=days)

    def _set(self, one: Later, **changes: Any) -> None:
        for name, value in changes.items():
            setattr(one, name, value)
        self._changed()


def _days(text: str) -> int:
    return min(LATEST_DAY, int(text)) if text.isdecimal() else 0
