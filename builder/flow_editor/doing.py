"""What the bar and its menu do."""

from functools import partial
from typing import TYPE_CHECKING

import orjson
from nicegui import ui

from blocks.flow import Flow
from builder.access import act, fetch
from builder.adding.many import add_people
from builder.drafting import deeds as desk
from builder.flow_editor import publishing
from builder.flow_editor.insiders import Fates, Insiders
from builder.flow_editor.opened import look
from builder.flow_editor.reach import said_reach
from builder.flow_list import deeds
from builder.flow_list.resuming import resume
from builder.parts.controls import button
from builder.parts.dialog import dialog
from builder.parts.toast import toast
from runtime.engine.publishing.moving import foresee, inside
from runtime.engine.publishing.overdue import Choice
from runtime.engine.publishing.publish import NotPublishable, publish
from runtime.insight.beginnings import only_by_hand
from runtime.rehearsal import run_examples

if TYPE_CHECKING:
    from builder.flow_editor.editor import FlowEditor

_STATE = "state"
"""What a flow is by now: said of one thing, so that only the last holds."""


class Doing:
    """One editor's deeds. Each asks again who is there before anything is changed."""

    def __init__(self, editor: "FlowEditor") -> None:
        self._editor = editor

    def rename(self, name: str) -> None:
        """Another name, in the document like every other change, so that it can be undone."""
        if name != self._editor.flow.name and not self._editor.readonly:
            self._editor.patch_flow({"name": name[:120]})

    def undo(self) -> None:
        """Take the last change back."""
        self._editor.canvas.do("undo")

    def redo(self) -> None:
        """Do again what was taken back."""
        self._editor.canvas.do("redo")

    def tidy(self) -> None:
        """Put the cards in order."""
        self._editor.canvas.do("tidy")

    def fit(self) -> None:
        """Bring all of it into view."""
        self._editor.canvas.do("fit")

    def open_settings(self) -> None:
        """The settings of the whole flow."""
        self._editor.show_preview(show=False)
        self._editor.panel_closed = False
        self._editor.chosen = []
        self._editor.canvas.do("select", "")
        self._editor.show_panel(asked=True)

    def open_exits(self) -> None:
        """The settings, and in them the exit rules."""
        self.open_settings()
        self._editor.panel.show_exits()

    def preview(self) -> None:
        """Show the way of a Contact, or end that."""
        self._editor.show_preview(show=not self._editor.previewing)

    async def rehearse(self) -> None:
        """Leave for the rehearsal, which looks at what is stored."""
        await self._editor.settle()
        ui.navigate.to(f"/flows/{self._editor.slug}/rehearse")

    async def open_examples(self) -> None:
        """Leave for the examples, on the page of the rehearsal."""
        await self._editor.settle()
        ui.navigate.to(f"/flows/{self._editor.slug}/rehearse?tab=examples")

    async def open_runs(self) -> None:
        """Leave for the page that says who is where."""
        await self._editor.settle()
        ui.navigate.to(f"/flows/{self._editor.slug}/runs")

    async def open_versions(self) -> None:
        """Leave for what was published so far."""
        await self._editor.settle()
        ui.navigate.to(f"/flows/{self._editor.slug}/versions")

    async def publish(self) -> None:
        """Look once more at everything; then the list of problems, or the dialog."""
        editor, w = self._editor, self._editor.w
        if not await editor.settle():
            toast(w("Not everything is saved yet, so nothing was published. Wait until it is."), kind="bad")
            return
        editor.take_look(await fetch(look, editor.user, editor.slug, editor.flow, w))
        if any(problem.level == "bad" for problem in editor.look.problems):
            editor.show_problems()
            return
        reach = await fetch(said_reach, editor.user, editor.slug, editor.flow, editor.look.known, w)
        tried = await fetch(run_examples, editor.user.house, editor.user.workspace, editor.slug, editor.flow)
        standing = await fetch(inside, editor.user.house, editor.user.workspace, editor.slug)
        live = editor.look.live
        insiders = None
        if live is not None and live.state != "archived" and standing:
            before = Flow.model_validate(live.document)
            house, workspace = editor.user.house, editor.user.workspace
            insiders = Insiders(
                standing,
                before,
                editor.flow,
                editor.look.known,
                lambda moves: fetch(foresee, house, workspace, editor.slug, editor.flow, moves),
                w,
            )
        due = await fetch(deeds.overdue, editor.user, editor.slug)
        question = publishing.Question(editor.look, editor.flow, reach, insiders, tried, due, w)
        question.ask(partial(self._publish, insiders, due), self.open_settings, self.open_examples)

    async def _publish(self, insiders: Insiders | None, due: int, choice: Choice) -> None:
        editor, w = self._editor, self._editor.w
        user = editor.user
        moves = insiders.moves if insiders is not None else {}
        try:
            await act(user, publish, user.house, user.workspace, editor.slug, user.email, moves, choice)
        except NotPublishable:
            editor.take_look(await fetch(look, user, editor.slug, editor.flow, w))
            editor.show_problems()
            return
        editor.take_look(await fetch(look, user, editor.slug, editor.flow, w))
        fates = insiders.fates if insiders is not None else Fates()
        said = publishing.done(editor.flow, editor.look.known, fates, w, choice, due)
        if only_by_hand(editor.flow):
            toast(said, action=w("Add people"), on_action=self.add_people, about=_STATE)
        else:
            toast(said, about=_STATE)

    def add_people(self) -> None:
        """Let people in by hand, those whom one chooses."""
        editor = self._editor
        add_people(editor.user, editor.w, editor.slug, editor.flow.name, self._look_again)

    async def switch_live(self) -> None:
        """Pause, or go on."""
        editor, w = self._editor, self._editor.w
        if editor.look.live is None or editor.look.live.state != "live":
            await self.resume()
            return
        await act(editor.user, deeds.pause, editor.user, editor.slug)
        await self._changed(w("Paused. People go on inside, but nothing is sent: their Messages are kept."))

    async def resume(self) -> None:
        """Go on; what came due while it was paused is asked about."""
        editor = self._editor
        await resume(editor.user, editor.slug, editor.flow.name, self._changed, editor.w)

    async def finish(self) -> None:
        """Let those inside get to the end, and nobody else in."""
        editor, w = self._editor, self._editor.w
        await act(editor.user, deeds.finish, editor.user, editor.slug)
        await self._changed(w("Nobody enters any more. The Flow is archived when the last one is out."))

    async def _look_again(self) -> None:
        editor = self._editor
        editor.take_look(await fetch(look, editor.user, editor.slug, editor.flow, editor.w))

    async def _changed(self, said: str, undo: bool = True) -> None:
        """Show the state as it is now; with `undo` it can be switched back."""
        editor, w = self._editor, self._editor.w
        editor.take_look(await fetch(look, editor.user, editor.slug, editor.flow, w))
        toast(said, action=w("Undo") if undo else "", on_action=self.switch_live, about=_STATE)

    async def duplicate(self) -> None:
        """A draft like it, and its page."""
        editor, w = self._editor, self._editor.w
        await editor.settle()
        name = w("{name}, copy", name=editor.flow.name)[:120]
        slug = await act(editor.user, desk.duplicate, editor.user, "flow", editor.slug, name)
        ui.navigate.to(f"/flows/{slug}")

    async def export(self) -> None:
        """The document as a file."""
        editor = self._editor
        content = orjson.dumps(editor.flow.to_json(), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
        ui.download.content(content, f"{editor.slug}.json", "application/json")

    async def archive(self) -> None:
        """Put it away. Asks first when people are inside, because they leave at once."""
        editor, w = self._editor, self._editor.w
        people = sum((await fetch(inside, editor.user.house, editor.user.workspace, editor.slug)).values())
        if not people:
            await self._archive()
            return
        title = w("{n} person is in this Flow | {n} people are in this Flow", n=people)
        text = w("They leave at once, and what waits for them is not sent. The numbers stay.")
        with dialog(title, text, close=w("Close")) as box, box.footer:
            button(w("Cancel"), box.close)
            button(w("Archive"), self._archive, kind="bad")

    async def _archive(self) -> None:
        editor = self._editor
        await editor.settle()
        await act(editor.user, deeds.put_away, editor.user, editor.slug, "archive")
        ui.navigate.to("/flows")

    async def bring_back(self) -> None:
        """Out of the archive or the bin."""
        editor = self._editor
        await act(editor.user, deeds.bring_back, editor.user, editor.slug)
        ui.navigate.reload()
