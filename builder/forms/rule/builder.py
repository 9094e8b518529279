"""The rule builder: lines, the words between them, and below them the sentence."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, get_args

from blocks.contract import Block
from blocks.phrase import say
from blocks.rule_words import say_rule
from builder.drafting.half_done import read_rule
from builder.forms.around import Around
from builder.forms.field import Field, Show
from builder.forms.rule.lines import Line
from builder.forms.rule.sentence import Sentence
from builder.forms.rule.subjects import DRAWN, new_line
from builder.forms.rule.tree import (
    Join,
    Node,
    Path,
    add,
    add_within,
    as_group,
    closed,
    is_group,
    put,
    rejoin,
    remove,
)
from builder.parts.controls import button
from builder.parts.kept import Kept
from builder.parts.tag import tag
from runtime.words import Words

WINDOWS: Mapping[str, tuple[str, ...]] = {
    "run": ("since_entering", "last_days", "ever"),
    "past": ("last_days", "ever"),
}
"""Which windows a place offers: inside a run, or before it has begun."""


class RuleBuilder:
    """Draws a rule where it is made. `on_change(rule, step)` gets the rule as it is saved, perhaps half done; `step` counts
    the lines that were added, taken out or joined otherwise, so that each of these is taken back for itself.

    `context` names the events whose fields can be compared, `event` says whether there is one at all, `first` what a new
    line is about.
    """

    def __init__(
        self,
        rule: Mapping[str, Any] | None,
        on_change: Callable[[Node | None, int], Any],
        around: Around,
        *,
        context: Callable[[], Sequence[str]] = tuple,
        windows: Sequence[str] = WINDOWS["run"],
        first: str = "did",
        event: bool = True,
        optional: bool = False,
        add_words: str = "",
    ) -> None:
        self.around = around
        self.group = as_group(rule)
        self._on_change = on_change
        self._context = context
        self._windows = windows
        self._first = first
        self._event = event
        self._optional = optional
        self._add_words = add_words or around.w("Add a condition")
        self._lines: dict[Path, Line] = {}
        self._kept = Kept()
        self._step = 0
        self._fresh: set[Path] = set()
        """Lines that were just added: that they are empty goes without saying."""
        self._box = tag("div", "cw-rule-box")
        self._draw()

    def show(self, rule: Mapping[str, Any] | None) -> None:
        """Draw another rule, unless it is this one."""
        group = as_group(rule)
        if group != self.group:
            self.group = group
            self._draw()

    def _save(self) -> None:
        self._on_change(closed(self.group, optional=self._optional), self._step)

    def _become(self, group: Node, focus: Path | None = None, *, fresh: bool = False) -> None:
        self.group = group
        self._fresh = {focus} if fresh and focus is not None else set()
        self._draw()
        self._step += 1
        self._save()
        self._step += 1
        if focus in self._lines:
            self._lines[focus].focus()

    def _draw(self) -> None:
        """Draw the lines where they stand by now. One whose condition is the same stays as it is."""
        w, drawn = self.around.w, {id(line.node): line for line in self._lines.values()}
        self._lines = {}
        lines = self.group["rules"]
        with self._kept.redrawing(self._box):
            if lines:
                with tag("div", "cw-rule"):
                    self._draw_lines(self.group, (), drawn)
            with tag("div", "cw-row cw-rule-more"):
                if not lines:
                    button(self._add_words, lambda: self._add("all"), small=True, symbol="add", each=True)
                else:
                    button(w("And…"), lambda: self._add("all"), small=True, symbol="add", each=True)
                    button(w("Or…"), lambda: self._add("any"), small=True, symbol="add", each=True)

    def _draw_lines(self, group: Node, path: Path, drawn: Mapping[int, Line]) -> None:
        for index, node in enumerate(group["rules"]):
            here = (*path, index)
            if index:
                self._draw_join(group["kind"], path)
            if is_group(node) and not path:
                with tag("div", "cw-rule is-inner"):
                    self._draw_lines(node, here, drawn)
                    word = self.around.w("And…") if node["kind"] == "all" else self.around.w("Or…")
                    add_here = button(word, partial(self._add_within, index), kind="quiet", small=True, each=True)
                    add_here.classes("cw-rule-add")
            elif node.get("kind") in DRAWN:
                line = self._lines[here] = drawn.get(id(node)) or self._line(node, here)
                line.compare_with(self._context())
                self._kept.stay(line.drawn)
            else:
                Sentence(node, self.around, partial(self._remove, here))

    def _line(self, node: Node, path: Path) -> Line:
        def change(changed: Node) -> None:
            self.group = put(self.group, self._path_of(line), changed)
            self._save()

        line = Line(
            node,
            change,
            self.around,
            context=self._context(),
            windows=self._windows,
            event=self._event,
            strict=path not in self._fresh,
            on_remove=lambda: self._remove(self._path_of(line)),
        )
        return line

    def _path_of(self, line: Line) -> Path:
        return next(path for path, one in self._lines.items() if one is line)

    def _draw_join(self, join: Join, path: Path) -> None:
        w = self.around.w
        word, other = (w("AND"), w("OR")) if join == "all" else (w("OR"), w("AND"))
        with tag("div", "cw-join"):
            made = tag("button", "", word, type="button", title=w("Change to {word}", word=other))
            made.on_click(lambda: self._become(rejoin(self.group, path)))

    def _add(self, join: Join) -> None:
        self._become(*add(self.group, join, new_line(self._first, self._windows)), fresh=True)

    def _add_within(self, index: int) -> None:
        self._become(*add_within(self.group, index, new_line(self._first, self._windows)), fresh=True)

    def _remove(self, path: Path) -> None:
        self._become(remove(self.group, path), (max(0, path[0] - 1),))


def draw_rule(field: Field) -> Show:
    """The widget "rule", with its sentence below. An optional rule may have no line at all."""
    w = field.w
    optional = type(None) in get_args(field.info.annotation)
    tag("h4", "", field.title)
    inside = field.about.get("window") == "run"

    def context() -> Sequence[str]:
        own = [
            field.form.settings.get(name)
            for name, one in field.form.fields.items()
            if one.about.get("widget") == "event"
        ]
        return [str(event) for event in own if event] or field.around.run_events()

    def put_rule(rule: Node | None, step: int) -> None:
        field.put(rule, step=f"#{step}")
        show_words()

    def show_words() -> None:
        said = _explained(field, w)
        words.text = said
        plain.set_visibility(bool(said))

    field.says_itself = True
    builder = RuleBuilder(
        field.value,
        put_rule,
        field.around,
        context=context,
        windows=WINDOWS["run" if inside else "past"],
        first="did" if inside else "event",
        optional=optional,
    )
    with tag("div", "cw-plain") as plain:
        tag("h4", "", w("In plain words"))
        words = tag("p", "cw-say")
    field.form.when_settled(show_words)
    show_words()

    def show() -> None:
        builder.show(field.value)
        show_words()

    return show


def _explained(field: Field, w: Words) -> str:
    """What the rule does, as its block says it."""
    rule = read_rule(field.value)
    if rule is None:
        return ""
    said, model = say_rule(rule, field.around.known()), field.form.model
    if issubclass(model, Block):
        return w.text(model.explain(said, field.form.settings))
    return w.text(say("Only if {rule}.", rule=said))
