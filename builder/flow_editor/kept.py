"""What was typed beside the canvas and had not reached the flow: the browser keeps it, and here it is put back.

The canvas keeps the document from the moment it has a change. What is typed in the panel comes to it by way of the server,
and would be lost with that.
"""

from typing import TYPE_CHECKING

from builder.drafting.kept_texts import Kept, KeptTexts
from builder.parts.toast import toast

if TYPE_CHECKING:
    from builder.flow_editor.editor import FlowEditor

FLOW = "flow"
"""The part of the page with the settings of the flow, as `data-keep` names it."""
NAME = "name"
"""That with its name."""
_BLOCK = "block:"
LONGEST = 200
"""Of a text that is said."""


def part_of(block: str) -> str:
    """The part of the page with the settings of a block."""
    return _BLOCK + block


class KeptTyping:
    """Of one editor. Draws nothing that can be seen; made after the canvas, whose own kept changes come first."""

    def __init__(self, editor: "FlowEditor") -> None:
        self._editor = editor
        self._told: dict[str, str] = {}
        """What was heard and may be on its way to the browser's document yet, by place."""
        self._rev = editor.saving.draft.rev
        name = f"cartwheel.typed.{editor.user.workspace}.{editor.slug}"
        self._browser = KeptTexts(name, self._rev, self._found, self._heard)

    def settle(self) -> None:
        """Let go of what is in the browser's document by now; from there on the canvas keeps it."""
        texts: dict[str, str] = {}
        if not self._editor.sending:
            texts, self._told = self._told, texts
        if not self._editor.gone:
            self._browser.stored(self._editor.saving.draft.rev, texts)

    def _heard(self, place: str, text: str) -> None:
        self._told[place] = text
        if not self._editor.sending:
            self.settle()

    async def _found(self, kept: list[Kept]) -> None:
        """It goes in again if nobody has changed the draft since, else only if that is wished."""
        if self._editor.readonly:
            return
        parts = list(dict.fromkeys(one.section for one in kept))
        if all(one.rev == self._rev for one in kept):
            await self._put_back(parts)
            return
        w = self._editor.w
        toast(
            w("This browser kept something typed that was not saved, and the Flow was changed since."),
            action=w("Put it in"),
            on_action=lambda: self._put_back(parts),
            kind="info",
        )

    async def _put_back(self, parts: list[str]) -> None:
        editor, w = self._editor, self._editor.w
        back, lost = 0, list[str]()
        for part in parts:
            block = part.removeprefix(_BLOCK)
            if part == FLOW:
                editor.doing.open_settings()
            elif part != NAME and editor.block(block) is not None:
                editor.choose(block)
            count, homeless = await self._browser.put_back(part)
            back += count
            lost += homeless
        if back:
            editor.say_back()
        if lost:
            texts = ", ".join(f"“{text[:LONGEST]}”" for text in lost)
            toast(w("What you had typed has no place in the Flow any more: {texts}", texts=texts), kind="info")
