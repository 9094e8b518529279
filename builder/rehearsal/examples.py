"""The third tab of the rehearsal page: the flow's examples, which of them hold, and what differs in those that do not."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import Any

from nicegui import background_tasks, ui

from blocks.durations import read_length
from blocks.examples import Example, GetsMessage
from blocks.phrase import Quoted, Span
from builder.access import Visitor, fetch
from builder.flow_editor.opened import Opened, open_flow
from builder.parts.controls import button, icon_button
from builder.parts.empty import empty
from builder.parts.menu import menu_item, menu_line, open_menu
from builder.parts.tag import Tag, icon, tag
from builder.rehearsal.keeping import Keeping
from runtime.rehearsal import Stopped, Tried, run_examples
from runtime.words import Words

EVERY_SECONDS = 0.2
"""How often the list shows which were run meanwhile."""


class ExamplesScreen:
    """Draws itself where it is made. `rehearse` is called with an example that is to be seen, `make` leads to where one is
    made."""

    def __init__(
        self,
        user: Visitor,
        opened: Opened,
        w: Words,
        rehearse: Callable[[Example], Any],
        make: Callable[[], Any],
    ) -> None:
        self._user, self._opened, self._w = user, opened, w
        self._rehearse, self._make = rehearse, make
        self._turn = 0
        self._found: list[Tried] = []
        self._shown = 0
        self._rows: dict[str, Tag] = {}
        self.keeping = Keeping(user, opened.draft.slug, w, self._changed)
        ui.context.client.on_delete(self.leave)
        with tag("div", "bt") as self._root, tag("div", "bt-wrap ex-wrap"):
            with tag("div", "bt-head"):
                with tag("div", "cw-grow"):
                    self._title = tag("h2", "bt-title", role="status")
                    tag("p", "cw-cap", w("What this Flow must do. They run before it is published; nothing is sent."))
                self._again = button(w("Run all"), self.begin, symbol="play_arrow")
                self._again.classes("ex-run")
            self._bar = tag("progress", "re-progress", max=1, aria_label=w("Running the examples"))
            self._body = tag("div")
        self._ticker = ui.timer(EVERY_SECONDS, self._tick, active=False)
        self._visible = True

    def show(self, on: bool) -> None:
        """Appear, and run them; or step aside."""
        self._visible = on
        self._root.set_visibility(on)
        if on:
            self.begin()
        else:
            self.leave()

    def begin(self) -> None:
        """Run those that the draft has by now; what is still running is stopped."""
        self.leave()
        background_tasks.create(self._run(self._turn), name="examples", context=self._root)

    def leave(self) -> None:
        """Stop running them."""
        self._turn += 1
        self._ticker.deactivate()

    def _changed(self) -> None:
        if self._visible:
            self.begin()

    async def _run(self, turn: int) -> None:
        user, w, slug = self._user, self._w, self._opened.draft.slug
        with suppress(Stopped, asyncio.CancelledError):
            opened = await fetch(open_flow, user, slug, w) or self._opened
            if turn != self._turn or self._root.is_deleted:
                return
            self._opened = opened
            self._found, self._shown = [], 0
            with self._root:
                self._draw()
                self._tick()
                self._ticker.activate()
            await fetch(
                run_examples,
                user.house,
                user.workspace,
                slug,
                opened.flow,
                done=self._found.append,
                stopping=lambda: turn != self._turn,
            )
            if turn == self._turn and not self._root.is_deleted:
                self._ticker.deactivate()
                self._tick()

    # ---- showing

    def _draw(self) -> None:
        w, examples = self._w, self._opened.flow.examples
        self._rows = {}
        self._again.set_visibility(bool(examples))
        self._body.clear()
        with self._body, tag("section", "cw-card"):
            if not examples:
                text = w(
                    "An example says what must come true for somebody, like “e-mail 1 after 1 hour, and nothing once "
                    "they order”. Rehearse the Flow, and keep what you see."
                )
                with empty(w("No examples yet"), text):
                    button(w("Rehearse with one Contact"), self._make, kind="primary")
                return
            with tag("ul", "ex-list"):
                for example in examples:
                    self._rows[example.name] = tag("li", "ex-row")
                    self._draw_row(example, None)

    def _tick(self) -> None:
        """Show those that were run since the last look."""
        examples = {one.name: one for one in self._opened.flow.examples}
        for tried in self._found[self._shown :]:
            self._draw_row(examples[tried.name], tried)
        self._shown = len(self._found)
        every = len(examples)
        self._bar.set(value=round(self._shown / every, 2) if every else 1)
        self._bar.classes(add="is-done") if self._shown == every else self._bar.classes(remove="is-done")
        self._title.text = self._said(every)

    def _said(self, every: int) -> str:
        w = self._w
        if self._shown < every:
            return w("Running the examples…")
        return held(self._found, w) if every else w("Examples")

    def _draw_row(self, example: Example, tried: Tried | None) -> None:
        w = self._w
        row = self._rows[example.name]
        row.clear()
        with row:
            if tried is None:
                icon("hourglass_empty").set(title=w("Not run yet"))
            elif tried.holds:
                icon("check_circle").classes("is-ok").set(title=w("Holds"))
            else:
                icon("cancel").classes("is-bad").set(title=w("Does not hold"))
            with tag("div", "cw-grow"):
                name = tag("button", "ex-name", example.name, type="button", title=w("Rehearse it"))
                name.on_click(partial(self._rehearse, example))
                tag("p", "cw-cap", self._about(example))
                if tried is not None:
                    draw_differences(tried, w)
            more = icon_button("more_vert", w("More about “{name}”", name=example.name))
            more.on_click(partial(self._menu, more, example))

    def _about(self, example: Example) -> str:
        w = self._w
        said = []
        for one in example.happenings:
            length = read_length(one.after) or 0
            event = Quoted(one.name)
            if length:
                said.append(w("{event} after {length}", event=event, length=Span(length)))
            else:
                said.append(w("{event} at the start", event=event))
        sent = sum(isinstance(line, GetsMessage) and line.state == "sent" for line in example.expects)
        said.append(w("{n} Message expected | {n} Messages expected", n=sent))
        return " · ".join(said)

    def _menu(self, beside: Tag, example: Example) -> None:
        w = self._w
        names = [one.name for one in self._opened.flow.examples]
        with open_menu(beside):
            menu_item(w("Rehearse it"), "visibility", partial(self._rehearse, example))
            menu_item(w("Rename"), "edit", partial(self.keeping.ask_rename, example.name, names))
            menu_line()
            menu_item(w("Delete"), "delete", partial(self.keeping.delete, example.name), bad=True)


def held(tried: Sequence[Tried], w: Words) -> str:
    """ "2 of 3 examples hold"."""
    args = {"holding": sum(one.holds for one in tried), "n": len(tried)}
    return w("{holding} of {n} example holds | {holding} of {n} examples hold", **args)


def draw_differences(tried: Tried, w: Words) -> None:
    """What is not as the example expects, a line each."""
    if tried.differs:
        with tag("ul", "ex-differs"):
            for said in tried.differs:
                tag("li", "", w.text(said))
