"""Settings of the whole flow: who may be in it and how often, what makes people leave, what counts as a success."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from blocks.contract import Problem
from blocks.difference import AGAIN, PRIORITIES
from blocks.flow import Flow
from blocks.values import number
from builder.drafting.half_done import read_rule
from builder.flow_editor.limits_section import LimitsSection
from builder.flow_editor.pauses_section import PausesSection
from builder.forms import Around, Box, Option
from builder.forms.naming import event_options, field_options
from builder.forms.rule import RuleBuilder
from builder.forms.widgets.choices import make_switch
from builder.parts.controls import button, icon_button
from builder.parts.tag import icon, tag

MOST_EXITS = 20
_SHOWN = ("entry", "exits", "conversion", "priority", "limits", "pauses", "hold_out")
Part = Mapping[str, Any]


class FlowSettings:
    """Draws itself where it is made. `on_change` gets the parts of the document that changed, as JSON."""

    def __init__(self, flow: Flow, around: Around, on_change: Callable[[Part], Any]) -> None:
        self._around = around
        self._on_change = on_change
        self._document = flow.to_json()
        self._exits: list[dict[str, Any]] = list(self._document["exits"])
        """As they stand on the screen; one without an event is not part of the document yet."""
        self._told: Sequence[Problem] = ()
        self._body = tag("div")
        self._draw()

    def load(self, flow: Flow) -> None:
        """Show the flow as it is by now, unless that is what is shown."""
        document = flow.to_json()
        same = all(document[part] == self._document[part] for part in _SHOWN)
        self._document = document
        if not same:
            self._exits = list(document["exits"])
            self._body.clear()
            self._draw()
            self.tell(self._told)

    def _put(self, **parts: Any) -> None:
        self._document = {**self._document, **parts}
        self._on_change(parts)

    def _draw(self) -> None:
        with self._body:
            with tag("section", "cw-sect"):
                self._problems = tag("div", "cw-messages")
                tag("h4", "", self._around.w("Who can be in it"))
                self._draw_entry()
            with tag("section", "cw-sect"):
                tag("h4", "", self._around.w("Who leaves early"))
                self._exit_box = tag("div")
                self._draw_exits()
            with tag("section", "cw-sect"):
                tag("h4", "", self._around.w("What counts as a success"))
                self._draw_conversion()
            with tag("section", "cw-sect"):
                tag("h4", "", self._around.w("When several Flows want to write"))
                self._draw_priority()
            with tag("section", "cw-sect"):
                tag("h4", "", self._around.w("How often, and when"))
                LimitsSection(self._document["limits"], self._around.w, lambda limits: self._put(limits=limits))
            with tag("section", "cw-sect"):
                tag("h4", "", self._around.w("Pauses over dates"))
                PausesSection(self._document["pauses"], self._around.w, lambda pauses: self._put(pauses=pauses))
            with tag("section", "cw-sect"):
                tag("h4", "", self._around.w("To see what it is worth"))
                self._draw_hold_out()

    def tell(self, problems: Sequence[Problem]) -> None:
        """Say what is wrong with the flow itself, which no block can show."""
        self._told = [problem for problem in problems if not problem.block]
        self._problems.clear()
        with self._problems:
            for problem in self._told:
                with tag("p", "cw-help is-bad" if problem.level == "bad" else "cw-help is-warn"):
                    icon("error" if problem.level == "bad" else "warning", "xs")
                    tag("span", "", self._around.w.text(problem.phrase))

    # ---- entry

    def _draw_entry(self) -> None:
        w, entry = self._around.w, self._document["entry"]
        with tag("div", "cw-fields"):
            with tag("div", "cw-field"):
                tag("span", "cw-label", w("One Run for each"))
                self._key_box(entry["key"], w("Contact"), partial(self._put_entry, "key"))
                tag(
                    "p",
                    "cw-help",
                    w("Choose what tells two carts or two orders apart, and one Contact may have a Run for each."),
                )
            with tag("div", "cw-field"):
                tag("span", "cw-label", w("Coming back"))
                self._draw_again(entry)
            with tag("div", "cw-row"):
                with tag("span", "cw-grow cw-13", id="entry-newest"):
                    tag("span", "", w("A newer one replaces the older Run"))
                    tag("span", "cw-cap cw-block-el", w("Never two series at once for one Contact"))
                make_switch(
                    lambda: bool(self._document["entry"]["newest_wins"]),
                    partial(self._put_entry, "newest_wins"),
                    labelled_by="entry-newest",
                )

    def _put_entry(self, name: str, value: Any) -> None:
        self._put(entry={**self._document["entry"], name: value})

    def _draw_again(self, entry: Mapping[str, Any]) -> None:
        w = self._around.w
        options: list[Option] = [{"value": again, "label": w.text(said)} for again, said in AGAIN.items()]

        def choose(again: str) -> None:
            self._put_entry("again", again)
            days.set_visibility(again == "after_days")

        def put_days(text: str) -> None:
            typed = number(text.strip())
            if typed is not None and typed == int(typed) and 1 <= typed <= 3650:
                self._put_entry("again_days", int(typed))

        Box(entry["again"], choose, label=w("Coming back"), kind="select", options=options, look="cw-input cw-select")
        with tag("div", "cw-row") as days:
            tag("span", "cw-13", w("after"))
            Box(
                str(entry["again_days"]),
                put_days,
                label=w("Days"),
                kind="number",
                look="cw-input cw-num-box",
                least=1,
                most=3650,
            )
            tag("span", "cw-13", w("days"))
        days.set_visibility(entry["again"] == "after_days")

    # ---- exits

    def _draw_exits(self) -> None:
        w = self._around.w
        self._exit_box.clear()
        with self._exit_box:
            for index, leave in enumerate(self._exits):
                with tag("div", "fe-exit"):
                    self._draw_exit(index, leave)
            if not self._exits:
                tag(
                    "p",
                    "cw-help",
                    w("Nobody leaves before the end. An exit rule takes people out at once, at any Block."),
                )
            if len(self._exits) < MOST_EXITS:
                more = button(w("Add an exit rule"), self._add_exit, small=True, symbol="add")
                more.classes("cw-mt4" if not self._exits else "")

    def _draw_exit(self, index: int, leave: Mapping[str, Any]) -> None:
        w = self._around.w
        with tag("div", "cw-row"):
            tag("span", "cw-strong", w("Leaves when"))
            icon_button("close", w("Remove this exit rule"), partial(self._remove_exit, index))
        Box(
            leave["event"],
            partial(self._put_exit, index, "event"),
            label=w("Leaves when"),
            options=event_options(self._around),
            own_words=w("Use “{text}”", text="{text}"),
            placeholder=w("Choose an event"),
            length=200,
        )
        with tag("div", "cw-field"):
            tag("span", "cw-label", w("For the same"))
            self._key_box(
                leave["key"],
                w("Contact: all their Runs end"),
                partial(self._put_exit, index, "key"),
                events=lambda: [str(self._exits[index]["event"])],
            )
        RuleBuilder(
            leave["where"],
            lambda rule, _: self._put_exit(index, "where", rule),
            self._around,
            context=lambda: [str(self._exits[index]["event"])],
            first="event",
            optional=True,
            add_words=w("Only if…"),
        )

    def _put_exit(self, index: int, name: str, value: Any) -> None:
        if name == "where" and value is not None and read_rule(value) is None:
            return  # Half done: the document takes whole rules only, and the line itself says what is missing.
        self._exits[index] = {**self._exits[index], name: value}
        self._store_exits()

    def _add_exit(self) -> None:
        self._exits.append({"event": "", "where": None, "key": ""})
        self._draw_exits()

    def add_exit(self) -> None:
        """As if "Add an exit rule" was pressed, if there is none yet."""
        if not self._exits:
            self._add_exit()

    def _remove_exit(self, index: int) -> None:
        del self._exits[index]
        self._draw_exits()
        self._store_exits()

    def _store_exits(self) -> None:
        """A rule without an event is not stored: the schema has none, and it would mean nothing."""
        ready = [leave for leave in self._exits if str(leave["event"]).strip()]
        if ready != self._document["exits"]:
            self._put(exits=ready)

    # ---- conversion

    def _draw_conversion(self) -> None:
        w = self._around.w
        now: Mapping[str, Any] = self._document["conversion"] or {"event": "", "days": 5}
        state = {"event": now["event"], "days": now["days"]}

        def put_event(event: str) -> None:
            state["event"] = event
            self._put(conversion=dict(state) if event.strip() else None)
            days.set_visibility(bool(event.strip()))

        def put_days(text: str) -> None:
            typed = number(text.strip())
            if typed is not None and typed == int(typed) and 1 <= typed <= 90:
                state["days"] = int(typed)
                self._put(conversion=dict(state))

        with tag("div", "cw-fields"):
            Box(
                state["event"],
                put_event,
                label=w("What counts as a success"),
                options=event_options(self._around),
                own_words=w("Use “{text}”", text="{text}"),
                placeholder=w("Nothing in particular"),
                length=200,
            )
            with tag("div", "cw-row") as days:
                tag("span", "cw-13", w("within"))
                Box(
                    str(state["days"]),
                    put_days,
                    label=w("Days"),
                    kind="number",
                    look="cw-input cw-num-box",
                    least=1,
                    most=90,
                )
                tag("span", "cw-13", w("days of entering"))
            days.set_visibility(bool(state["event"]))

    # ---- priority

    def _draw_priority(self) -> None:
        w = self._around.w
        options: list[Option] = [
            {"value": str(place), "label": w.text(name)} for place, name in enumerate(PRIORITIES, 1)
        ]
        with tag("div", "cw-field"):
            tag("span", "cw-label", w("Priority"))
            Box(
                str(self._document["priority"]),
                lambda chosen: self._put(priority=int(chosen)),
                label=w("Priority"),
                kind="select",
                options=options,
                look="cw-input cw-select",
            )
            tag(
                "p",
                "cw-help",
                w("Where your limits let only one Message through, the Flow with the higher priority speaks."),
            )

    # ---- hold-out

    def _draw_hold_out(self) -> None:
        w = self._around.w

        def put(text: str) -> None:
            typed = number(text.strip())
            if typed is not None and typed == int(typed) and 0 <= typed <= 50:
                self._put(hold_out=int(typed))

        with tag("div", "cw-field"):
            with tag("div", "cw-row"):
                tag("span", "cw-13", w("Hold out"))
                Box(
                    str(self._document["hold_out"]),
                    put,
                    label=w("Hold-out in per cent"),
                    kind="number",
                    look="cw-input cw-num-box",
                    least=0,
                    most=50,
                )
                tag("span", "cw-13", w("% of those who enter"))
            tag(
                "p",
                "cw-help",
                w("They get nothing from this Flow and are only counted. It is always the same people."),
            )

    # ---- pieces

    def _key_box(
        self,
        value: str,
        nobody: str,
        put: Callable[[str], Any],
        *,
        events: Callable[[], Sequence[str]] | None = None,
    ) -> Box:
        """Which property tells runs apart; `nobody` is what it means to choose none."""
        around = self._around
        found = field_options(around, "event", (events or around.run_events)())
        found.sort(key=lambda one: not _names_one(one["value"]))
        options: list[Option] = [{"value": "", "label": nobody, "icon": "person"}, *found]
        return Box(
            value,
            put,
            label=around.w("One Run for each"),
            options=options,
            own_words=around.w("Use “{text}”", text="{text}"),
            placeholder=nobody,
            length=200,
        )


def _names_one(path: str) -> bool:
    """Whether a property sounds as if it named one cart or order; such are suggested first."""
    last = path.replace(".", "_").rsplit("_", 1)[-1].lower()
    return last in ("id", "token", "number", "key", "cart", "order", "checkout")
