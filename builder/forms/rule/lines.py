"""One line of a rule: something they did, where they stand, or a field held against a value."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from pydantic import BaseModel, ValidationError

from blocks.phrase import Phrase, say
from blocks.rule_words import OPERATORS
from blocks.rules import WITHOUT_VALUE, Compare, Did, Got, InSegment, Reachable
from builder.forms.around import Around
from builder.forms.box import Box, Option
from builder.forms.errors import wrong
from builder.forms.naming import event_options, field_options
from builder.forms.rule.sentence import Sentence
from builder.forms.rule.standing import draw_channel, draw_got, draw_segment
from builder.forms.rule.subjects import new_line, subject_of, subjects
from builder.forms.rule.tree import Node
from builder.forms.rule.values import Values, as_number
from builder.parts.controls import button, icon_button
from builder.parts.kept import Kept
from builder.parts.tag import icon, tag
from runtime.words import Words

TIMES = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 15, 20, 30, 50, 100)
GROUPS: tuple[tuple[Phrase, tuple[str, ...]], ...] = (
    (say("Text"), ("is", "is_not", "contains", "contains_not", "starts_with")),
    (say("Number"), ("over", "at_least", "under", "at_most")),
    (say("Date"), ("before", "after", "in_last_days")),
    (say("Yes or no"), ("is_true", "is_false")),
    (say("Known or not"), ("is_set", "is_not_set")),
)
MODELS: Mapping[str, type[BaseModel]] = {
    "did": Did,
    "got": Got,
    "in_segment": InSegment,
    "reachable": Reachable,
    "field": Compare,
}
Change = Callable[[Node], Any]


class Line:
    """Draws a line into the open slot and changes it. `context` are the events whose fields can be compared; `event` is
    whether there is an event here at all."""

    def __init__(
        self,
        node: Node,
        change: Change,
        around: Around,
        *,
        context: Sequence[str],
        windows: Sequence[str],
        event: bool = True,
        fixed_event: bool = False,
        strict: bool = False,
        on_remove: Callable[[], Any] | None = None,
    ) -> None:
        self.node = node
        self.around = around
        self.w: Words = around.w
        self.context = context
        self.windows = windows
        self.event = event
        self.fixed_event = fixed_event
        self.touched = strict
        self._change = change
        self._first: Box | None = None
        self._times: Box | None = None
        self._field: Box | None = None
        self._filters: list[Line] = []
        self._kept = Kept()
        with tag("div", "cw-rule-line") as self.drawn:
            self._row = tag("div", "line")
            self._below = tag("div", "cw-where")
            self._says = tag("div", "cw-messages", role="status")
        self._on_remove = on_remove
        self._draw()
        self._say()

    def compare_with(self, context: Sequence[str]) -> None:
        """Offer the fields of other events."""
        self.context = context
        if self._field is not None:
            self._field.offer(self._fields())

    def focus(self) -> None:
        """Put the cursor where the line begins."""
        if self._first is not None:
            self._first.focus()

    def put(self, **changes: Any) -> None:
        """Change parts of the condition."""
        self.touched = True
        self.node = {**self.node, **changes}
        self._say()
        self._change(self.node)

    def _turn_into(self, node: Node) -> None:
        self.touched = False
        self.node = node
        self._times = self._field = None
        self._row.clear()
        self._draw()
        self._say()
        self._change(self.node)
        self.focus()

    # ---- drawing

    def _draw(self) -> None:
        with self._row:
            if not self.fixed_event:
                self._first = self._subject()
            match self.node["kind"]:
                case "did":
                    self._draw_did()
                case "got":
                    draw_got(self)
                case "in_segment":
                    draw_segment(self)
                case "reachable":
                    draw_channel(self)
                case _:
                    self._draw_compare()
            if self._on_remove is not None:
                icon_button("close", self.w("Remove this line"), self._on_remove).classes("cw-line-off")
        self._draw_where()

    def _subject(self) -> Box:
        now = subject_of(self.node)
        run = now == "run" or ("since_entering" in self.windows and bool(self.around.kept()))
        options = subjects(self.w, event=self.event or now == "event", run=run)
        return self.select(now, options, self._change_subject, self.w("What is looked at"))

    def _change_subject(self, subject: str) -> None:
        fresh = new_line(subject, self.windows)
        if fresh["kind"] == self.node["kind"] != "field":
            self.put(negate=fresh["negate"])
            if self._times is not None:
                # Only these words change: somebody who types on at once must not lose a letter.
                self._times.offer(self.counts())
        else:
            self._turn_into(fresh)

    def _draw_did(self) -> None:
        w = self.w
        box = self.text(
            str(self.node.get("event", "")),
            self._change_event,
            w("Event"),
            w("Choose an event"),
            options=event_options(self.around),
        )
        self._first = self._first or box
        self._times = self.draw_times()
        self.draw_window(self.windows)

    def draw_times(self) -> Box:
        """How often at least."""
        now = str(self.node.get("times", 1))
        return self.select(now, self.counts(), lambda value: self.put(times=int(value)), self.w("How often"))

    def counts(self) -> list[Option]:
        """The numbers of times in words, as they are said of what did or did not happen."""
        w, negate, now = self.w, bool(self.node.get("negate")), self.node.get("times", 1)

        def said(times: int) -> str:
            if negate and times == 1:
                return w("even once")
            return w("{times} time or more | {times} times or more", times=times)

        counts = sorted({*TIMES, now}) if isinstance(now, int) else TIMES
        return [{"value": str(times), "label": said(times)} for times in counts]

    def draw_window(self, offered: Sequence[str]) -> None:
        """In which time, out of the kinds that are offered."""
        w = self.w
        words = {"since_entering": w("since entering"), "last_days": w("in the last"), "ever": w("at any time")}
        usual = "since_entering" if self.node["kind"] == "did" else "ever"
        window: Mapping[str, Any] = self.node.get("window") or {"kind": usual}
        kinds = [*offered, *(() if window["kind"] in offered else (window["kind"],))]
        options: list[Option] = [{"value": kind, "label": words[kind]} for kind in kinds]

        def choose(kind: str) -> None:
            self.put(window={"kind": kind, "days": 30} if kind == "last_days" else {"kind": kind})
            days.set_visibility(kind == "last_days")
            box.show("30")

        self.select(window["kind"], options, choose, w("In which time"))
        with tag("span", "cw-row") as days:
            box = self.text(
                str(window.get("days", 30)),
                lambda text: self.put(window={"kind": "last_days", "days": as_number(text)}),
                w("Days"),
                number=True,
            )
            tag("span", "", w("days"))
        days.set_visibility(window["kind"] == "last_days")

    def _change_event(self, event: str) -> None:
        self.put(event=event)
        for line in self._filters:
            line.compare_with((event,))

    def _draw_where(self) -> None:
        """Filters on the event itself, of what they did: "where total is over 100"."""
        drawn = {id(line.node): line for line in self._filters}
        self._filters = []
        with self._kept.redrawing(self._below):
            if self.node["kind"] != "did":
                return
            join, nodes = self._where()
            for index, node in enumerate(nodes):
                with tag("div", "cw-where-line"):
                    tag("span", "cw-cap", self.w("where") if index == 0 else _joined(join, self.w))
                    if node.get("kind") != "field":
                        Sentence(node, self.around, partial(self._drop, node))
                        continue
                    line = drawn.get(id(node)) or self._filter(node)
                    self._filters.append(line)
                    self._kept.stay(line.drawn)
            more = self.w("where…") if not nodes else self.w("and where…")
            button(more, self._add_filter, kind="quiet", small=True, symbol="filter_alt", each=True)

    def _filter(self, node: Node) -> "Line":
        now = node

        def change(changed: Node) -> None:
            nonlocal now
            before, now = now, changed
            self._put_where([changed if one is before else one for one in self._where()[1]])

        return Line(
            node,
            change,
            self.around,
            context=(str(self.node.get("event", "")),),
            windows=(),
            fixed_event=True,
            strict=self.touched,
            on_remove=lambda: self._drop(now),
        )

    def _where(self) -> tuple[str, list[Node]]:
        """How the filters are joined, and they."""
        where = self.node.get("where")
        if where and where["kind"] in ("all", "any"):
            return where["kind"], list(where["rules"])
        return "all", [where] if where else []

    def _put_where(self, nodes: list[Node]) -> None:
        self.put(where={"kind": self._where()[0], "rules": nodes} if nodes else None)

    def _add_filter(self) -> None:
        self._put_where([*self._where()[1], new_line("event", ())])
        self._draw_where()

    def _drop(self, node: Node) -> None:
        self._put_where([one for one in self._where()[1] if one is not node])
        self._draw_where()

    def _draw_compare(self) -> None:
        w = self.w
        box = self._field = self.text(
            str(self.node.get("field", "")),
            lambda text: self.put(field=text),
            w("Field"),
            w("Choose a field"),
            options=self._fields(),
        )
        self._first = self._first or box
        options: list[Option] = [
            {"value": op, "label": w.text(OPERATORS[op]), "group": w.text(title)} for title, ops in GROUPS for op in ops
        ]
        self.select(self.node.get("op", "is"), options, self._change_operator, w("How they compare"))
        self._values = Values(self.node, lambda value: self.put(value=value), w)

    def _fields(self) -> list[Option]:
        return field_options(self.around, self.node.get("of", "event"), self.context)

    def _change_operator(self, op: str) -> None:
        before = self.node.get("op", "is")
        value = None if op in WITHOUT_VALUE else self.node.get("value")
        self.put(op=op, value=self._values.become(op, value, before))

    # ---- pieces

    def select(self, value: str, options: Sequence[Option], put: Callable[[str], Any], label: str) -> Box:
        """A word that is chosen."""
        return Box(value, put, label=label, kind="select", options=options, look="cw-pick cw-pick-select")

    def text(
        self,
        value: str,
        put: Callable[[str], Any],
        label: str,
        placeholder: str = "",
        *,
        options: Sequence[Option] = (),
        number: bool = False,
        own: bool = True,
    ) -> Box:
        """A word that is typed; `own`: what is not among `options` may stand there, too."""
        return Box(
            value,
            put,
            label=label,
            placeholder=placeholder,
            kind="number" if number else "text",
            options=options,
            own_words=self.w("Use “{text}”", text="{text}") if own and (options or placeholder) else "",
            look="cw-pick cw-pick-text",
            length=200,
        )

    def _say(self) -> None:
        self._says.clear()
        text = self._wrong() if self.touched else ""
        if text:
            with self._says, tag("p", "cw-help is-bad"):
                icon("error", "xs")
                tag("span", "", text)

    def _wrong(self) -> str:
        """What is wrong with this line itself, without its `where`."""
        model = MODELS[self.node["kind"]]
        own = {key: value for key, value in self.node.items() if key != "where"}
        try:
            model.model_validate(own)
        except ValidationError as refused:
            return self.w.text(wrong(refused.errors()[0]).phrase)
        return ""


def _joined(join: str, w: Words) -> str:
    return w("and") if join == "all" else w("or")
