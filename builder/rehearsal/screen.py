"""The page on which a draft is rehearsed: who and when at the left, what would happen below it, the way on the canvas."""

from collections.abc import Sequence
from typing import Any

from nicegui import background_tasks, ui

from blocks import KINDS, read_block
from blocks.contract import Problem, Send
from blocks.examples import Example as FlowExample
from blocks.flow import Flow
from builder.access import Visitor, fetch
from builder.backtest.screen import PastScreen
from builder.canvas import FlowCanvas
from builder.drafting.faces import catalog, faces, said_exits
from builder.flow_editor.canvas_words import canvas_words
from builder.flow_editor.emails import DeskEmails
from builder.flow_editor.opened import Opened, open_flow
from builder.forms.box import Box, Option
from builder.forms.complaint import Complaint
from builder.forms.naming import field_choices
from builder.frame import Editor
from builder.parts.controls import OneOf, button, chip
from builder.parts.empty import empty
from builder.parts.loading import patiently, skeleton_rows
from builder.parts.tag import icon, tag
from builder.parts.toast import toast
from builder.rehearsal.asked import Asked, AskedFor
from builder.rehearsal.examples import ExamplesScreen
from builder.rehearsal.later_events import LaterEvents
from builder.rehearsal.timeline import Timeline, moment_words
from builder.rehearsal.who import Who
from builder.rehearsal.wish import FIRST_YEAR, LAST_YEAR, Wish, read_day
from builder.studio.people import Example, first_example
from runtime.intake.reading import NotRight
from runtime.people import contacts
from runtime.rehearsal import Question, Rehearsal, Stopped, rehearse
from runtime.words import Words

EVERY_SECONDS = 0.2
"""How often a long rehearsal says how far it is."""


class Screen:
    """Builds the page into `frame`; `begin` rehearses for the first time, once the browser listens."""

    def __init__(self, user: Visitor, opened: Opened, example: Example, zone: str, frame: Editor, w: Words) -> None:
        self._user, self._w, self._opened = user, w, opened
        self._wish = Wish.at(user.house.clock.now(), zone, opened.flow.zone, example.contact, example.name)
        self._turn = 0
        self._share = 0.0
        self._result: Rehearsal | None = None
        self._counted: set[str] = set()
        emails = DeskEmails(user, w, self._back, lambda: None)
        with frame.left:
            chip(w("Rehearsal. Nothing is sent."), tone="brand", symbol="shield").classes("hide-s")
        with frame.right:
            self._tabs = tag("div", "re-tabs-in")
            self._draw_tabs("one")
            button(w("Back to the canvas"), href=self._back, classes="hide-s cw-h34")
        self._work = frame.work
        frame.work.classes("re")
        with frame.work:
            with tag("div", "re-left") as left:
                with tag("div", "re-set") as self._asking:
                    self._draw_wish()
                self._progress = tag("progress", "re-progress", max=1, aria_label=w("Rehearsing"))
                self._progress.set_visibility(False)
                self._ticker = ui.timer(EVERY_SECONDS, self._tick, active=False)
                self._timeline = Timeline(w, emails.picture, self._light)
            with tag("div", "re-canvas hide-s") as right:
                self._canvas = self._draw_canvas()
            self._one = (left, right)
            self._past = PastScreen(user, opened, self._back, w)
            self._past.show(False)
            self._examples = ExamplesScreen(user, opened, w, self.see, lambda: self.turn_to("one"))
            self._examples.show(False)

    @property
    def _back(self) -> str:
        return f"/flows/{self._opened.draft.slug}"

    async def begin(self) -> None:
        """Rehearse what is asked for now; whatever is still being rehearsed is stopped."""
        self._turn += 1
        turn, w = self._turn, self._w
        self._share = 0.0
        try:
            found = await patiently(fetch(self._rehearse, turn), self._draw_waiting)
        except Stopped:
            return
        except LookupError:
            toast(w("This Contact is not there any more. Choose another."), kind="bad")
            return
        except NotRight as wrong:
            first = wrong.wrongs[0]
            said = w("An event of it cannot be taken in: {field} {reason}", field=first.field, reason=first.reason)
            toast(said, kind="bad")
            return
        finally:
            if turn == self._turn:
                self._ticker.deactivate()
                self._progress.set_visibility(False)
        if turn == self._turn and not self._canvas.is_deleted:
            self._show(*found)

    def turn_to(self, tab: str) -> None:
        """Show another tab: one, past or examples."""
        self._draw_tabs(tab)
        self._turn_to(tab)

    def see(self, example: FlowExample) -> None:
        """Rehearse an example, to be seen step by step."""
        self._wish.become(example, self._user.zone)
        self._asking.clear()
        with self._asking:
            self._draw_wish()
        self.turn_to("one")
        self._again()

    def _draw_tabs(self, chosen: str) -> None:
        w = self._w
        tabs = [("one", w("One Contact"), ""), ("past", w("Test on the past"), ""), ("examples", w("Examples"), "")]
        self._tabs.clear()
        with self._tabs:
            OneOf(tabs, chosen, self._turn_to, label=w("Rehearsal")).classes("re-tabs")

    def _turn_to(self, tab: str) -> None:
        for pane in self._one:
            pane.set_visibility(tab == "one")
        self._past.show(tab == "past")
        self._examples.show(tab == "examples")

    # ---- asking

    def _draw_wish(self) -> None:
        w, wish = self._w, self._wish
        if wish.example:
            with tag("p", "re-example"):
                icon("bookmark", "s")
                tag("span", "", wish.example)
        asked = AskedFor(self._opened.flow)
        known = self._opened.look.known
        who = Who(self._user, w, wish, asked.of_contact(), field_choices(known.contact_fields), self._again)
        with tag("div", "cw-field"):
            tag("span", "cw-label", w("Starting on"))
            with tag("div", "re-start"):
                self._day = Box(wish.day.isoformat(), self._start_on, label=w("Day"), kind="date")
                self._hour = Box(wish.hour, self._start_at, label=w("Hour"), kind="time")
            self._complaint = Complaint()
        who.draw_made_up()

        def fields(name: str) -> tuple[Sequence[Asked], Sequence[Option]]:
            return asked.of_event(name), field_choices(known.events.get(name, frozenset()))

        names = self._names()
        self._later = LaterEvents(w, wish, names, asked.starts, fields, self._again, self._ask_to_keep)

    def _names(self) -> list[str]:
        """Events that may happen: those that end the flow first, then whatever this shop has seen."""
        flow = self._opened.flow
        started = [str(doc.settings.get("event") or "") for doc in flow.blocks]
        found = [*(leave.event for leave in flow.exits), *started, *sorted(self._opened.look.known.events)]
        return list(dict.fromkeys(name for name in found if name))

    def _again(self) -> None:
        async def here() -> None:
            with self._work:
                await self.begin()

        background_tasks.create(here(), name="rehearsal", context=self._work)

    def _start_on(self, text: str) -> None:
        day = read_day(text)
        self._check_start()
        if day is not None and day != self._wish.day:
            self._wish.day = day
            self._again()

    def _start_at(self, text: str) -> None:
        self._check_start()
        if text and text != self._wish.hour:
            self._wish.hour = text
            self._later.check()
            self._again()

    def _check_start(self) -> None:
        """Say what no rehearsal can begin with, and with what it begins instead."""
        w, wish = self._w, self._wish
        day = hour = ""
        if read_day(self._day.value) is None:
            until = w.date(wish.start, wish.zone, "medium")
            years = {"first": str(FIRST_YEAR), "last": str(LAST_YEAR)}
            day = w("Choose a day from {first} to {last}. Until then, it starts on {day}.", **years, day=until)
        if not self._hour.value:
            hour = w("Choose an hour. Until then, it starts at {hour}.", hour=wish.hour)
        self._complaint.say((self._day, day), (self._hour, hour))

    def _ask_to_keep(self) -> None:
        if self._result is None or self._result.problems:
            toast(self._w("There is nothing to keep yet: this Flow cannot be rehearsed."), kind="bad")
            return
        wish = self._wish
        self._examples.keeping.ask_to_keep(wish.example, self._opened.flow, wish.who, self._result)

    # ---- rehearsing

    def _rehearse(self, turn: int) -> tuple[Opened, Rehearsal]:
        """In a thread: the draft as it is by now, lived through."""
        user, wish, opened = self._user, self._wish, self._opened
        draft = user.house.desk.drafts(user.workspace).get("flow", opened.draft.slug)
        if draft is not None and draft.rev != opened.draft.rev:
            opened = open_flow(user, draft.slug, self._w) or opened
            wish.of_flow = opened.flow.zone

        def progress(share: float) -> None:
            self._share = share

        asked = Question(
            opened.draft.slug,
            opened.flow,
            wish.who,
            wish.start,
            happenings=wish.happenings(),
            opening=wish.opening,
            as_given=bool(wish.example),
        )
        lived = rehearse(user.house, user.workspace, asked, progress=progress, stopping=lambda: turn != self._turn)
        return opened, lived

    def _draw_waiting(self) -> None:
        """What is shown while it takes longer than a moment."""
        self._progress.set_visibility(True)
        self._tick()
        self._ticker.activate()
        if self._result is None:
            with self._timeline.blank():
                skeleton_rows(5)

    def _tick(self) -> None:
        self._progress.set(value=round(self._share, 2))

    # ---- showing

    def _show(self, opened: Opened, result: Rehearsal) -> None:
        if opened is not self._opened:
            self._opened = opened
            self._canvas.load(opened.flow.to_json(), opened.draft.rev)
            self._canvas.show_faces(self._faces())
            self._canvas.show_exits(said_exits(opened.flow.exits, opened.look.known, self._w))
        self._result = result
        self._later.show(result)
        if result.problems:
            self._show_problems(result.problems)
        elif not result.entries:
            with (
                self._timeline.blank(),
                empty(
                    self._w("Nothing happens"),
                    self._w("Nothing that starts this Flow would come to them within 90 days."),
                ),
            ):
                button(self._w("Back to the canvas"), href=self._back, kind="primary")
        else:
            self._timeline.show(result, _emails(opened.flow))
            return
        self._canvas.do("setPath", None)
        self._count({})

    def _show_problems(self, problems: tuple[Problem, ...]) -> None:
        w = self._w
        title = w("This Flow cannot be rehearsed yet")
        with self._timeline.blank():
            with empty(title, w("It has a problem that would keep it from being published, too.")):
                button(w("Back to the canvas"), href=self._back, kind="primary")
            with tag("ul", "re-problems"):
                for problem in problems:
                    face = self._faces().get(problem.block)
                    with tag("li"):
                        if face is not None:
                            tag("span", "cw-cap", f"{face['kind']}: {face['say']}")
                        tag("p", "", w.text(problem.phrase))

    def _light(self, until: int) -> None:
        """The way as far as they have come by then, and when they came to each block."""
        result = self._result
        if result is None:
            return
        links: list[str] = []
        when: dict[str, int] = {}
        for passed in result.way:
            if passed.at <= until:
                when[passed.block] = passed.at
                if (passed.block, passed.outlet) in self._opened.flow.ways:
                    links.append(f"{passed.block}:{passed.outlet}")
        for entry in result.entries:
            if entry.kind == "message" and entry.at <= until:
                when[entry.block] = entry.at
        self._canvas.do("setPath", {"blocks": list(when), "links": links})
        self._count({block: self._when(block, at, result) for block, at in when.items()})

    def _when(self, block: str, at: int, result: Rehearsal) -> str:
        """When they were there, as short as the card wants it."""
        w, zone = self._w, result.zone
        kind = next((doc.kind for doc in self._opened.flow.blocks if doc.id == block), "")
        if kind not in KINDS or not KINDS[kind].card.compact:
            return moment_words(w, at, zone)
        today = w.date(at, zone, "short") == w.date(result.start, zone, "short")
        return w.date(at, zone, "time" if today else "short")

    def _count(self, said: dict[str, str]) -> None:
        """Say on the cards when they were there."""
        shown: dict[str, Any] = {block: [{"value": text, "label": "", "icon": "event"}] for block, text in said.items()}
        self._canvas.show_counts(dict.fromkeys(self._counted - shown.keys()) | shown)
        self._counted = set(shown)

    # ---- the canvas

    def _faces(self) -> dict[str, Any]:
        return faces(self._opened.flow, self._opened.look.known, self._w)

    def _draw_canvas(self) -> FlowCanvas:
        return FlowCanvas(
            self._opened.flow.to_json(),
            catalog=catalog(self._w, self._opened.look.known),
            words=canvas_words(self._w),
            faces=self._faces(),
            exits=said_exits(self._opened.flow.exits, self._opened.look.known, self._w),
            draft_key="",
            version=self._opened.draft.rev,
            readonly=True,
            on_change=lambda rev, reason, flow, depth: None,
            on_refused=lambda: None,
            on_select=lambda blocks: None,
            on_open=lambda block, keyboard: self._timeline.lead_to(block),
            on_exits=lambda: None,
            on_conflict=lambda: None,
            on_history=lambda undo, redo: None,
        )


def _emails(flow: Flow) -> dict[str, str]:
    """The slug of what each block of a checked flow sends."""
    blocks = {doc.id: read_block(doc.kind, doc.settings) for doc in flow.blocks}
    return {id_: block.document() for id_, block in blocks.items() if isinstance(block, Send)}


def first_wish(user: Visitor, flow: Flow) -> tuple[Example, str]:
    """Somebody to begin with, and where they live: who did last what lets people in."""
    events = [str(doc.settings["event"]) for doc in flow.blocks if doc.settings.get("event")]
    with user.house.ledger.read(user.workspace) as tx:
        example = first_example(tx, events)
        found = contacts.get(tx, example.contact) if example.contact is not None else None
    return example, (found.zone if found is not None else None) or user.zone
