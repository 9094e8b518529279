"""The lines with caps and with quiet hours, for a shop's limits and for a flow's own."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from itertools import count
from typing import Any

from blocks.limits import MOST_LIMITS
from builder.forms.box import Box, Option
from builder.forms.widgets.choices import make_weekdays
from builder.forms.widgets.hours import draw_fate
from builder.forms.widgets.times import whole
from builder.parts.controls import button, icon_button
from builder.parts.kept import Kept
from builder.parts.tag import Tag, tag
from runtime.words import Words

_ids = count(1)
_MOST_EMAILS, _MOST_HOURS, _MOST_DAYS = 100, 8784, 366
"""What `blocks.limits.Cap` takes."""
_A_CAP = {"most": 1, "per": "day", "hours": 24, "days": 7}
_A_NIGHT = {"start": "21:00", "end": "08:00", "days": []}


class LimitLines:
    """Draws parts of `limits` where it is called, and changes it in place, half typed or not.

    `on_change` is called after every change; `redraw` when lines came or went, before it. What `redraw` draws, it draws
    while `kept` is redrawing its box, so that the lines that stay are left alone.
    """

    def __init__(
        self, limits: dict[str, Any], w: Words, *, on_change: Callable[[], Any], redraw: Callable[[], Any]
    ) -> None:
        self._limits = limits
        self._w = w
        self._on_change = on_change
        self._redraw = redraw
        self.kept = Kept()

    def draw_caps(self) -> None:
        """A line for each cap, and a button for one more."""
        for cap in self._limits["caps"]:
            self.kept.put(cap, partial(self._draw_cap, cap))
        self._more("caps", self._w("Add a cap"), _A_CAP)

    def draw_quiet(self) -> None:
        """A line for each window of quiet hours, and a button for one more."""
        for window in self._limits["quiet"]:
            self.kept.put(window, partial(self._draw_quiet, window))
        self._more("quiet", self._w("Add quiet hours"), _A_NIGHT)

    def draw_fate(self, name: str, label: str, *, as_set: str = "") -> None:
        """What becomes of what is kept back; `as_set` is what it means to leave that open."""
        now, put = self._limits[name] or "", lambda chosen: self._put(self._limits, name, chosen or None)
        self.kept.put(name, lambda: draw_fate(self._w, label, now, put, as_set=as_set))

    def _draw_cap(self, cap: dict[str, Any]) -> Tag:
        w = self._w
        per: list[Option] = [
            {"value": "day", "label": w("a day")},
            {"value": "week", "label": w("a week, from Monday")},
            {"value": "days", "label": w("within some days")},
            {"value": "hours", "label": w("within some hours")},
        ]
        units = {"days": (w("days"), _MOST_DAYS), "hours": (w("hours"), _MOST_HOURS)}
        lengths: dict[str, Tag] = {}

        def choose(chosen: str) -> None:
            cap["per"] = chosen
            show()
            self._on_change()

        def show() -> None:
            for unit, length in lengths.items():
                length.set_visibility(cap["per"] == unit)

        with self._line(w("Remove this cap"), "caps", cap) as line:
            self._number(cap, "most", w("At most"), _MOST_EMAILS)
            Box(cap["per"], choose, label=w("In which time"), kind="select", options=per, look="cw-input cw-select")
            for unit, (words, most) in units.items():
                with tag("span", "cw-row") as lengths[unit]:
                    self._number(cap, unit, words, most)
                    tag("span", "cw-13", words)
            show()
        return line

    def _draw_quiet(self, window: dict[str, Any]) -> Tag:
        w, title = self._w, f"quiet-{next(_ids)}"
        with self._line(w("Remove these quiet hours"), "quiet", window) as line:
            self._time(window, "start", w("From"))
            self._time(window, "end", w("to"))
            with tag("div", "cw-limit-days"):
                tag("span", "cw-cap", w("Begins on"), id=title)
                put = partial(self._put, window, "days")
                make_weekdays(lambda: window["days"], put, w, none=w("Every day"), labelled_by=title)
        return line

    @contextmanager
    def _line(self, removes: str, name: str, part: dict[str, Any]) -> Iterator[Tag]:
        with limit_line(removes, lambda: self._remove(name, part)) as line:
            yield line

    def _number(self, part: dict[str, Any], name: str, label: str, most: int) -> None:
        box = Box(
            str(part[name]),
            lambda text: self._put(part, name, whole(text), box, lambda value: value in range(1, most + 1)),
            label=label,
            kind="number",
            look="cw-input cw-num-box",
            least=1,
            most=most,
        )

    def _time(self, part: dict[str, Any], name: str, label: str) -> None:
        with tag("span", "cw-limit-pair"):
            tag("span", "cw-13", label)
            box = Box(
                part[name],
                lambda text: self._put(part, name, text, box, bool),
                label=label,
                kind="time",
                look="cw-input cw-time-box",
            )

    def _more(self, name: str, words: str, first: Mapping[str, Any]) -> None:
        def add() -> None:
            self._limits[name].append(dict(first))
            self._redraw()
            self._on_change()

        if len(self._limits[name]) < MOST_LIMITS:
            button(words, add, small=True, symbol="add", each=True)

    def _remove(self, name: str, part: dict[str, Any]) -> None:
        self._limits[name] = [one for one in self._limits[name] if one is not part]
        self._redraw()
        self._on_change()

    def _put(
        self,
        part: dict[str, Any],
        name: str,
        value: Any,
        box: Box | None = None,
        fits: Callable[[Any], bool] = lambda _: True,
    ) -> None:
        part[name] = value
        if box is not None:
            box.outline(wrong=not fits(value))
        self._on_change()


@contextmanager
def limit_line(removes: str, remove: Callable[[], Any]) -> Iterator[Tag]:
    """A line with the button that takes it away."""
    with tag("div", "cw-limit") as line:
        with tag("div", "cw-limit-parts"):
            yield line
        icon_button("close", removes, remove)


def what_is_wrong(errors: list[Any], w: Words) -> str:
    """What pydantic found wrong with limits, in words."""
    if any(error["type"] == "value_error" for error in errors):
        return w("Quiet hours must leave some time in which e-mails may go out.")
    match errors[0]["loc"][-1] if errors and errors[0]["loc"] else "":
        case "most":
            return w(
                "How many e-mails at most: type a whole number from {least} to {most}.", least=1, most=_MOST_EMAILS
            )
        case "hours":
            return w("How many hours: type a whole number from {least} to {most}.", least=1, most=_MOST_HOURS)
        case "days" if "caps" in errors[0]["loc"]:
            return w("How many days: type a whole number from {least} to {most}.", least=1, most=_MOST_DAYS)
        case "start" | "end":
            return w("Quiet hours: choose when they begin and when they end.")
    return w("A number or a time is missing or too large.")
