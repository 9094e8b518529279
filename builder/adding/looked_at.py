"""What adding the lines of a file would do, said before anything happens; then all of it, with a bar that moves."""

from collections.abc import Awaitable, Callable

from nicegui import ui

from builder.access import Visitor, act, fetch
from builder.adding.deeds import who_adds
from builder.parts.controls import button
from builder.parts.dialog import Dialog
from builder.parts.tag import icon, tag
from builder.parts.toast import toast
from runtime.engine.by_hand.adding import CannotAdd
from runtime.intake import add_file
from runtime.intake.add_file import Preview
from runtime.intake.contact_file import Sheet
from runtime.words import Words

MOST_WRONG = 100
"""Lines that are named; of more it is said how many there are."""


class LookedAt:
    """Draws itself where it is made, with its buttons in the dialog's footer."""

    def __init__(
        self,
        user: Visitor,
        w: Words,
        slug: str,
        sheet: Sheet,
        found: Preview,
        box: Dialog,
        then: Callable[[], Awaitable[None]],
        back: Callable[[], None],
        *,
        is_file: bool,
    ) -> None:
        self._user, self._w, self._slug, self._sheet, self._found = user, w, slug, sheet, found
        self._box, self._then, self._share = box, then, 0.0
        self._is_file, self._back = is_file, back
        self._root = tag("div", "ad-found")
        with self._root:
            self._counts()
            self._wrong()
        self._buttons()

    @classmethod
    async def look(
        cls,
        user: Visitor,
        w: Words,
        slug: str,
        sheet: Sheet,
        box: Dialog,
        then: Callable[[], Awaitable[None]],
        back: Callable[[], None],
        *,
        is_file: bool = True,
    ) -> None:
        """Look at a sheet and draw what was found into the open slot. `back` leads to where the sheet came from."""
        try:
            found = await fetch(add_file.preview, user.house, user.workspace, slug, sheet)
        except CannotAdd as refused:
            toast(w.text(refused.phrase), kind="bad")
            back()
            return
        cls(user, w, slug, sheet, found, box, then, back, is_file=is_file)

    def _counts(self) -> None:
        w, found, sheet = self._w, self._found, self._sheet
        take = len(found.take)
        self._line("login", "ok", w("{n} Contact will be added | {n} Contacts will be added", n=take))
        if found.new:
            text = w(
                "{n} of them is not known yet and is made | {n} of them are not known yet and are made", n=found.new
            )
            self._line("person_add", "trigger", text)
        if found.before:
            text = w(
                "{n} line was added from this file before | {n} lines were added from this file before", n=found.before
            )
            self._line("history", "action", text)
        for why, n in found.kept_out:
            text = w("{n} cannot come in | {n} cannot come in", n=n)
            self._line("block", "action", text, w.text(why))
        if self._is_file:
            for one in sheet.dates:
                text = w(
                    "In {column}, {written} was read as {read}",
                    column=f"“{one.column}”",
                    written=one.written,
                    read=one.read,
                )
                self._line("event", "timing", text)
            self._line("description", "timing", w("Read as {encoding}", encoding=sheet.encoding))

    def _line(self, symbol: str, tone: str, text: str, below: str = "") -> None:
        with tag("div", "ad-line"):
            with tag("span", f"cw-tile cw-tile-s f-{tone}"):
                icon(symbol)
            with tag("span", "cw-grow"):
                tag("span", "cw-block-el", text)
                if below:
                    tag("span", "cw-cap cw-block-el", below)

    def _wrong(self) -> None:
        w, wrong = self._w, self._sheet.wrong
        if not wrong:
            return
        lines = len({one.number for one in wrong})
        self._line("error", "bad", w("{n} line cannot be taken: | {n} lines cannot be taken:", n=lines))
        with tag("div", "ad-wrong", tabindex="0"):
            for one in wrong[:MOST_WRONG]:
                with tag("p"):
                    tag("strong", "cw-tab", w("Line {n}", n=one.number))
                    if one.column:
                        tag("span", "cw-cap", one.column)
                    tag("span", "", w.text(one.reason))
            if len(wrong) > MOST_WRONG:
                tag("p", "cw-cap", w("and {n} more", n=len(wrong) - MOST_WRONG))

    def _buttons(self) -> None:
        w, take = self._w, len(self._found.take)
        self._box.footer.clear()
        with self._box.footer:
            self._bar = tag("progress", "ad-bar cw-grow", max="1", value="0", aria_label=w("Progress"))
            self._bar.set_visibility(False)
            button(w("Back"), self._back, kind="quiet")
            tag("span", "cw-grow")
            button(w("Cancel"), self._box.close)
            if take:
                words = w("Add {n} | Add {n}", n=take)
                if self._sheet.wrong:
                    words = w("Add the other {n} | Add the other {n}", n=take)
                self._go_button = button(words, self._go, kind="primary")

    async def _go(self) -> None:
        w = self._w
        self._go_button.set(disabled=True)
        self._bar.set_visibility(True)
        timer = ui.timer(0.2, lambda: self._bar.set(value=f"{self._share:.3f}"))
        user = self._user
        try:
            stored = await act(
                user,
                add_file.add,
                user.house,
                user.workspace,
                self._slug,
                self._sheet,
                self._found.take,
                who_adds(user),
                self._move,
            )
        except CannotAdd as refused:
            toast(w.text(refused.phrase), kind="bad")
            return
        finally:
            timer.cancel()
        self._box.close()
        await self._then()
        text = w("{n} Contact was added and enters now. | {n} Contacts were added and enter now.", n=stored)
        toast(text, kind="ok" if stored else "info")

    def _move(self, share: float) -> None:
        self._share = share
