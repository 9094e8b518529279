"""Who leaves early."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from builder.drafting.half_done import read_rule
from builder.flow_editor.settings.key_box import key_box
from builder.flow_editor.settings.paper import Paper
from builder.forms import Box, Option
from builder.forms.naming import event_options
from builder.forms.rule import RuleBuilder
from builder.parts.controls import button, icon_button
from builder.parts.kept import Kept
from builder.parts.tag import Tag, tag

MOST = 20
_EMPTY: Mapping[str, Any] = {"event": "", "where": None, "key": "", "rule": None, "name": ""}


@dataclass(eq=False)
class _Leave:
    """One exit rule as it stands on the screen."""

    kind: str
    """What makes them leave: an "event" or a "rule"."""
    document: dict[str, Any]


class Exits:
    """The section. Draws itself where it is made."""

    def __init__(self, paper: Paper) -> None:
        self._paper = paper
        self._around = paper.around
        self._exits = [_Leave("event" if one["rule"] is None else "rule", one) for one in paper.document["exits"]]
        """One that is not filled in is not part of the document yet."""
        self._kept = Kept()
        tag("h4", "", self._around.w("Who leaves early"))
        self._box = tag("div")
        self._draw()

    def begin(self) -> None:
        """As if "Add an exit rule" was pressed, if there is none yet."""
        if not self._exits:
            self._add()

    def _draw(self) -> None:
        w = self._around.w
        with self._kept.redrawing(self._box):
            for leave in self._exits:
                self._kept.put(leave, partial(self._draw_exit, leave))
            if not self._exits:
                tag(
                    "p",
                    "cw-help",
                    w("Nobody leaves before the end. An exit rule takes people out at once, at any Block."),
                )
            if len(self._exits) < MOST:
                more = button(w("Add an exit rule"), self._add, small=True, symbol="add", each=True)
                more.classes("cw-mt4" if not self._exits else "")

    def _draw_exit(self, leave: _Leave) -> Tag:
        w = self._around.w
        kinds: list[Option] = [
            {"value": "event", "label": w("When this happens")},
            {"value": "rule", "label": w("As soon as this is true")},
        ]
        with tag("div", "fe-exit") as drawn:
            with tag("div", "cw-row"):
                kind = Box(
                    leave.kind,
                    partial(self._choose, leave),
                    label=w("What makes them leave"),
                    kind="select",
                    options=kinds,
                    look="cw-input cw-select",
                )
                kind.classes("cw-grow")
                icon_button("close", w("Remove this exit rule"), partial(self._remove, leave))
            if leave.kind == "rule":
                self._draw_rule(leave)
            else:
                self._draw_event(leave)
        return drawn

    def _draw_rule(self, leave: _Leave) -> None:
        w = self._around.w
        RuleBuilder(
            leave.document["rule"],
            lambda rule, _: self._put(leave, "rule", rule),
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
                leave.document["name"],
                lambda text: self._put(leave, "name", text.strip()),
                label=w("Called"),
                placeholder=w("A name by which a Block can take those who leave like this"),
                length=80,
            )

    def _draw_event(self, leave: _Leave) -> None:
        w = self._around.w
        Box(
            leave.document["event"],
            partial(self._put, leave, "event"),
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
                leave.document["key"],
                w("Contact: all their Runs end"),
                partial(self._put, leave, "key"),
                events=lambda: [str(leave.document["event"])],
            )
        RuleBuilder(
            leave.document["where"],
            lambda rule, _: self._put(leave, "where", rule),
            self._around,
            context=lambda: [str(leave.document["event"])],
            first="event",
            optional=True,
            add_words=w("Only if…"),
        )

    def _choose(self, leave: _Leave, kind: str) -> None:
        """An exit is of one kind; what was filled in for the other one is gone with it."""
        if kind != leave.kind:
            leave.kind, leave.document = kind, dict(_EMPTY)
            if kind == "rule":
                leave.document["name"] = self._around.w("Condition {n}", n=self._exits.index(leave) + 1)
            self._kept.forget(leave)
            self._draw()
            self._store()

    def _put(self, leave: _Leave, name: str, value: Any) -> None:
        if name in ("where", "rule") and value is not None and read_rule(value) is None:
            return  # Half done: the document takes whole rules only, and the line itself says what is missing.
        leave.document = {**leave.document, name: value}
        self._store()

    def _add(self) -> None:
        self._exits.append(_Leave("event", dict(_EMPTY)))
        self._draw()

    def _remove(self, leave: _Leave) -> None:
        self._exits.remove(leave)
        self._draw()
        self._store()

    def _store(self) -> None:
        """One with neither an event nor a condition is not stored: the schema has none, and it would mean nothing."""
        documents = [leave.document for leave in self._exits]
        ready = [one for one in documents if str(one["event"]).strip() or one["rule"] is not None]
        if ready != self._paper.document["exits"]:
            self._paper.put(exits=ready)
