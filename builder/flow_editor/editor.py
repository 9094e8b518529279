"""The editor of one flow: it holds the parts together and decides what is shown, stored and checked when."""

import asyncio
from collections.abc import Coroutine, Mapping
from typing import Any

from nicegui import ui

from blocks.contract import Problem
from blocks.flow import BlockDoc, Conversion, Flow
from builder.access import Visitor, act, fetch
from builder.canvas import Document, FlowCanvas
from builder.drafting.autosave import Autosave, State
from builder.drafting.banner import Banner
from builder.drafting.faces import catalog, said_exits
from builder.drafting.page import Page
from builder.drafting.pen import Pen
from builder.flow_editor.around import around
from builder.flow_editor.bar import Bar
from builder.flow_editor.canvas_words import canvas_words
from builder.flow_editor.cards import Cards
from builder.flow_editor.doing import Doing
from builder.flow_editor.kept import KeptTyping
from builder.flow_editor.numbers import Numbers
from builder.flow_editor.opened import Look, Opened, look
from builder.flow_editor.panel import Asks, Panel
from builder.flow_editor.problems import ProblemList
from builder.flow_editor.seat import FlowSeating
from builder.flow_editor.trail import Followed
from builder.frame import Editor
from builder.parts.toast import toast
from runtime.desk import Draft
from runtime.engine.by_hand.adding import takes
from runtime.insight.pausing import pauses_until
from runtime.words import Words

CHECK_AFTER = 0.25
"""Seconds after the last change until the flow is checked."""

SLASH = """
document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, textarea, select, [contenteditable]")) return;
  const search = document.querySelector(".fc-pal input");
  if (search) { event.preventDefault(); search.focus(); }
});
"""
"""The key "/" leads to the search of blocks."""


class FlowEditor(Page):
    """Builds the page into `frame`. `pen` says whether this page may change the draft."""

    bar: Bar

    def __init__(self, user: Visitor, opened: Opened, pen: Pen, frame: Editor, w: Words) -> None:
        super().__init__(user, opened.draft.slug, frame.work, w)
        self.flow: Flow = opened.flow
        self.look: Look = opened.look
        self.cards = Cards(self.flow, self.look.known, self.look.problems, w)
        self.chosen: list[str] = []
        self.panel_closed = False
        self.previewing = False
        self._said_back = False
        self._sending: list[asyncio.Task[None]] = []
        """Changes that the browser was asked for and has not told yet."""
        self._check: asyncio.Task[None] | None = None
        self.saving = Autosave(opened.draft, self._store, self._stored, self._show_saving)
        self.doing = Doing(self)
        self.bar = Bar(frame, self.flow.name, self.doing, w)
        self._problems = ProblemList(self.bar.problems, self.choose, self.doing.open_examples, w)
        self.seating = FlowSeating(self, pen, Banner(frame), archived=opened.draft.state != "active")
        self._trail: Followed | None = None if self.readonly else self._followed(self.flow.to_json(), opened.draft.rev)
        with frame.work:
            self.canvas = self.cards.canvas = self._make_canvas(opened.draft)
            self._kept = KeptTyping(self)
            self.panel = Panel(around(self), self._asks(), user.zone)
            self._numbers = Numbers(self)
        self.make_readonly()
        self.show_look()
        self.show_panel()
        self.seating.show()
        ui.run_javascript(SLASH)

    @property
    def readonly(self) -> bool:
        """Whether another page changes the draft, or it is archived."""
        return self.seating.readonly

    @property
    def sending(self) -> bool:
        """Whether something that was typed is on its way to the browser's document."""
        return bool(self._sending)

    # ---- parts

    def _make_canvas(self, draft: Draft) -> FlowCanvas:
        return FlowCanvas(
            self.flow.to_json(),
            catalog=catalog(self.w, self.look.known),
            words=canvas_words(self.w),
            faces=self.cards.faces,
            exits=said_exits(self.flow.exits, self.look.known, self.w),
            draft_key=f"cartwheel.flow.{self.user.workspace}.{self.slug}",
            version=draft.rev,
            readonly=self.readonly,
            on_change=self._drawn,
            on_refused=self._refused,
            on_select=self._selected,
            on_open=self._opened,
            on_exits=self.doing.open_exits,
            on_conflict=self.seating.found_other_draft,
            on_history=lambda undo, redo: self.bar.show_history(can_undo=undo, can_redo=redo),
            trail=None if self._trail is None else self._trail.for_browser(),
        )

    def _followed(self, document: Document, rev: int) -> Followed:
        return Followed(self.user, self.slug, document, rev)

    def load(self, document: Document, rev: int) -> None:
        """Another document onto the canvas, to be changed from now on: nothing before it can be undone."""
        self._trail = self._trail or self._followed(document, rev)
        self._trail.begin(document, rev)
        self.canvas.load(document, rev)

    def replace(self, document: Document, rev: int) -> None:
        """What somebody stored in place of this draft, onto the canvas: undoing brings back what was there."""
        self._trail = self._trail or self._followed(self.flow.to_json(), rev)
        self._trail.replace(document, rev)
        self.canvas.replace(document, rev)

    def _asks(self) -> Asks:
        return Asks(
            patch=self._patch,
            patch_flow=self.patch_flow,
            duplicate=lambda: self.canvas.do("duplicateSelected"),
            delete=lambda: self.canvas.do("removeSelected"),
            close=self.close_panel,
            choose=self.choose,
            reach=self._numbers_of,
            success=self._success_of,
        )

    def _numbers_of(self, block: str) -> None:
        """How many a block's rule would match, into the panel as soon as it is known."""
        self.later(self._numbers.match(block))

    def _success_of(self, wanted: Conversion) -> None:
        """How many had a success, into the panel as soon as it is known."""
        self.later(self._numbers.succeed(wanted))

    # ---- what the canvas and the panel say

    def _drawn(self, rev: int, reason: str, flow: Flow, depth: int) -> None:
        if self.readonly:
            self.seating.drawn_without_pen(flow)
            return
        before, self.flow = self.flow, flow
        if self._trail is not None:
            self._trail.follow(self.canvas.flow, depth, travelled=reason in ("undo", "redo"))
        self.saving.put(rev, self.canvas.flow)
        self._show_changed(before)
        if reason == "restored":
            self.say_back()
        self.check_soon()

    def say_back(self) -> None:
        """Say once that this browser had kept changes, of the canvas or of the panel."""
        if not self._said_back:
            self._said_back = True
            toast(self.w("Changes that had not been saved are back."), kind="info")

    def _refused(self) -> None:
        """What the browser sent is no flow. It is not stored, and the browser gets the last good one."""
        toast(self.w("That change could not be read and was not saved. The Flow is as it was before."), kind="bad")
        self.load(self.canvas.flow, self.saving.draft.rev)

    def _selected(self, ids: list[str]) -> None:
        self.chosen = ids
        if self.previewing and not ids:
            return
        self.panel_closed = self.panel_closed and not ids
        self.show_panel()

    def _opened(self, block: str, keyboard: bool) -> None:
        self.show_preview(show=False)
        self.chosen = [block]
        self.panel_closed = False
        self.show_panel()
        if keyboard:
            self.panel.focus()

    def _patch(self, block: str, settings: dict[str, Any], key: str) -> None:
        """A setting typed in the panel: on the card at once, into the document by way of the browser."""
        doc = self.block(block)
        if self.readonly or doc is None:
            return
        self._send(self.canvas.patch(block, settings, key))
        said = self.cards.say(doc.model_copy(update={"settings": settings}))
        self.panel.show_face(said, self.problems_of(block))

    def patch_flow(self, parts: Mapping[str, Any]) -> None:
        """Change parts of the document that are no block."""
        if not self.readonly:
            self._send(self.canvas.patch_flow(parts))

    def _send(self, change: Coroutine[Any, Any, None]) -> None:
        """Let the browser make a change. Until it has, the form is ahead of the document and must not be set back."""

        async def there_and_back() -> None:
            try:
                await change
            finally:
                self._sending.remove(task)
            if not self._sending and not self.gone:
                self._kept.settle()
                self.show_panel()

        task = self.later(there_and_back())
        self._sending.append(task)

    async def settle(self) -> bool:
        """Store everything that was drawn and typed until now; whether that worked."""
        if self._sending:
            await asyncio.wait(self._sending)
        return await self.saving.flush()

    # ---- showing

    def block(self, id_: str) -> BlockDoc | None:
        """A block of the flow as it is drawn now."""
        return next((doc for doc in self.flow.blocks if doc.id == id_), None)

    def problems_of(self, block: str) -> list[Problem]:
        """What is wrong with one block."""
        return [problem for problem in self.look.problems if problem.block == block]

    def choose(self, block: str) -> None:
        """Lead to a block and open its form; "" opens the settings of the flow."""
        self.show_preview(show=False)
        if block:
            self.panel_closed = False
            self.canvas.do("select", block)
        else:
            self.doing.open_settings()

    def show_preview(self, *, show: bool) -> None:
        """Light the way of a Contact, or end that."""
        if show == self.previewing:
            return
        self.previewing = show
        if not show:
            self.canvas.do("setPath", None)
        self.panel_closed = False
        self.panel.close()
        self.show_panel()

    def _light(self, blocks: list[str], links: list[str]) -> None:
        self.canvas.do("setPath", {"blocks": blocks, "links": links})

    def close_panel(self) -> None:
        """Give the room to the canvas until something is chosen again."""
        self.show_preview(show=False)
        self.panel_closed = True
        self.panel.close()

    def show_panel(self, *, asked: bool = False) -> None:
        """Show the form of what is chosen."""
        if self.panel_closed:
            return
        if self.previewing:
            self.panel.show_preview(self.flow, self.cards.faces, self._light)
            return
        docs = [doc for id_ in self.chosen if (doc := self.block(id_)) is not None]
        if len(docs) == 1:
            said, problems = self.cards.faces[docs[0].id], self.problems_of(docs[0].id)
            self.panel.show_block(docs[0], said, problems, typing=self.sending)
        elif docs:
            self.panel.show_several(len(docs))
        else:
            self.panel.show_flow(self.flow, self.look.problems, asked=asked, typing=self.sending)

    def make_readonly(self) -> None:
        """Let the parts follow whether this page may change the draft."""
        self.canvas.make_readonly(readonly=self.readonly)
        self.bar.make_readonly(readonly=self.readonly)
        self.panel.make_readonly(readonly=self.readonly)
        self.show_state()
        if not self.panel_closed:
            self.panel.close()
            self.show_panel()

    def show_draft(self, flow: Flow) -> None:
        """Another document in place of this one: theirs after a conflict, or what another tab has stored."""
        before, self.flow = self.flow, flow
        self._kept.settle()
        self._show_changed(before)
        self.check_soon()

    def _show_changed(self, before: Flow) -> None:
        """Show what a change of the document changed."""
        self.cards.follow(before, self.flow)
        if before.name != self.flow.name:
            self.bar.show_name(self.flow.name)
            ui.page_title(f"{self.flow.name} · Cartwheel")
        self.show_panel()

    # ---- checking

    def check_soon(self) -> None:
        """Check a moment after the last change."""
        if self._check is not None:
            self._check.cancel()
        self._check = asyncio.create_task(self._check_now())

    async def _check_now(self) -> None:
        await asyncio.sleep(CHECK_AFTER)
        flow = self.flow
        found = await fetch(look, self.user, self.slug, flow, self.w)
        if flow is self.flow and not self.gone:
            self.take_look(found)

    def take_look(self, found: Look) -> None:
        """Show how the draft stands by now."""
        self.look = found
        self.show_look()

    def show_look(self) -> None:
        """Problems on the cards and in the list, what is not published yet."""
        bad = sum(problem.level == "bad" for problem in self.look.problems)
        self.bar.show_problems(bad, len(self.look.problems) - bad)
        self.cards.check(self.flow, self.look.known, self.look.problems)
        self._problems.show(self.look.problems, self.flow, self.cards.faces)
        self.show_state()
        self._show_saving(self.saving.state)
        if (said := self.cards.faces.get(self.panel.block)) is not None:
            self.panel.show_face(said, self.problems_of(self.panel.block))
        self.panel.tell_flow(self.look.problems)

    def show_problems(self) -> None:
        """Open the list, at the first problem."""
        first = next((one.block for one in self.look.problems if one.level == "bad" and one.block), "")
        if first:
            self.choose(first)
        self._problems.open()

    def show_state(self) -> None:
        """Draft, live, paused; and what the menu offers for it."""
        live = self.look.live
        state = "draft" if live is None else live.state
        since = "" if live is None else self.w.date(live.since_at, self.user.zone, "short")
        back = state == "archived" and not self.seating.archived and live is not None and not live.finished
        self.bar.show_state("draft" if back else state, since, readonly=self.readonly)
        self.bar.show_pause(self._pauses_until())
        by_hand = live is not None and takes(live.document)
        self.bar.fill_menu(state, readonly=self.readonly, by_hand=by_hand)

    def _pauses_until(self) -> str:
        live, user = self.look.live, self.user
        if live is None or live.state != "live":
            return ""
        until = pauses_until(live.document, user.house.clock.now(), user.zone)
        return "" if until is None else self.w.date(until, user.zone, "short")

    # ---- storing

    async def _store(self, document: Document, rev: int) -> Draft:
        house = self.user.house
        drafts = house.desk.drafts(self.user.workspace)
        return await act(self.user, drafts.save, "flow", self.slug, document, rev, self.user.email, house.clock.now())

    def _stored(self, number: int, draft: Draft) -> None:
        if self._trail is not None:
            self._trail.stored(draft.rev)
        if not self.gone:
            self.canvas.ack(number, draft.rev)
            self._kept.settle()
        self.seating.stored(draft)

    def _show_saving(self, state: State) -> None:
        if not self.gone:
            self.seating.show_saving(state)
