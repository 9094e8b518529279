"""How often marketing goes to one contact, and when: caps, quiet hours, and what becomes of what they keep back."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from itertools import count
from typing import Any

from pydantic import ValidationError

from blocks.limits import MOST_LIMITS, Limits
from builder.access import Visitor, act
from builder.forms.box import Box, Option
from builder.forms.widgets.choices import make_weekdays
from builder.forms.widgets.times import whole
from builder.parts.controls import button, icon_button
from builder.parts.tag import icon, tag
from builder.parts.toast import toast
from builder.settings_page.card import card
from runtime.delivery import set_limits
from runtime.words import Words

_ids = count(1)


def draw(user: Visitor, w: Words, kept: Limits) -> None:
    """The card."""
    text = w(
        "For marketing, over all Flows and where each Contact lives. Order confirmations and tests always go out, "
        "and so does what its own Block lets through, like a welcome."
    )
    with card("limits", w("How often, and when"), text):
        _Limits(user, w, kept)


class _Limits:
    """What stands on the screen, half typed or not, and the sentence that it makes."""

    def __init__(self, user: Visitor, w: Words, kept: Limits) -> None:
        self._user = user
        self._w = w
        self._now: dict[str, Any] = kept.model_dump(mode="json")
        self._banner = tag("div", "cw-banner is-info se-said")
        with self._banner:
            icon("bedtime")
            self._said = tag("span", "cw-13", role="status")
        self._body = tag("div")
        with tag("div", "cw-row cw-mt4"):
            button(w("Save"), self._save)
        self._draw()

    def _draw(self) -> None:
        w = self._w
        self._body.clear()
        with self._body:
            tag("h4", "se-limit-title", w("E-mails to one Contact, at most"))
            for cap in self._now["caps"]:
                self._draw_cap(cap)
            self._more("caps", w("Add a cap"), {"most": 1, "per": "day", "hours": 24})
            if self._now["caps"]:
                self._fate("over", w("What is over"))
            tag("h4", "se-limit-title", w("Quiet hours"))
            for window in self._now["quiet"]:
                self._draw_quiet(window)
            self._more("quiet", w("Add quiet hours"), {"start": "21:00", "end": "08:00", "days": []})
            if self._now["quiet"]:
                self._fate("in_quiet", w("What is due then"))
        self._tell()

    def _draw_cap(self, cap: dict[str, Any]) -> None:
        w = self._w
        per: list[Option] = [
            {"value": "day", "label": w("a day")},
            {"value": "week", "label": w("a week, from Monday")},
            {"value": "hours", "label": w("within")},
        ]

        def choose(chosen: str) -> None:
            cap["per"] = chosen
            hours.set_visibility(chosen == "hours")
            self._tell()

        with self._limit(w("Remove this cap"), "caps", cap):
            self._number(cap, "most", w("At most"), 100)
            Box(cap["per"], choose, label=w("In which time"), kind="select", options=per, look="cw-input cw-select")
            with tag("span", "cw-row") as hours:
                self._number(cap, "hours", w("hours"), 8784)
                tag("span", "cw-13", w("hours"))
            hours.set_visibility(cap["per"] == "hours")

    def _draw_quiet(self, window: dict[str, Any]) -> None:
        w, title = self._w, f"quiet-{next(_ids)}"
        with self._limit(w("Remove these quiet hours"), "quiet", window):
            tag("span", "cw-13", w("From"))
            self._time(window, "start", w("From"))
            tag("span", "cw-13", w("to"))
            self._time(window, "end", w("to"))
            with tag("div", "se-limit-days"):
                tag("span", "cw-cap", w("Begins on"), id=title)
                put = partial(self._put, window, "days")
                make_weekdays(lambda: window["days"], put, w, none=w("Every day"), labelled_by=title)

    @contextmanager
    def _limit(self, removes: str, name: str, part: dict[str, Any]) -> Iterator[None]:
        """A line with the button that takes it away."""
        with tag("div", "se-limit"):
            with tag("div", "se-limit-parts"):
                yield
            icon_button("close", removes, partial(self._remove, name, part))

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
        box = Box(
            part[name],
            lambda text: self._put(part, name, text, box, bool),
            label=label,
            kind="time",
            look="cw-input cw-time-box",
        )

    def _fate(self, name: str, label: str) -> None:
        w = self._w
        options: list[Option] = [
            {"value": "wait", "label": w("waits until it may go out")},
            {"value": "skip", "label": w("is not sent")},
        ]
        with tag("div", "se-limit-parts cw-mt4"):
            tag("span", "cw-13", label)
            put = partial(self._put, self._now, name)
            Box(self._now[name], put, label=label, kind="select", options=options, look="cw-input cw-select")

    def _more(self, name: str, words: str, first: Mapping[str, Any]) -> None:
        def add() -> None:
            self._now[name].append(dict(first))
            self._draw()

        if len(self._now[name]) < MOST_LIMITS:
            button(words, add, small=True, symbol="add")

    def _remove(self, name: str, part: dict[str, Any]) -> None:
        self._now[name] = [one for one in self._now[name] if one is not part]
        self._draw()

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
        self._tell()

    def _read(self) -> Limits | str:
        """What stands there, or what is wrong with it."""
        try:
            return Limits.model_validate(self._now)
        except ValidationError as wrong:
            whole_week = any(error["type"] == "value_error" for error in wrong.errors())
        if whole_week:
            return self._w("Quiet hours must leave some time in which e-mails may go out.")
        return self._w("A number or a time is missing or too large.")

    def _tell(self) -> None:
        found = self._read()
        if isinstance(found, str):
            self._said.text = found
            self._banner.classes(add="is-bad", remove="is-info")
        else:
            self._said.text = self._w.text(found.say()) + "."
            self._banner.classes(add="is-info", remove="is-bad")

    async def _save(self) -> None:
        wanted = self._read()
        if isinstance(wanted, str):
            toast(wanted, kind="bad")
            return
        await act(self._user, set_limits, self._user.house, self._user.workspace, wanted)
        toast(self._w("Saved."))
