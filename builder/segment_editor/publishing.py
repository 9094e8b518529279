"""Publishing a segment: who comes in and who leaves, and that nobody's flow starts by it."""

from collections.abc import Awaitable, Callable
from typing import Any

from blocks.contract import Problem
from builder.parts.controls import button
from builder.parts.dialog import dialog
from builder.parts.tag import icon, tag
from builder.segment_editor.opened import Change
from runtime.words import Words


def ask(
    name: str,
    found: Change,
    problems: list[Problem],
    *,
    live: bool,
    confirm: Callable[[], Awaitable[Any]],
    w: Words,
) -> None:
    """The dialog. `confirm` publishes and is awaited with a busy button."""
    text = w("What is live now stays as it is until you publish.") if live else ""
    with dialog(w("Publish “{name}”?", name=name), text, close=w("Close")) as box:
        with tag("div", "fe-facts"):
            number = w.number(found.coming)
            _fact("login", w("{number} person comes in. | {number} people come in.", n=found.coming, number=number))
            if live:
                number = w.number(found.leaving)
                _fact("logout", w("{number} person leaves. | {number} people leave.", n=found.leaving, number=number))
            _fact(
                "notifications_off", w("Nobody’s Flow starts by publishing. Who enters or leaves later can start one.")
            )
            if found.users:
                _fact("account_tree", w("Asked for by {names}.", names=" · ".join(found.users)))
        for problem in problems:
            warning(problem, w)

        async def go() -> None:
            try:
                await confirm()
            finally:
                box.close()

        with box.footer:
            tag("span", "cw-grow")
            button(w("Not yet"), box.close)
            button(w("Publish"), go, kind="primary")


def warning(problem: Problem, w: Words) -> None:
    """What is wrong, in a sentence."""
    with tag("div", "cw-banner is-bad" if problem.level == "bad" else "cw-banner"):
        icon("error" if problem.level == "bad" else "warning")
        tag("span", "cw-13", w.text(problem.phrase))


def _fact(symbol: str, text: str) -> None:
    with tag("div"):
        icon(symbol)
        tag("span", "", text)
