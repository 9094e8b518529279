"""The second tab of the rehearsal page: the draft played on the past, day by day, beside what is live."""

import asyncio
from contextlib import suppress
from typing import Any

from nicegui import background_tasks, ui

from builder.access import Visitor, fetch
from builder.backtest.calendar import Calendar
from builder.backtest.printed import names_of
from builder.backtest.said import busiest, difference, exactness, left_out, messages, people, really
from builder.flow_editor.opened import Opened, open_flow
from builder.parts.controls import OneOf, avatar, button
from builder.parts.empty import empty
from builder.parts.tag import tag
from runtime.backtest import Backtest, Mailed, Played
from runtime.backtest.apart import BacktestFailed, backtest_apart
from runtime.clock import DAY
from runtime.words import Words

SPANS = (7, 30, 90)
FIRST = 30
EVERY_SECONDS = 0.2
"""How often the bar moves."""


class PastScreen:
    """Draws itself where it is made; `begin` plays, `leave` stops what is being played. It plays in a process of its own,
    so that this one goes on answering."""

    def __init__(self, user: Visitor, opened: Opened, back: str, w: Words) -> None:
        self._user, self._opened, self._back, self._w = user, opened, back, w
        self._days = FIRST
        self._share = 0.0
        self._task: asyncio.Task[Any] | None = None
        self._shown = False
        self._client = ui.context.client
        self._client.on_delete(self.leave)
        with tag("div", "bt") as self._root, tag("div", "bt-wrap"):
            with tag("div", "bt-head"):
                with tag("div", "cw-grow"):
                    self._title = tag("h2", "bt-title", w("What would have gone out"))
                    tag("p", "cw-cap", w("This draft, played on what really happened. Nothing is sent."))
                spans = [(str(days), w("{n} day | {n} days", n=days), "") for days in SPANS]
                OneOf(spans, str(FIRST), self._choose, label=w("How far back"))
            self._waiting = tag("section", "cw-card cw-card-pad bt-wait", role="status")
            with self._waiting:
                with tag("div", "cw-grow"):
                    self._said = tag("p", "cw-13", w("Playing what happened…"))
                    self._bar = tag("progress", "re-progress", max=1, aria_label=w("How far it is"))
                button(w("Cancel"), self._cancel)
            self._waiting.set_visibility(False)
            self._body = tag("div")
        self._ticker = ui.timer(EVERY_SECONDS, self._tick, active=False)

    def show(self, on: bool) -> None:
        """Appear, and play at the first time; or step aside."""
        self._root.set_visibility(on)
        if on and not self._shown:
            self._shown = True
            self.begin()

    def begin(self) -> None:
        """Play the draft as it is by now; what is still being played is stopped."""
        self.leave()
        self._share = 0.0
        self._tick()
        self._waiting.set_visibility(True)
        self._ticker.activate()
        self._task = background_tasks.create(self._play(self._days), name="backtest", context=self._root)

    def leave(self) -> None:
        """Stop playing."""
        if self._task is not None:
            self._task.cancel()
            self._task = None

    # ---- playing

    def _choose(self, days: str) -> None:
        self._days = int(days)
        self.begin()

    def _cancel(self) -> None:
        self.leave()
        self._rest()
        self._message(self._w("Cancelled"), self._w("Nothing was changed. Choose how far back to play, or try again."))

    def _rest(self) -> None:
        self._ticker.deactivate()
        self._waiting.set_visibility(False)

    def _tick(self) -> None:
        self._bar.set(value=round(self._share, 2))

    def _progress(self, share: float) -> None:
        self._share = share

    async def _play(self, days: int) -> None:
        w, user = self._w, self._user
        here = asyncio.current_task()
        with suppress(asyncio.CancelledError):
            found: Backtest | None = None
            failed = False
            opened = await fetch(open_flow, user, self._opened.draft.slug, w) or self._opened
            now = user.house.clock.now()
            try:
                found = await backtest_apart(
                    user.house,
                    user.workspace,
                    opened.draft.slug,
                    opened.flow,
                    now - days * DAY,
                    now,
                    self._progress,
                )
            except (BacktestFailed, OSError):
                failed = True
            if here is not self._task or self._root.is_deleted:
                return
            with self._root:
                self._rest()
                self._opened = opened
                if failed:
                    self._message(
                        w("It could not be played to the end"),
                        w("Nothing was changed and nothing was sent. Try again, or choose fewer days."),
                    )
                elif found is None:
                    self._message(
                        w("This Flow cannot be played yet"),
                        w("It has a problem that would keep it from being published, too."),
                    )
                else:
                    await self._show(found, days)

    # ---- showing

    def _message(self, title: str, text: str) -> None:
        self._body.clear()
        with self._body, tag("section", "cw-card"), empty(title, text):
            button(self._w("Back to the canvas"), href=self._back, kind="primary")

    async def _show(self, result: Backtest, days: int) -> None:
        w, played = self._w, result.draft
        if not played.events and not played.entered:
            self._message(
                w("Nothing to play in these days"),
                w("Nothing that this Flow waits for has happened yet. Look further back, or come back in some days."),
            )
            return
        names = await fetch(_names, self._user, self._opened)
        self._title.text = w(
            "What would have gone out, {start} to {end}",
            start=w.date(result.start, result.zone, "short"),
            end=w.date(result.until, result.zone, "short"),
        )
        self._body.clear()
        with self._body:
            with tag("div", "bt-grid"):
                calendar = Calendar(result, w, lambda block: names.get(block, block))
                with tag("div", "cw-grid bt-days"):
                    with tag("section", "cw-card cw-card-pad"):
                        calendar.draw()
                    self._draw_key(result)
                with tag("aside", "cw-grid"):
                    self._draw_numbers(played, days, names)
                    calendar.draw_day()
                    if played.most_mailed:
                        self._draw_most(played.most_mailed)
            tag("p", "cw-cap bt-foot", exactness(result, w))

    def _draw_key(self, result: Backtest) -> None:
        w, live = self._w, result.live
        with tag("section", "cw-card cw-card-pad"):
            with tag("dl", "bt-key"):
                with tag("div"):
                    tag("dt", "", w("Messages, this draft"))
                    tag("dd", "", w.number(result.draft.sent))
                    if live is not None:
                        said = w("{number} with the published version", number=w.number(live.sent))
                        tag("dd", "cw-cap", said)
                for name, value in busiest(result.draft, result.zone, w):
                    number, _, when = value.partition(" · ")
                    with tag("div"):
                        tag("dt", "", name)
                        tag("dd", "", number)
                        tag("dd", "cw-cap", when)
            with tag("ul", "bt-diff"):
                for sentence in filter(None, (*difference(result, w), really(result, w), *left_out(result, w))):
                    tag("li", "", sentence)

    def _draw_numbers(self, played: Played, days: int, names: dict[str, str]) -> None:
        w = self._w
        with tag("section", "cw-card cw-card-pad"):
            tag("span", "cw-cap", w("In {n} day | In {n} days", n=days))
            tag("div", "cw-num", w("{n} Message | {n} Messages", n=played.sent))
            if played.most_mailed:
                to = w("to {n} person | to {n} people", n=played.mailed)
                most = w("The most for one person: {n}.", n=played.most_mailed[0].messages)
                tag("p", "cw-13", f"{to}. {most}")
            with tag("dl", "cw-kv is-num bt-kv"):
                for name, value in (*people(played, w), *messages(played, w, names)):
                    tag("dt", "", name)
                    tag("dd", "cw-tab", value)
            if played.cut:
                tag("p", "cw-cap", w("So much happened that the rest is left out."))

    def _draw_most(self, most: tuple[Mailed, ...]) -> None:
        w = self._w
        with tag("section", "cw-card cw-card-pad"):
            tag("h3", "", w("Most mailed"))
            with tag("ul", "bt-people"):
                for one in most:
                    with tag("li", "cw-row"):
                        avatar(one.name)
                        tag("a", "cw-a cw-grow cw-trunc", one.name, href=f"/contacts/{one.contact}")
                        tag("span", "cw-tab cw-13", w.number(one.messages))


def _names(user: Visitor, opened: Opened) -> dict[str, str]:
    emails = user.house.desk.drafts(user.workspace).list("email")
    return names_of(opened.flow, {draft.slug: draft.name for draft in emails})
