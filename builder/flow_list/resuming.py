"""Resuming a paused flow: what becomes of what came due meanwhile is asked, if there is anything."""

from collections.abc import Awaitable, Callable
from functools import partial

from builder.access import Visitor, act, fetch
from builder.flow_list import deeds
from builder.forms import Box
from builder.forms.complaint import Complaint
from builder.parts.controls import button
from builder.parts.dialog import choice, dialog
from builder.parts.tag import Tag, tag
from builder.parts.toast import toast
from runtime.engine.publishing.overdue import MOST_HOURS, SEND, BadChoice, Choice, How
from runtime.segments.publish import Gone
from runtime.words import Words

Then = Callable[[str, bool], Awaitable[object]]
"""Gets the sentence that says what was done, and whether pausing again takes it back: what was skipped does not come back."""


async def resume(user: Visitor, slug: str, name: str, then: Then, w: Words) -> None:
    """Let it go on; where messages are overdue, after asking."""

    async def go(chosen: Choice) -> None:
        try:
            await act(user, deeds.resume, user, slug, chosen)
        except Gone as gone:
            toast(w.text(gone.phrase), kind="bad")
            return
        await then(_said(chosen, count, name, w), not (count and chosen.how == "skip"))

    count = await fetch(deeds.overdue, user, slug)
    if count:
        _Asking(count, name, go, w)
    else:
        await go(SEND)


def _said(chosen: Choice, count: int, name: str, w: Words) -> str:
    if count and chosen.how == "skip":
        return w(
            "{name} is live again. {n} Message is not sent. | {name} is live again. {n} Messages are not sent.",
            name=name,
            n=count,
        )
    if count and chosen.how == "spread":
        return w("{name} is live again. What was due goes out over {hours} hours.", name=name, hours=chosen.hours)
    return w("{name} is live again.", name=name)


def came_due(count: int, w: Words) -> str:
    """What is asked about, as a title."""
    return w("{n} Message came due meanwhile | {n} Messages came due meanwhile", n=count)


class Due:
    """What is to become of what came due, as cards that are chosen from."""

    def __init__(self, title: str, ready: Callable[[bool], object], w: Words) -> None:
        """`ready` hears whenever something else is chosen, and whether it can be done like that."""
        self._how: How = "send"
        self._hours = "6"
        self._told, self._w = ready, w
        with tag("div", "cw-grid", role="radiogroup", aria_label=title):
            self._cards: dict[How, Tag] = {}
            now = w("Everything goes out as soon as the mail server takes it.")
            self._card("send", w("Send now"), now)
            self._card("spread", w("Spread out"), w("Evenly over some hours, the oldest first."))
            gone = w("They never get it, and it says so on each Message. Everyone goes on in the Flow.")
            self._card("skip", w("Skip"), gone)
        with tag("div", "cw-row cw-mt4") as self._over:
            tag("span", "cw-13", w("Spread over"))
            self._field = Box(
                self._hours,
                self._put_hours,
                label=w("Hours"),
                kind="number",
                look="cw-input cw-num-box",
                least=1,
                most=MOST_HOURS,
            )
            tag("span", "cw-13", w("hours"))
        self._over.set_visibility(False)
        self._complaint = Complaint()

    @property
    def chosen(self) -> Choice | None:
        """None while the hours are none."""
        try:
            return Choice(self._how, int(self._hours)) if self._how == "spread" else Choice(self._how)
        except (BadChoice, ValueError):
            return None

    def _card(self, how: How, title: str, text: str) -> None:
        self._cards[how] = choice(title, text, chosen=how == self._how, on_click=partial(self._choose, how))

    def _choose(self, how: How) -> None:
        self._how = how
        for one, card in self._cards.items():
            card.classes(add="is-on") if one == how else card.classes(remove="is-on")
            card.set(aria_checked="true" if one == how else "false")
        self._over.set_visibility(how == "spread")
        self._tell()

    def _put_hours(self, text: str) -> None:
        self._hours = text
        self._tell()

    def _tell(self) -> None:
        wrong = self.chosen is None
        self._told(not wrong)
        said = self._w("Type a number of hours from 1 to {most}.", most=MOST_HOURS) if wrong else ""
        self._complaint.say((self._field, said))


class _Asking:
    """The dialog."""

    def __init__(self, count: int, name: str, go: Callable[[Choice], Awaitable[None]], w: Words) -> None:
        self._go = go
        title = came_due(count, w)
        text = w(
            "{name} was paused, so it was not sent. What is to become of it?"
            " | {name} was paused, so they were not sent. What is to become of them?",
            name=name,
            n=count,
        )
        with dialog(title, text, close=w("Close")) as self._box:
            self._due = Due(title, self._ready, w)
            with self._box.footer:
                tag("span", "cw-grow")
                button(w("Not yet"), self._box.close)
                self._primary = button(w("Resume"), self._resume, kind="primary")

    def _ready(self, ready: bool) -> None:
        self._primary.set(disabled=None if ready else True)

    async def _resume(self) -> None:
        chosen = self._due.chosen
        if chosen is not None:
            try:
                await self._go(chosen)
            finally:
                self._box.close()
