"""All flows: how each fares, and what can be done with it."""

from functools import partial

from nicegui import ui

from builder.access import Visitor, act, fetch, visitor
from builder.drafting.list_page import ListPage, Place
from builder.flow_list import deeds
from builder.flow_list.entries import ACTIVE, ORDER, Entry, entries
from builder.flow_list.new import new_flow
from builder.flow_list.resuming import resume
from builder.flow_list.row import Row
from builder.frame import frame, page_at, page_head
from builder.parts.controls import button
from builder.parts.dialog import choice, dialog
from builder.parts.menu import menu_item, menu_link
from builder.parts.rich import strong
from builder.parts.tag import Handler, Tag, tag
from builder.parts.toast import toast
from runtime.house import House
from runtime.segments.publish import Gone
from runtime.words import Words, words

REFRESH_SECONDS = 10


def register(house: House) -> None:
    """The list of flows, which is also the start page."""

    @page_at("/flows")
    async def flows() -> None:
        user = visitor()
        w = words(user.language)
        found = await fetch(entries, house, user.workspace)
        with frame(house, user, title=w("Flows"), active="flows"):
            _FlowsPage(user, w, found)


class _FlowsPage(ListPage[Entry]):
    """The list of flows, whose numbers are kept up to date."""

    kind = "flow"

    def __init__(self, user: Visitor, w: Words, found: list[Entry]) -> None:
        self.lines: dict[str, Row] = {}
        super().__init__(user, w, found)
        ui.timer(REFRESH_SECONDS, self.refresh, immediate=False)

    def head(self) -> None:
        """Title, what was sent, and a new one."""
        with page_head(self.w("Flows"), self._summary()):
            button(self.w("New Flow"), partial(new_flow, self.user, self.w), kind=self.head_kind, symbol="add")

    def first_words(self) -> tuple[str, str]:
        """How to begin."""
        return self.w("No Flows yet"), self.w("Start with one that works for most shops, and change the words.")

    def begin(self) -> None:
        """With one from the gallery."""
        button(self.w("Choose a Flow"), partial(new_flow, self.user, self.w), kind="primary")

    def find_words(self) -> tuple[str, str]:
        """Of the search."""
        return self.w("Find a Flow"), self.w("No Flow matches.")

    def rename_words(self) -> tuple[str, str]:
        """Of the dialog that renames."""
        return self.w("Rename the Flow"), ""

    def rows(self, no_match: str) -> Tag:
        """A line for each, below a head."""
        w = self.w
        with tag("div", "cw-card fl-list"):
            with tag("div", "fl-head"):
                tag("span")
                tag("span", "", w("Flow"))
                tag("span", "n", w("People inside"))
                tag("span", "n", w("Sent, 7 days"))
                tag("span", "n", w("Last Run"))
                tag("span", "n hide-m", w("Sent, 12 weeks"))
                tag("span")
            with tag("ul"):
                self.lines = {
                    entry.slug: Row(entry, self.user, w, partial(self._open_menu, entry.slug)) for entry in self.found
                }
            self.shown.update((slug, line.root) for slug, line in self.lines.items())
            return tag("p", "cw-empty cw-cap", no_match)

    def _open_menu(self, slug: str, beside: Tag) -> None:
        self.menu(self.lines[slug].entry, beside)

    def _summary(self) -> str:
        w = self.w
        live = [entry.numbers for entry in self.found if entry.look == "live" and entry.numbers is not None]
        if not live:
            return ""
        sent = sum(numbers.sent_week for numbers in live)
        messages = strong(w("{n} Message | {n} Messages", n=sent))
        return w(
            "{n} is live. It sent {messages} this week. | {n} are live. They sent {messages} this week.",
            n=len(live),
            messages=messages,
        )

    def tabs(self) -> list[tuple[str, str, str]]:
        """By state; what was put away if there is any."""
        w = self.w
        labels = {
            "live": w("Live"),
            "finishing": w("Finishing"),
            "paused": w("Paused"),
            "draft": w("Draft"),
            "archived": w("Archived"),
            "bin": w("Bin"),
        }
        counts = {look: sum(entry.look == look for entry in self.found) for look in ORDER}
        shown = [look for look in ORDER if counts[look] or look in ("live", "paused", "draft")]
        return [("all", w("All"), ""), *((look, labels[look], str(counts[look] or "")) for look in shown)]

    def in_tab(self, entry: Entry) -> bool:
        """Whether it belongs to the chosen tab."""
        return entry.look in (ACTIVE if self.tab == "all" else (self.tab,))

    def searched(self, entry: Entry) -> str:
        """Its name, and how it starts."""
        return f"{entry.name} {self.w.text(entry.starts)}"

    def place(self, entry: Entry) -> Place:
        """Where the draft is."""
        return entry.kept

    async def refresh(self) -> None:
        """Numbers as they are now; the list is drawn again only if flows came, went or changed their state."""
        fresh = await fetch(entries, self.user.house, self.user.workspace)
        if self.root.is_deleted:
            return
        now = self.user.house.clock.now()
        if [_face(entry) for entry in fresh] == [_face(entry) for entry in self.found]:
            self.found = fresh
            for entry in fresh:
                self.lines[entry.slug].show(entry, now)
        else:
            self.found = fresh
            self.draw()

    def more(self, entry: Entry) -> None:
        """Who is inside; what was published so far; pause, finish and resume."""
        if entry.numbers is not None:
            menu_link(self.w("Who is inside"), "group", f"/flows/{entry.slug}/runs")
            menu_link(self.w("Versions"), "history", f"/flows/{entry.slug}/versions")
        if entry.look == "live":
            menu_item(self.w("Pause"), "pause", partial(self.pause, entry))
            menu_item(self.w("Let it finish"), "hourglass_bottom", partial(self.finish, entry))
        elif entry.look == "paused":
            menu_item(self.w("Resume"), "play_arrow", partial(self.resume, entry))
        elif entry.look == "finishing":
            menu_item(self.w("Take people in again"), "play_arrow", partial(self.resume, entry))

    async def pause(self, entry: Entry) -> None:
        """Send nothing for now."""
        w = self.w
        await act(self.user, deeds.pause, self.user, entry.slug)
        await self.refresh()
        said = w(
            "{name} is paused. People go on inside, but nothing is sent: their Messages are kept.", name=entry.name
        )
        toast(said, action=w("Undo"), on_action=partial(self.resume, entry))

    async def resume(self, entry: Entry) -> None:
        """Send again; what came due meanwhile is asked about."""

        async def done(said: str, undo: bool) -> None:
            await self.refresh()
            toast(said, action=self.w("Undo") if undo else "", on_action=partial(self.pause, entry))

        await resume(self.user, entry.slug, entry.name, done, self.w)

    async def finish(self, entry: Entry) -> None:
        """Let those inside get to the end, and nobody else in."""
        w = self.w
        await act(self.user, deeds.finish, self.user, entry.slug)
        await self.refresh()
        said = w("Nobody enters {name} any more. It is archived when the last one is out.", name=entry.name)
        toast(said, action=w("Undo"), on_action=partial(self.resume, entry))

    async def leave(self, entry: Entry, where: str) -> None:
        """Put it away; when people are inside, which cannot be taken back, say first what becomes of them."""
        w, inside = self.w, entry.numbers.inside if entry.numbers is not None else 0
        if not inside:
            await self.put_away(entry, where)
            return

        async def go() -> None:
            box.close()
            await (self.pause(entry) if pausing[0] else self.put_away(entry, where))

        def choose(pause: bool) -> None:
            pausing[0] = pause
            for card, on in ((first, pause), (second, not pause)):
                card.classes(add="is-on") if on else card.classes(remove="is-on")
                card.set(aria_checked="true" if on else "false")

        pausing = [entry.look == "live"]
        title = w("{n} person is inside this Flow | {n} people are inside this Flow", n=inside)
        with dialog(title, close=w("Close")) as box, tag("div", "cw-grid", role="radiogroup", aria_label=title):
            kept = w(
                "Nothing more is sent from it. People go on inside, and their Messages are kept until you resume it."
            )
            first = choice(w("Only pause it"), kept, chosen=pausing[0], on_click=partial(choose, True))
            first.set_visibility(entry.look == "live")
            gone = w("They stop here and get nothing more from it. They stay in your Contacts. This cannot be undone.")
            second = choice(w("Let everyone leave"), gone, chosen=not pausing[0], on_click=partial(choose, False))
            with box.footer:
                tag("span", "cw-grow")
                button(w("Not yet"), box.close)
                button(w("Go ahead"), go, kind="primary")

    async def remove(self, entry: Entry, where: str) -> Handler:
        """What runs of it is stopped for good; taking it back starts it again."""
        before = await act(self.user, deeds.put_away, self.user, entry.slug, where)
        return partial(self.restore, entry, before)

    async def restore(self, entry: Entry, before: str = "") -> None:
        """Out of the archive or the bin, and into the state before."""
        try:
            await act(self.user, deeds.bring_back, self.user, entry.slug, before)
        except Gone as gone:  # it is back, but cannot be what it was
            toast(self.w.text(gone.phrase), kind="bad")
        await self.refresh()


def _face(entry: Entry) -> tuple[object, ...]:
    """What a row shows beside its numbers."""
    return entry.slug, entry.name, entry.look, entry.changed, entry.changed_at
