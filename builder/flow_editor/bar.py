"""The bar above the canvas: name, state, what is saved, undo, problems, publishing, and a menu for the rest."""

from collections.abc import Callable
from typing import Any, Protocol

from builder.drafting.saved import Saved
from builder.flow_editor.kept import NAME
from builder.forms import Box
from builder.frame import Editor
from builder.parts.controls import button, icon_button
from builder.parts.menu import Menu, menu_item, menu_line
from builder.parts.tag import Tag, icon, tag
from runtime.words import Words


class Deeds(Protocol):
    """What the bar can ask the editor for."""

    def rename(self, name: str) -> None: ...
    def undo(self) -> None: ...
    def redo(self) -> None: ...
    def tidy(self) -> None: ...
    def fit(self) -> None: ...
    def open_settings(self) -> None: ...
    def preview(self) -> None: ...
    async def rehearse(self) -> None: ...
    async def publish(self) -> None: ...
    def add_people(self) -> None: ...
    async def open_runs(self) -> None: ...
    async def open_versions(self) -> None: ...
    async def switch_live(self) -> None: ...
    async def finish(self) -> None: ...
    async def resume(self) -> None: ...
    async def duplicate(self) -> None: ...
    async def export(self) -> None: ...
    async def archive(self) -> None: ...


class Bar:
    """Draws itself into the editor's bar."""

    def __init__(self, frame: Editor, name: str, deeds: Deeds, w: Words) -> None:
        self.w = w
        self._deeds = deeds
        self._look = "is-draft"
        self._until = ""
        frame.left.classes("fe-named").set(data_keep=NAME)
        self._heading = next(one for one in frame.left.default_slot.children if one.tag == "h1")
        with frame.left:
            self._name = Box(name, self._renamed, label=w("Name of the Flow"), look="", length=120)
            self._name.classes("fe-name")
            self._switch = tag("button", "hidden", type="button", role="switch", aria_label=w("Live"))
            self._switch.on_click(deeds.switch_live)
            self._state = tag("span", "cw-state is-draft hide-s")
            self._pause = tag("span", "hidden")
            self.saved = Saved(w("Offline. Changes are kept in this browser."))
        with frame.right:
            self._undo = self._tool("undo", w("Undo"), deeds.undo)
            self._redo = self._tool("redo", w("Redo"), deeds.redo)
            self._tidy = button(w("Tidy up"), deeds.tidy, kind="quiet", small=True, symbol="auto_fix_high")
            self._tidy.classes("hide-s fe-tidy")
            self._line = tag("span", "cw-sep hide-s")
            self.problems = tag("button", "cw-chip fe-problems", type="button", aria_haspopup="true")
            with self.problems:
                self._problem_icon = icon("warning")
                self._problem_count = tag("span", "show-s", aria_hidden="true")
                self._problem_words = tag("span", "fe-problem-words")
            self._preview = button(w("Preview"), deeds.preview, symbol="play_arrow", classes="cw-h34 hide-s")
            button(w("Rehearse"), deeds.rehearse, symbol="fast_forward", classes="cw-h34 hide-m")
            self._publish = button(w("Publish"), deeds.publish, kind="primary", classes="cw-h34")
            self._more = icon_button("more_horiz", w("More"))
            with self._more, Menu().props("auto-close anchor='bottom right' self='top right'") as self._menu:
                pass
        self.show_history(can_undo=False, can_redo=False)
        self.show_problems(0, 0)

    def show_name(self, name: str) -> None:
        """The name as it is by now."""
        self._name.show(name)
        if isinstance(self._heading, Tag):
            self._heading.text = name

    def show_state(self, state: str, since: str, *, readonly: bool) -> None:
        """`state` as of a flow, or "draft"; `since` is a date for a pause. What is live or paused can be switched."""
        w = self.w
        switched = state in ("live", "paused") and not readonly
        self._switch.classes(replace="cw-switch hide-s" if switched else "hidden")
        self._switch.set(aria_checked="true" if state == "live" else "false")
        texts = {
            "live": w("Live"),
            "paused": w("Paused since {day}", day=since),
            "finishing": w("Finishing: nobody enters any more"),
            "archived": w("Archived"),
        }
        self._state.text = texts.get(state, w("Draft"))
        self._look = {"live": "is-live", "finishing": "is-live", "paused": "is-paused"}.get(state, "is-draft")
        self._state.classes(replace=f"cw-state {self._look} hide-s")

    def show_pause(self, until: str) -> None:
        """The day on which a live flow goes on that pauses over dates now; "" if it does not."""
        self._until = until
        self._pause.text = self.w("Pauses until {day}", day=until)
        self._pause.classes(replace="cw-chip is-warn hide-s" if until else "hidden")

    def show_history(self, *, can_undo: bool, can_redo: bool) -> None:
        """Whether there is something to undo and to do again."""
        self._undo.set(disabled=None if can_undo else True)
        self._redo.set(disabled=None if can_redo else True)

    def show_problems(self, bad: int, warn: int) -> None:
        """How many; none hides the chip."""
        count = bad + warn
        look = "is-bad" if bad else "is-warn"
        self.problems.classes(replace=f"cw-chip fe-problems {look}" if count else "hidden")
        self._problem_icon.text = "error" if bad else "warning"
        self._problem_count.text = self.w.number(count)
        self._problem_words.text = self.w("{n} problem | {n} problems", n=count)

    def make_readonly(self, *, readonly: bool) -> None:
        """Nothing can be changed here."""
        self._name.enable(not readonly)
        for made in (self._undo, self._redo, self._tidy, self._line, self._publish):
            made.set_visibility(not readonly)

    def fill_menu(self, state: str, *, readonly: bool, by_hand: bool) -> None:
        """What the menu offers in that state; `by_hand`: people can be added to it."""
        w, deeds = self.w, self._deeds
        self._menu.clear()
        with self._menu, tag("div", "show-m cw-menu-head"):
            tag("div", f"cw-state {self._look}", self._state.text)
            if self._until:
                tag("div", "cw-cap", w("Pauses until {day}", day=self._until))
            self.saved.say_again()
        with self._menu, tag("div", "", role="menu", aria_label=w("More")):
            if not readonly:
                menu_item(w("Settings of the Flow"), "tune", deeds.open_settings)
                phone = tag("div", "show-s")
                with phone:
                    menu_item(w("Undo"), "undo", deeds.undo)
                    menu_item(w("Redo"), "redo", deeds.redo)
                    menu_item(w("Tidy up"), "auto_fix_high", deeds.tidy)
                if state in ("live", "paused"):
                    live = state == "live"
                    text = w("Pause: send nothing for now") if live else w("Go live again")
                    menu_item(text, "pause" if live else "play_arrow", deeds.switch_live)
                if state == "live":
                    menu_item(w("Let it finish: nobody enters any more"), "hourglass_bottom", deeds.finish)
                if state == "finishing":
                    menu_item(w("Take people in again"), "play_arrow", deeds.resume)
                menu_line()
            with tag("div", "show-s"):
                menu_item(w("Fit the whole Flow"), "fit_screen", deeds.fit)
                menu_item(w("Preview"), "play_arrow", deeds.preview)
            menu_item(w("Rehearse"), "fast_forward", deeds.rehearse)
            if by_hand and state in ("live", "paused"):
                menu_item(w("Add people"), "person_add", deeds.add_people)
            if state != "draft":
                menu_item(w("Who is inside"), "group", deeds.open_runs)
                menu_item(w("Versions"), "history", deeds.open_versions)
            menu_item(w("Duplicate"), "content_copy", deeds.duplicate)
            menu_item(w("Download as a file"), "download", deeds.export)
            if not readonly:
                menu_line()
                menu_item(w("Archive"), "archive", deeds.archive, bad=True)

    def _tool(self, symbol: str, label: str, on_click: Callable[[], Any]) -> Tag:
        made = icon_button(symbol, label, on_click, each=True)
        made.classes("hide-s")
        return made

    def _renamed(self, text: str) -> None:
        if text.strip():
            self._deeds.rename(text.strip())
