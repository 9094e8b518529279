"""Publishing: what would change, who is inside, whom it will reach; then it is live."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from blocks import overlaps
from blocks.contract import Known, Problem
from blocks.flow import Flow
from blocks.phrase import Quoted
from builder.drafting.changes import draw_change
from builder.flow_editor.insiders import Fates, Insiders
from builder.flow_editor.opened import Look
from builder.flow_list.resuming import Due, came_due
from builder.parts.controls import button
from builder.parts.dialog import Dialog, dialog
from builder.parts.tag import Tag, icon, tag
from builder.rehearsal.examples import draw_differences, held
from runtime.engine.publishing.overdue import SEND, Choice
from runtime.insight.beginnings import first_time, includes, only_by_hand, only_by_the_calendar, takes_nobody_later
from runtime.insight.published import Live
from runtime.rehearsal import Tried
from runtime.words import Words


@dataclass(frozen=True, slots=True)
class Question:
    """What somebody who is about to publish is told."""

    look: Look
    flow: Flow
    reach: Sequence[str]
    """Whom it will reach, now and later, in sentences."""
    insiders: Insiders | None
    """Lets choose what becomes of those inside; None where nobody is."""
    tried: Sequence[Tried]
    """Its examples."""
    overdue: int
    """How many messages came due while it was paused: what becomes of them is asked, too."""
    w: Words

    @property
    def live(self) -> Live | None:
        """What is live now, unless it is archived."""
        return self.look.live if self.look.live is not None and self.look.live.state != "archived" else None

    @property
    def failing(self) -> list[Tried]:
        return [one for one in self.tried if not one.holds]

    def ask(
        self, publish: Callable[[Choice], Awaitable[Any]], settings: Callable[[], Any], examples: Callable[[], Any]
    ) -> None:
        """The dialog. `publish` is awaited with a busy button, and told what is to become of the overdue; `settings` opens
        those of the flow. Where an example does not hold, `examples` leads to them, and is what the eye falls on."""
        w, look = self.w, self.look

        def set_priority() -> None:
            box.close()
            settings()

        with dialog(*self._title(), close=w("Close")) as box:
            if look.changes:
                with tag("div", "fe-changes"):
                    for change in look.changes:
                        draw_change(change)
            with tag("div", "fe-facts"):
                self._draw_facts()
            due = self._draw_due(lambda ready: going.set(disabled=None if ready else True))
            if self.insiders is not None:
                self.insiders.draw()
            if self.failing:
                _draw_failing(self.failing, held(self.tried, w), w)
            for problem in look.problems:
                _warning(problem, w)
            if any(problem.code == overlaps.CODE for problem in look.problems):
                with tag("div", "cw-row"):
                    button(w("Choose which one speaks"), set_priority, symbol="tune", small=True)
            with box.footer:
                going = self._draw_footer(box, due, publish, examples)

    def _title(self) -> tuple[str, str]:
        w, flow, changes = self.w, self.flow, self.look.changes
        if self.live is not None:
            title = w("{n} change | {n} changes", n=len(changes)) if changes else w("Nothing has changed")
            return title, w("What is live now stays as it is until you publish.")
        title = w("Publish “{name}”?", name=flow.name)
        if takes_nobody_later(flow):
            return title, w("It starts for those who match now, and for nobody later.")
        if only_by_hand(flow):
            return title, w("It starts for those whom you add.")
        if only_by_the_calendar(flow):
            return title, w("It starts when its time comes, for all whom it is meant for.")
        return title, w("From now on it starts for everyone who fits its trigger.")

    def _draw_facts(self) -> None:
        w, live = self.w, self.live
        if live is not None and (self.insiders is None or not live.inside):
            _fact("group", w("Nobody is inside."))
        for line in self.reach:
            _fact("trending_up", line)
        if self.tried and not self.failing:
            _fact("check_circle", held(self.tried, w))
        if live is not None and live.state == "paused":
            _fact("play_arrow", w("The Flow is paused. Publishing lets it send again."))
        if live is not None and live.state == "finishing":
            _fact("play_arrow", w("The Flow is finishing. Publishing lets people in again."))

    def _draw_due(self, ready: Callable[[bool], object]) -> Due | None:
        if not self.overdue:
            return None
        title = came_due(self.overdue, self.w)
        with tag("section", "fe-due", aria_label=title):
            tag("h3", "", title)
            return Due(title, ready, self.w)

    def _draw_footer(
        self,
        box: Dialog,
        due: Due | None,
        publish: Callable[[Choice], Awaitable[Any]],
        examples: Callable[[], Any],
    ) -> Tag:
        """The button that publishes."""
        w, failing = self.w, self.failing

        async def go() -> None:
            choice = due.chosen if due is not None else SEND
            if choice is None:
                return
            try:
                await publish(choice)
            finally:
                box.close()

        number = 1 if self.look.live is None else self.look.live.number + 1
        with tag("span", "cw-cap cw-row hide-s" if failing else "cw-cap cw-row"):
            icon("history", "s")
            tag("span", "", w("Version {number}", number=number))
        tag("span", "cw-grow")
        button(w("Not yet"), box.close, classes="hide-s" if failing else "")
        if failing:
            going = button(w("Publish anyway"), go)
            button(w("See the examples"), examples, kind="primary")
            return going
        return button(w("Publish"), go, kind="primary")


def done(flow: Flow, known: Known, fates: Fates, w: Words, choice: Choice = SEND, overdue: int = 0) -> str:
    """What is said after it has worked: what becomes of everybody inside and of what came due, else when it starts."""
    told: list[str] = []
    if fates.going:
        told.append(
            w("{n} person goes over to the new version. | {n} people go over to the new version.", n=fates.going)
        )
    if fates.staying:
        told.append(
            w(
                "{n} person finishes on the version they entered. | {n} people finish on the version they entered.",
                n=fates.staying,
            )
        )
    if fates.leaving:
        told.append(w("{n} person leaves the Flow. | {n} people leave the Flow.", n=fates.leaving))
    if overdue and choice.how == "skip":
        told.append(w("{n} Message is not sent. | {n} Messages are not sent.", n=overdue))
    elif overdue and choice.how == "spread":
        told.append(w("What was due goes out over {hours} hours.", hours=choice.hours))
    if told:
        return " ".join([w("Published."), *told])
    if only_by_hand(flow):
        return w("Published. It starts for those whom you add.")
    if includes(flow):
        return w("Published. Those who match now are coming in.")
    if only_by_the_calendar(flow):
        at = first_time(flow, known)
        if at is None:
            return w("Published. It starts when its time comes.")
        zone = known.clocks.key
        return w("Published. It starts on {day}, {time}.", day=w.date(at, zone, "full"), time=w.date(at, zone, "time"))
    return w("Published. It starts with the next person who fits.")


def _fact(symbol: str, text: str) -> None:
    with tag("div"):
        icon(symbol)
        tag("span", "", text)


def _draw_failing(failing: list[Tried], said: str, w: Words) -> None:
    with tag("div", "cw-banner is-bad", role="alert"):
        icon("cancel")
        with tag("div", "cw-13 ex-held"):
            tag("b", "", said)
            for one in failing:
                with tag("div"):
                    tag("b", "", w("{name}", name=Quoted(one.name)))
                    draw_differences(one, w)


def _warning(problem: Problem, w: Words) -> None:
    with tag("div", "cw-banner"):
        icon("warning")
        tag("span", "cw-13", w.text(problem.phrase))
