"""Publishing: what would change, who is inside, whom it will reach; then it is live."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from blocks import overlaps
from blocks.contract import Known, Problem
from blocks.flow import Flow
from blocks.phrase import Quoted
from builder.drafting.changes import draw_change
from builder.flow_editor.insiders import Fates, Insiders
from builder.flow_editor.opened import Look
from builder.parts.controls import button
from builder.parts.dialog import dialog
from builder.parts.tag import icon, tag
from builder.rehearsal.examples import draw_differences, held
from runtime.insight.beginnings import first_time, includes, only_by_the_calendar, takes_nobody_later
from runtime.rehearsal import Tried
from runtime.words import Words


def ask(
    look: Look,
    flow: Flow,
    reach: Sequence[str],
    insiders: Insiders | None,
    confirm: Callable[[], Awaitable[Any]],
    settings: Callable[[], Any],
    tried: list[Tried],
    examples: Callable[[], Any],
    w: Words,
) -> None:
    """The dialog. `reach` says whom it will reach, now and later, `insiders` lets choose what becomes of those inside;
    `confirm` publishes and is awaited with a busy button, `settings` opens those of the flow. `tried` are its examples;
    where one does not hold, `examples` leads to them, and is what the eye falls on."""
    failing = [one for one in tried if not one.holds]
    live = look.live if look.live is not None and look.live.state != "archived" else None
    if live is None:
        title = w("Publish “{name}”?", name=flow.name)
        if takes_nobody_later(flow):
            text = w("It starts for those who match now, and for nobody later.")
        elif only_by_the_calendar(flow):
            text = w("It starts when its time comes, for all whom it is meant for.")
        else:
            text = w("From now on it starts for everyone who fits its trigger.")
    else:
        title = w("{n} change | {n} changes", n=len(look.changes)) if look.changes else w("Nothing has changed")
        text = w("What is live now stays as it is until you publish.")

    def set_priority() -> None:
        box.close()
        settings()

    with dialog(title, text, close=w("Close")) as box:
        if look.changes:
            with tag("div", "fe-changes"):
                for change in look.changes:
                    draw_change(change)
        with tag("div", "fe-facts"):
            if live is not None and (insiders is None or not live.inside):
                _fact("group", w("Nobody is inside."))
            for line in reach:
                _fact("trending_up", line)
            if tried and not failing:
                _fact("check_circle", held(tried, w))
            if live is not None and live.state == "paused":
                _fact("play_arrow", w("The Flow is paused. Publishing lets it send again."))
            if live is not None and live.state == "finishing":
                _fact("play_arrow", w("The Flow is finishing. Publishing lets people in again."))
        if insiders is not None:
            insiders.draw()
        if failing:
            _draw_failing(failing, held(tried, w), w)
        for problem in look.problems:
            _warning(problem, w)
        if any(problem.code == overlaps.CODE for problem in look.problems):
            with tag("div", "cw-row"):
                button(w("Choose which one speaks"), set_priority, symbol="tune", small=True)

        async def go() -> None:
            try:
                with primary.at_work():
                    await confirm()
            finally:
                box.close()

        with box.footer:
            number = 1 if look.live is None else look.live.number + 1
            with tag("span", "cw-cap cw-row hide-s" if failing else "cw-cap cw-row"):
                icon("history", "s")
                tag("span", "", w("Version {number}", number=number))
            tag("span", "cw-grow")
            button(w("Not yet"), box.close, classes="hide-s" if failing else "")
            if failing:
                primary = button(w("Publish anyway"), go)
                button(w("See the examples"), examples, kind="primary")
            else:
                primary = button(w("Publish"), go, kind="primary")


def done(flow: Flow, known: Known, fates: Fates, w: Words) -> str:
    """What is said after it has worked: what becomes of everybody inside, else when it starts."""
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
    if told:
        return " ".join([w("Published."), *told])
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
