"""The ways of a split: each with its name, and its rule in a fold below."""

from collections.abc import Mapping
from typing import Any

from blocks.phrase import say
from blocks.rule_words import say_rule
from builder.drafting.half_done import read_rule
from builder.forms.field import Field, Show
from builder.forms.listed.rows import Item, Rows
from builder.forms.rule import RuleBuilder
from builder.forms.rule.builder import WINDOWS
from builder.parts.tag import icon, tag


class WayLine:
    """A way: its name, its rule in words, and the rule builder where the words are pressed."""

    def __init__(self, rows: Rows, item: Item) -> None:
        self._rows, self._id = rows, item["id"]
        self._rule: Mapping[str, Any] | None = item.get("rule")
        self._builder: RuleBuilder | None = None
        with tag("div", "cw-item-head"):
            rows.name_box(item)
            rows.off_button(item)
        fold = f"{rows.field.id}-{self._id}"
        self._says = tag("button", "cw-item-says", type="button", aria_expanded="false", aria_controls=fold)
        with self._says:
            self._words = tag("span", "cw-grow")
            icon("expand_more", "s")
        self._says.on_click(self._turn)
        self._fold = tag("div", "cw-item-fold", id=fold)
        self._fold.set_visibility(False)
        self._say()

    def show(self, item: Item) -> None:
        """Show the way as it is by now."""
        self._rule = item.get("rule")
        if self._builder is not None:
            self._builder.show(self._rule)
        self._say()

    def open(self) -> None:
        """Unfold the rule."""
        if self._builder is None:
            with self._fold:
                self._builder = RuleBuilder(
                    self._rule,
                    self._put,
                    self._rows.field.around,
                    context=self._rows.field.around.run_events,
                    windows=WINDOWS["run"],
                )
        self._unfold(yes=True)

    def _turn(self) -> None:
        if self._fold.visible:
            self._unfold(yes=False)
        else:
            self.open()

    def _unfold(self, *, yes: bool) -> None:
        self._fold.set_visibility(yes)
        self._says.set(aria_expanded="true" if yes else "false")

    def _put(self, rule: Mapping[str, Any] | None, step: int) -> None:
        self._rule = rule
        self._rows.change(self._id, f"rule#{step}", rule=rule)
        self._say()

    def _say(self) -> None:
        w, empty = self._rows.field.w, not self._rule or self._rule.get("rules") == []
        rule = None if empty else read_rule(self._rule)
        if rule is not None:
            self._words.text = w.text(say("If {rule}", rule=say_rule(rule, self._rows.field.around.known())))
        else:
            self._words.text = w("Who goes this way?") if empty else w("This rule is not finished")
        self._says.classes(remove="is-open") if rule is not None else self._says.classes(add="is-open")


def draw_ways(field: Field) -> Show:
    """The widget "ways"."""
    w = field.w
    tag("h4", "", field.title)
    field.says_itself = True

    def everyone_else() -> None:
        with tag("div", "cw-item is-fixed"):
            icon("subdirectory_arrow_right", "s")
            with tag("div", "cw-grow"):
                tag("span", "cw-strong", w("Everyone else"))
                tag("span", "cw-cap", w("Who fits no way above"))

    rows = Rows(
        field,
        WayLine,
        lambda items: {"name": w("Way {n}", n=len(items) + 1), "rule": {"kind": "all", "rules": []}},
        add_words=w("Add a way"),
        name_words=w("Name of the way"),
        too_few=w("A split has two ways at least, besides everyone else."),
        after=everyone_else,
    )
    return rows.show
