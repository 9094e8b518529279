"""Whose segment it is to change: what a segment has to say to that."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from builder.drafting.autosave import Document
from builder.drafting.banner import Action, Banner
from builder.drafting.pen import Pen
from builder.drafting.seat import WholeSeating
from builder.segment_list.entries import differs

if TYPE_CHECKING:
    from builder.segment_editor.editor import SegmentEditor


class SegmentSeating(WholeSeating[Document]):
    """The seat of one page. A segment is its document as it is drawn, perhaps half done."""

    typing = 0.3

    def __init__(self, editor: "SegmentEditor", pen: Pen, banner: Banner, *, archived: bool) -> None:
        super().__init__(editor, pen, banner, archived=archived)
        self._editor = editor

    def read(self, document: Document) -> Document | None:
        """The document, if it has a rule or is a list."""
        rule = document.get("rule")
        return document if rule is None or isinstance(rule, Mapping) else None

    def copied(self, content: Document, name: str) -> Document:
        """The segment under another name."""
        return {**content, "name": name}

    def name(self, content: Document) -> str:
        """The segment's name."""
        return str(content.get("name", ""))

    def show_saved(self) -> None:
        """Since when, and whether it is published."""
        editor, w = self._editor, self.w
        if editor.saving.state != "saved":
            return
        text = w("Saved {time}", time=self.time(editor.saving.draft.changed_at))
        if editor.look.live is not None and not editor.is_list:
            more = (
                w("Changes not published")
                if differs(editor.document, editor.look.live)
                else w("all of it is published")
            )
            text += f" · {more}"
        editor.bar.saved.show(text)

    def say_archived(self) -> tuple[str, *tuple[Action, ...]]:
        """It can be brought back in the list."""
        return (self.w("This Segment is put away, and nobody is in it. Restore it in the list to change it."),)

    def say_held(self, who: str, time: str) -> str:
        """Somebody has the segment open."""
        return self.w(
            "{who} has this Segment open in another tab since {time}. You are looking on.", who=who, time=time
        )

    def say_changed(self, who: str, time: str) -> str:
        """Somebody stored another rule."""
        return self.w(
            "{who} changed this Segment at {time}, while it was open here. Your last changes are not saved.",
            who=who,
            time=time,
        )
