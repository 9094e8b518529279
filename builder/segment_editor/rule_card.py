"""The rule of a segment: its lines, what it says, and how many it would match now."""

from collections.abc import Callable
from typing import Any

from blocks.rule_words import say_rule
from builder.forms import Around
from builder.forms.rule import RuleBuilder
from builder.forms.rule.builder import WINDOWS
from builder.forms.rule.tree import Node
from builder.parts.tag import icon, tag
from builder.segment_editor.opened import Look
from builder.segment_editor.publishing import warning
from runtime.words import Words


class RuleCard:
    """The card. `on_change` gets the rule as it is drawn, perhaps half done."""

    def __init__(self, rule: Node, around: Around, on_change: Callable[[Node], Any]) -> None:
        self._w: Words = around.w
        w = self._w
        with tag("section", "cw-card cw-card-pad sg-rule"):
            tag("h3", "", w("Who is in it"))
            with tag("fieldset", "cw-plain-set") as self._set:
                self._builder = RuleBuilder(
                    rule,
                    lambda changed, _: on_change(changed or {"kind": "all", "rules": []}),
                    around,
                    windows=WINDOWS["past"],
                    event=False,
                )
            with tag("div", "cw-plain"):
                tag("h4", "", w("In plain words"))
                self._says = tag("p", "cw-say sg-says")
                tag("h4", "", w("Would match now"))
                with tag("div", "sg-count", role="status") as self._count:
                    self._figure = tag("span", "figure")
                    self._of = tag("span", "cw-cap")
                    self._busy = icon("progress_activity")
                self._busy.set_visibility(False)
                self._problems = tag("div", "cw-grid")

    def show_rule(self, rule: Node) -> None:
        """Another rule in place of this one."""
        self._builder.show(rule)

    def make_readonly(self, *, readonly: bool) -> None:
        """Nothing can be changed here."""
        self._set.set(disabled=True if readonly else None)

    def wait(self) -> None:
        """Counting takes longer than a moment."""
        self._count.classes(add="is-old")
        self._busy.set_visibility(True)

    def show(self, look: Look) -> None:
        """What the rule says, and how many it matches."""
        w = self._w
        self._count.classes(remove="is-old")
        self._busy.set_visibility(False)
        half = look.rule is None
        self._says.text = (
            w("Complete the condition, and it stands here in words.")
            if look.rule is None
            else w.text(say_rule(look.rule, look.known))
        )
        self._figure.text = "–" if look.count is None else w.number(look.count)
        self._of.text = "" if half or look.count is None else w("of {total}", total=w.number(look.total))
        self._problems.clear()
        with self._problems:
            for problem in look.problems:
                warning(problem, w)
