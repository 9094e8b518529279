"""Whose flow it is to change: what a flow has to say to that, and what its browser kept."""

from typing import TYPE_CHECKING

from blocks.flow import Flow
from builder.canvas import read_flow
from builder.drafting.autosave import Document
from builder.drafting.banner import Action, Banner
from builder.drafting.pen import Pen
from builder.drafting.seat import Seating
from runtime.desk import Draft

if TYPE_CHECKING:
    from builder.flow_editor.editor import FlowEditor


class FlowSeating(Seating[Flow]):
    """The seat of one flow editor."""

    typing = 0.3
    """The pause of a field, and the way to the server and back by the browser, whose document it is."""

    def __init__(self, editor: "FlowEditor", pen: Pen, banner: Banner, *, archived: bool) -> None:
        super().__init__(editor, pen, banner, archived=archived)
        self._editor = editor

    def read(self, document: Document) -> Flow | None:
        """The flow, if it is one."""
        return read_flow(document)

    def copied(self, content: Flow, name: str) -> Document:
        """The flow under another name."""
        return {**content.to_json(), "name": name}

    def name(self, content: Flow) -> str:
        """The flow's name."""
        return content.name

    def put(self, content: Flow, draft: Draft) -> None:
        """Onto the canvas."""
        self._editor.load(content.to_json(), draft.rev)
        self._editor.show_draft(content)

    def put_in_place(self, content: Flow, draft: Draft) -> None:
        """Onto the canvas, as a step that can be undone."""
        self._editor.replace(content.to_json(), draft.rev)
        self._editor.show_draft(content)

    def look_on(self, content: Flow) -> None:
        """Onto the canvas; what this browser keeps is left alone."""
        self._editor.canvas.follow(content.to_json())
        self._editor.show_draft(content)

    def show_saved(self) -> None:
        """Since when, and how much of it is not published."""
        editor, w = self._editor, self.w
        text = w("Draft saved {time}", time=self.time(editor.saving.draft.changed_at))
        live = editor.look.live
        if live is not None and live.state != "archived":
            count = len(editor.look.changes)
            more = w("{n} change not published | {n} changes not published", n=count)
            text += " · " + (more if count else w("all of it is published"))
        editor.bar.saved.show(text)

    def say_archived(self) -> tuple[str, *tuple[Action, ...]]:
        """It can be brought back."""
        said = self.w("This Flow is archived. It does nothing, and nothing can be changed.")
        return said, (self.w("Bring it back"), self._editor.doing.bring_back)

    def say_held(self, who: str, time: str) -> str:
        """Somebody has the flow open."""
        return self.w("{who} has this Flow open in another tab since {time}. You are looking on.", who=who, time=time)

    def say_failing(self, why: str) -> str:
        """The browser keeps what is drawn."""
        return self.w(
            "Saving does not work just now: {why}. What you draw is kept in this browser, "
            "and saving is tried again every few seconds.",
            why=why,
        )

    def say_changed(self, who: str, time: str) -> str:
        """Somebody stored another flow."""
        return self.w(
            "{who} changed this Flow at {time}, while it was open here. Your last changes are not saved.",
            who=who,
            time=time,
        )

    def drawn_without_pen(self, flow: Flow) -> None:
        """The browser sent a change although another page has the pen by now: it was cut off when that happened."""
        said = self.w("Somebody else took over while this page was offline. Your last changes are not saved.")
        self.offer_copy(said, lambda: self.copy(flow))

    async def found_other_draft(self) -> None:
        """The browser kept changes that rest on an older state than the desk has."""
        kept = await self._editor.canvas.other_draft()
        if kept is None or kept.to_json() == self._editor.flow.to_json():
            # Stored after all: the page was left before it could hear of it.
            self._editor.canvas.do("dropDraft")
            return
        self._banner.show(
            self.w("This browser kept changes that were not saved, and the Flow was changed elsewhere meanwhile."),
            (self.w("Keep them as a copy"), lambda: self._copy_kept(kept)),
            (self.w("Forget them"), self._forget_kept),
            symbol="history",
            warn=True,
        )

    async def _copy_kept(self, kept: Flow) -> None:
        self._editor.canvas.do("dropDraft")
        await self.copy(kept)

    def _forget_kept(self) -> None:
        self._editor.canvas.do("dropDraft")
        self.show()
