"""All segments: who is in each, in words and in numbers, and who asks for it."""

from dataclasses import replace
from functools import partial

from nicegui import ui

from blocks.phrase import Quoted
from builder.access import Visitor, act, fetch, visitor
from builder.drafting.list_page import ListPage, Place
from builder.frame import frame, page_at, page_head
from builder.parts.controls import button, chip, icon_button, state
from builder.parts.tag import Handler, Tag, tag
from builder.parts.toast import toast
from builder.segment_list import deeds
from builder.segment_list.entries import Entry, entries
from builder.segment_list.new import new_segment
from runtime.house import House
from runtime.segments.publish import InUse
from runtime.words import Words, words

REFRESH_SECONDS = 10


def register(house: House) -> None:
    """The list of segments."""

    @page_at("/segments")
    async def segments() -> None:
        user = visitor()
        w = words(user.language)
        found = await fetch(entries, house, user.workspace)
        with frame(house, user, title=w("Segments"), active="segments"):
            _SegmentsPage(user, w, found)


class _SegmentsPage(ListPage[Entry]):
    """The list of segments, whose numbers are kept up to date."""

    kind = "segment"

    def __init__(self, user: Visitor, w: Words, found: list[Entry]) -> None:
        self.numbers: dict[str, tuple[Tag, Tag]] = {}
        super().__init__(user, w, found)
        ui.timer(REFRESH_SECONDS, self.refresh, immediate=False)

    def head(self) -> None:
        """Title, and a new one."""
        w = self.w
        with page_head(w("Segments"), w("People who belong together, for your Flows to ask for.")):
            button(w("New Segment"), partial(new_segment, self.user, w), kind=self.head_kind, symbol="add")

    def first_words(self) -> tuple[str, str]:
        """What segments are good for."""
        w = self.w
        text = w(
            "Gather people by what they did, or on a list. Flows start when somebody enters, and splits ask for it."
        )
        return w("No Segments yet"), text

    def begin(self) -> None:
        """With a new one."""
        button(self.w("New Segment"), partial(new_segment, self.user, self.w), kind="primary", symbol="add")

    def find_words(self) -> tuple[str, str]:
        """Of the search."""
        return self.w("Find a Segment"), self.w("No Segment matches.")

    def rename_words(self) -> tuple[str, str]:
        """Of the dialog that renames."""
        return self.w("Rename the Segment"), self.w("Flows that ask for it go on as before.")

    def tabs(self) -> list[tuple[str, str, str]]:
        """By kind and state, and what was put away if there is any."""
        w = self.w
        tabs = [("all", w("All"), ""), ("rule", w("By a rule"), ""), ("list", w("Lists"), "")]
        for place, word in (("draft", w("Draft")), ("archived", w("Archived")), ("bin", w("Bin"))):
            if count := sum(entry.look == place for entry in self.found):
                tabs.append((place, word, str(count)))
        return tabs

    def in_tab(self, entry: Entry) -> bool:
        """Whether it belongs to the chosen tab."""
        match self.tab:
            case "draft" | "archived" | "bin":
                return entry.look == self.tab
            case "rule" | "list":
                return entry.kept == "active" and entry.is_list == (self.tab == "list")
            case _:
                return entry.kept == "active"

    def searched(self, entry: Entry) -> str:
        """Its name and its rule."""
        return f"{entry.name} {self.w.text(entry.says)}"

    def place(self, entry: Entry) -> Place:
        """Where the draft is."""
        return entry.kept

    def rows(self, no_match: str) -> Tag:
        """A line for each, below a head."""
        w = self.w
        with tag("div", "cw-card fl-list"):
            with tag("div", "fl-head sg-row"):
                tag("span", "", w("Segment"))
                tag("span", "", w("Asked for by"))
                tag("span", "n", w("In it now"))
                tag("span")
            with tag("ul"):
                for entry in self.found:
                    self.shown[entry.slug] = self._row(entry)
            return tag("p", "cw-empty cw-cap", no_match)

    def _row(self, entry: Entry) -> Tag:
        w = self.w
        row = tag("li", "fl-row sg-row")
        with row:
            with tag("a", "cw-grow cw-cover", href=f"/segments/{entry.slug}"):
                tag("span", "name cw-trunc cw-block-el", entry.name)
                tag("span", "cw-cap says sg-says", w.text(entry.says))
                with tag("span", "cw-row"):
                    standing = self._state(entry)
                    if entry.is_list:
                        chip(w("List"), symbol="checklist")
                    if entry.changed:
                        tag("span", "cw-cap", w("Changes not published"))
            tag("span", "cw-cap sg-used", self._users(entry))
            members = tag("span", "n cw-cap" if entry.members is None else "n figure")
            more = icon_button("more_horiz", w("More for {name}", name=entry.name))
            more.classes(add="more")
            more.on_click(lambda: self.menu(entry, more))
        self.numbers[entry.slug] = (standing, members)
        self._show(entry)
        return row

    def _show(self, entry: Entry) -> None:
        """Put in the numbers as they are now."""
        w, (standing, members) = self.w, self.numbers[entry.slug]
        members.text = "–" if entry.members is None else w.number(entry.members)
        if entry.look == "live":
            standing.text = w("Counting…") if entry.counting else w("Live")

    def _state(self, entry: Entry) -> Tag:
        w = self.w
        match entry.look:
            case "live":
                return state(w("Live"), "live")
            case "archived":
                return state(w("Archived"), "")
            case "bin":
                return state(w("In the bin"), "")
            case _:
                return state(w("Draft"), "draft")

    def _users(self, entry: Entry) -> str:
        drawn = [self.w("in the draft of {name}", name=Quoted(name)) for name in entry.drawn_in]
        names = [*entry.used_in, *drawn]
        shown, more = " · ".join(names[:2]), len(names) - 2
        return f"{shown} +{more}" if more > 0 else shown or self.w("Nothing yet")

    async def refresh(self) -> None:
        """Numbers as they are now; the list is drawn again only if something else changed, because an open menu would
        close."""
        fresh = await fetch(entries, self.user.house, self.user.workspace)
        if self.root.is_deleted:
            return
        before, self.found = self.found, fresh
        if [_face(entry) for entry in fresh] == [_face(entry) for entry in before]:
            for entry in fresh:
                self._show(entry)
        else:
            self.draw()

    async def call(self, entry: Entry, name: str) -> None:
        """Give it another name, where it is live as well."""
        await act(self.user, deeds.rename, self.user, entry.slug, name)

    async def leave(self, entry: Entry, where: str) -> None:
        """Put it away, unless somebody asks for it."""
        try:
            await super().leave(entry, where)
        except InUse as used:
            toast(self.w.text(used.phrase), kind="bad")

    async def remove(self, entry: Entry, where: str) -> Handler:
        """Nobody is in it any more; taking it back lets it live again."""
        await act(self.user, deeds.put_away, self.user, entry.slug, where)
        return partial(self.restore, entry)

    async def restore(self, entry: Entry) -> None:
        """Out of the archive or the bin."""
        await act(self.user, deeds.bring_back, self.user, entry.slug)
        await self.refresh()


def _face(entry: Entry) -> Entry:
    """What a row shows without its numbers."""
    return replace(entry, members=None if entry.members is None else 0, counting=False)
