"""Who leaves early."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from builder.drafting.half_done import read_rule
from builder.flow_editor.settings.key_box import key_box
from builder.flow_editor.settings.paper import Paper
from builder.forms import Box, Option
from builder.forms.naming import event_options
from builder.forms.rule import RuleBuilder
from builder.parts.controls import button, icon_button
from builder.parts.tag import tag

MOST = 20
_EMPTY: Mapping[str, Any] = {"event": "", "where": None, "key": "", "rule": None, "name": ""}


class Exits:
    """The section. Draws itself where it is made."""

    def __init__(self, paper: Paper) -> None:
        self._paper = paper
        self._around = paper.around
        self._exits: list[dict[str, Any]] = list(paper.document["exits"])
        """As they stand on the screen; one that is not filled in is not part of the document yet."""
        self._kinds = ["event" if leave["rule"] is None else "rule" for leave in self._exits]
        tag("h4", "", self._around.w("Who leaves early"))
        self._box = tag("div")
        self._draw()

    def begin(self) -> None:
        """As if "Add an exit rule" was pressed, if there is none yet."""
        if not self._exits:
            self._add()

    def _draw(self) -> None:
        w = self._around.w
        self._box.clear()
        with self._box:
            for index, leave in enumerate(self._exits):
                with tag("div", "fe-exit"):
                    self._draw_exit(index, leave)
            if not self._exits:
                tag(
                    "p",
                    "cw-help",
                    w("Nobody leaves before the end. An exit rule takes people out at once, at any Block."),
                )
            if len(self._exits) < MOST:
                more = button(w("Add an exit rule"), self._add, small=True, symbol="add")
                more.classes("cw-mt4" if not self._exits else "")

    def _draw_exit(self, index: int, leave: Mapping[str, Any]) -> None:
        w = self._around.w
        kinds: list[Option] = [
            {"value": "event", "label": w("When this happens")},
            {"value": "rule", "label": w("As soon as this is true")},
        ]
        with tag("div", "cw-row"):
            kind = Box(
                self._kinds[index],
                partial(self._choose, index),
                label=w("What makes them leave"),
                kind="select",
                options=kinds,
                look="cw-input cw-select",
            )
            kind.classes("cw-grow")
            icon_button("close", w("Remove this exit rule"), partial(self._remove, index))
        if self._kinds[index] == "rule":
            self._draw_rule(index, leave)
        else:
            self._draw_event(index, leave)

    def _draw_rule(self, index: int, leave: Mapping[str, Any]) -> None:
        w = self._around.w
        RuleBuilder(
            leave["rule"],
            lambda rule, _: self._put(index, "rule", rule),
            self._around,
            context=self._around.run_events,
            first="contact",
        )
        tag(
            "p",
            "cw-help",
            w("Looked at whenever something happens to them or they are changed, and before each Block."),
        )
        with tag("div", "cw-field"):
            tag("span", "cw-label", w("Called"))
            Box(
                leave["name"],
                lambda text: self._put(index, "name", text.strip()),
                label=w("Called"),
                placeholder=w("A name by which a Block can take those who leave like this"),
                length=80,
            )

    def _draw_event(self, index: int, leave: Mapping[str, Any]) -> None:
        w = self._around.w
        Box(
            leave["event"],
            partial(self._put, index, "event"),
            label=w("Leaves when"),
            options=event_options(self._around),
            own_words=w("Use “{text}”", text="{text}"),
            placeholder=w("Choose an event"),
            length=200,
        )
        with tag("div", "cw-field"):
            tag("span", "cw-label", w("For the same"))
            key_box(
                self._around,
                leave["key"],
                w("Contact: all their Runs end"),
                partial(self._put, index, "key"),
                events=lambda: [str(self._exits[index]["event"])],
            )
        RuleBuilder(
            leave["where"],
            lambda rule, _: self._put(index, "where", rule),
            self._around,
            context=lambda: [str(self._exits[index]["event"])],
            first="event",
            optional=True,
            add_words=w("Only if…"),
        )

    def _choose(self, index: int, kind: str) -> None:
        """An exit is of one kind; what was filled in for the other one is gone with it."""
        if kind != self._kinds[index]:
            self._kinds[index] = kind
            self._exits[index] = dict(_EMPTY)
            if kind == "rule":
                self._exits[index]["name"] = self._around.w("Condition {n}", n=index + 1)
            self._draw()
            self._store()

    def _put(self, index: int, name: str, value: Any) -> None:
        if name in ("where", "rule") and value is not None and read_rule(value) is None:
            return  # Half done: the document takes whole rules only, and the line itself says what is missing.
        self._exits[index] = {**self._exits[index], name: value}
        self._store()

    def _add(self) -> None:
        self._exits.append(dict(_EMPTY))
        self._kinds.append("event")
        self._draw()

    def _remove(self, index: int) -> None:
        del self._exits[index], self._kinds[index]
        self._draw()
        self._store()

    def _store(self) -> None:
        """One with neither an event nor a condition is not stored: the schema has none, and it would mean nothing."""
        ready = [leave for leave in self._exits if str(leave["event"]).strip() or leave["rule"] is not None]
        if ready != self._paper.document["exits"]:
            self._paper.put(exits=ready)
