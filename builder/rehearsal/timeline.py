"""The entries of a rehearsal below each other, and above them the slider that jumps in time."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from nicegui import ui

from builder.forms.around import EmailPicture
from builder.forms.widgets.email import thumbnail
from builder.mailbox import mail_shown
from builder.parts.dialog import dialog
from builder.parts.tag import Tag, icon, tag
from builder.rehearsal.printed import ending
from builder.rehearsal.wish import offset
from runtime.rehearsal import Entry, Letter, Rehearsal
from runtime.words import Words

MOST = 400
"""Entries that are drawn; a flow that goes round in a circle has more of the same."""


class Timeline:
    """Draws itself where it is made. `on_moment` gets the instant that is looked at."""

    def __init__(
        self, w: Words, pictures: Callable[[str], EmailPicture | None], on_moment: Callable[[int], Any]
    ) -> None:
        self._w, self._pictures, self._on_moment = w, pictures, on_moment
        self._result: Rehearsal | None = None
        self._moments: list[int] = []
        self._lines: list[tuple[int, Tag]] = []
        with tag("div", "re-time") as self._bar:
            self._slider = tag("input", "re-slider", type="range", min=0, step=1, aria_label=w("Jump in time"))
            self._slider.on(
                "input",
                lambda event: self._slide(str(event.args)),
                js_handler="(event) => emit(event.target.value)",
                throttle=0.05,
            )
            self._now = tag("p", "re-now", role="status")
        self._list = tag("div", "re-list")
        self._bar.set_visibility(False)

    def blank(self) -> Tag:
        """The emptied place of the entries, for them or for what there is instead."""
        self._bar.set_visibility(False)
        self._list.clear()
        return self._list

    def show(self, result: Rehearsal, emails: Mapping[str, str]) -> None:
        """Another rehearsal, seen from its end. `emails` has the slug of what each block sends."""
        self._result = result
        shown = result.entries[:MOST]
        self._moments = sorted({entry.at for entry in shown})
        self._lines = []
        with self.blank():
            zone = named_zone(result.zone, result.start)
            if result.of_flow:
                said = self._w("Times in {zone}, by whose clocks this Flow goes", zone=zone)
            elif result.of_shop:
                said = self._w("Times in {zone}, where your shop is", zone=zone)
            else:
                said = self._w("Times in {zone}, where they live", zone=zone)
            tag("p", "cw-cap re-zone", said)
            before = offset(result.start, result.zone)
            with tag("ol", "cw-time"):
                for entry in shown:
                    now = offset(entry.at, result.zone)
                    self._lines.append((entry.at, self._line(entry, emails, now if now != before else "")))
                    before = now
            last = self._w("So much happened that the rest is left out.") if len(result.entries) > MOST else ""
            if last := last or ending(result, self._w):
                tag("p", "cw-cap", last)
        self._bar.set_visibility(len(self._moments) > 1)
        self._slider.set(max=max(0, len(self._moments) - 1))
        if self._moments:
            self._set_slider(len(self._moments) - 1)
            self._look_at(len(self._moments) - 1)

    def lead_to(self, block: str) -> None:
        """Scroll to what happened at a block."""
        ui.run_javascript(
            f"const at = CSS.escape({json.dumps(block)});"
            "document.querySelector(`.re-list [data-of='${at}']`)?.scrollIntoView({block: 'center'})"
        )

    # ---- time

    def _slide(self, told: str) -> None:
        if told.isdecimal() and self._moments:
            self._look_at(min(int(told), len(self._moments) - 1))

    def _jump(self, at: int) -> None:
        place = self._moments.index(at)
        self._set_slider(place)
        self._look_at(place)

    def _set_slider(self, place: int) -> None:
        # Not a property: it would be set back to what Python knew a moment ago while somebody drags.
        ui.run_javascript(
            f"const slider = getHtmlElement({int(self._slider.id)}); if (slider) slider.value = {int(place)}"
        )

    def _look_at(self, place: int) -> None:
        result, at = self._result, self._moments[place]
        if result is None:
            return
        for when, line in self._lines:
            later = when > at
            if later != ("is-later" in line.classes):
                line.classes(add="is-later") if later else line.classes(remove="is-later")
        told = [entry for entry in result.entries if entry.at <= at]
        got = sum(entry.letter is not None for entry in told)
        said = f"{self._when(at)} · {self._w.text(told[-1].what)}"
        self._now.text = f"{said} · {self._w('{n} Message so far | {n} Messages so far', n=got)}"
        self._slider.set(aria_valuetext=said)
        self._on_moment(at)

    def _when(self, at: int) -> str:
        zone = self._result.zone if self._result is not None else "UTC"
        return moment_words(self._w, at, zone)

    # ---- entries

    def _line(self, entry: Entry, emails: Mapping[str, str], offset_now: str) -> Tag:
        w = self._w
        line = tag("li", "", data_of=entry.block or None)
        with line:
            with tag("span", f"cw-tile f-{entry.tone}"):
                icon(entry.icon)
            with tag("div", "re-step"):
                with tag("div"):
                    when = self._when(entry.at)
                    tag("span", "when", f"{when} ({offset_now})" if offset_now else when)
                    what = tag("button", "what", w.text(entry.what), type="button")
                    what.on_click(lambda: self._jump(entry.at))
                    if entry.why is not None:
                        tag("p", "why", w.text(entry.why))
                if entry.letter is not None:
                    self._thumb(entry.letter, self._pictures(emails.get(entry.block, "")))
        return line

    def _thumb(self, letter: Letter, picture: EmailPicture | None) -> None:
        opener = tag("button", "re-thumb", type="button", aria_label=f"{self._w('Open the e-mail')}: {letter.subject}")
        with opener:
            thumbnail(replace(picture, subject=letter.subject) if picture else EmailPicture("", letter.subject, ()))
        opener.on_click(lambda: self._open(letter))

    def _open(self, letter: Letter) -> None:
        w = self._w
        with dialog(letter.subject, w("To {address}", address=letter.to), close=w("Close"), wide=True) as box:
            mail_shown(letter.html, letter.subject, classes="re-mail")
            box.footer.set_visibility(False)


def moment_words(w: Words, at: int, zone: str) -> str:
    """ "Tue 24 Nov, 21:10"."""
    return f"{w.date(at, zone, 'weekday')}, {w.date(at, zone, 'time')}"


def named_zone(zone: str, us: int) -> str:
    """A zone with how far its clocks are from UTC at an instant, where its name does not say that already."""
    name, now = zone.replace("_", " "), offset(us, zone)
    return name if name == now else f"{name} ({now})"
