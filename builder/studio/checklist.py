"""The list "Before it goes out": what is fine, and what is not, each leading to its place."""

from collections.abc import Callable
from typing import Any

from builder.parts.tag import Tag, icon, tag
from builder.studio.checks import Checked, Line
from runtime.words import Words

_SYMBOLS = {"ok": "check_circle", "warn": "warning", "bad": "error"}


class CheckList:
    """Draws itself where it is made. `on_jump` gets section and field of a problem."""

    def __init__(self, w: Words, on_jump: Callable[[str, str], Any]) -> None:
        self.w = w
        self._on_jump = on_jump
        self._shown: Checked | None = None
        self.root = tag("section", "st-checks", aria_label=w("Before it goes out"))
        with self.root:
            with tag("h4", "cw-row"):
                tag("span", "cw-grow", w("Before it goes out"))
                self._count = tag("span", "cw-chip")
            self._list = tag("ul", "st-check")

    def show(self, checked: Checked) -> None:
        """What was found."""
        if self._shown is not None and checked.lines == self._shown.lines:
            return
        self._shown = checked
        say_count(self._count, checked, self.w)
        self._list.clear()
        with self._list:
            for line in checked.lines:
                with tag("li"):
                    icon(_SYMBOLS[line.level]).classes(f"cw-{line.level}-t")
                    self._words(line)

    def _words(self, line: Line) -> None:
        text = self.w.text(line.phrase)
        if line.brand and line.level != "ok":
            with tag("span"):
                tag("span", "", text + " ")
                tag("a", "cw-a", self.w("Open the brand kit"), href="/brand")
        elif line.section or line.field:
            made = tag("button", "st-jump", text, type="button")
            made.on_click(lambda: self._on_jump(line.section, line.field))
        else:
            tag("span", "", text)


def say_count(chip: Tag, checked: Checked, w: Words) -> None:
    """ "4 of 5", in the colour of the worst."""
    chip.classes(replace=f"cw-chip is-{checked.level}")
    chip.text = w("{n} of {all}", n=checked.good, all=checked.asked)
