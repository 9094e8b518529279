"""All flows: how each fares, and what can be done with it."""

from functools import partial

from nicegui import ui

from builder.access import Visitor, act, fetch, visitor
from builder.flow_list import deeds
from builder.flow_list.entries import ACTIVE, ORDER, Entry, entries
from builder.flow_list.new import new_flow
from builder.flow_list.row import Row
from builder.frame import frame, page_head
from builder.parts.bin import bin_note
from builder.parts.controls import button, segments
from builder.parts.dialog import choice, dialog
from builder.parts.empty import empty
from builder.parts.fields import search_field, text_field
from builder.parts.menu import menu_item, open_menu
from builder.parts.rich import strong
from builder.parts.tag import Tag, tag
from builder.parts.toast import toast
from runtime.house import House
from runtime.words import Words, words

REFRESH_SECONDS = 10


def register(house: House) -> None:
    """The list of flows, which is also the start page."""

    @ui.page("/flows")
    async def flows() -> None:
        user = visitor()
        w = words(user.language)
        found = await fetch(entries, house, user.workspace)
        with frame(house, user, title=w("Flows"), active="flows"):
            _FlowsPage(user, w, found)


class _FlowsPage:
    """What one visitor sees and does here."""

    def __init__(self, user: Visitor, w: Words, found: list[Entry]) -> None:
        self.user = user
        self.w = w
        self.found = found
        self.tab = "all"
        self.wish = ""
        self.rows: dict[str, Row] = {}
        self.root = tag("div")
        self.draw()
        ui.timer(REFRESH_SECONDS, self.refresh, immediate=False)

    def draw(self) -> None:
        """Everything anew, from `found`."""
        w = self.w
        self.root.clear()
        self.rows.clear()
        with self.root:
            with page_head(w("Flows"), self._summary()):
                button(w("New Flow"), partial(new_flow, self.user, w), kind="primary", symbol="add")
            if not self.found:
                with (
                    tag("div", "cw-card"),
                    empty(w("No Flows yet"), w("Start with one that works for most shops, and change the words.")),
                ):
                    button(w("Choose a Flow"), partial(new_flow, self.user, w), kind="primary")
                return
            with tag("div", "fl-bar"):
                search_field(w("Find a Flow"), self.search, self.wish)
                with tag("div", "scroll-x"):
                    segments(self._tabs(), self.tab, self.choose_tab, label=w("Show"))
            self.bin_note = bin_note(w)
            with tag("div", "cw-card fl-list"):
                with tag("div", "fl-head"):
                    tag("span")
                    tag("span", "", w("Flow"))
                    tag("span", "n", w("People inside"))
                    tag("span", "n", w("Sent, 7 days"))
                    tag("span", "n", w("Last Run"))
                    tag("span", "n", w("Sent, 12 weeks"))
                    tag("span")
                with tag("ul"):
                    for entry in self.found:
                        self.rows[entry.slug] = Row(entry, self.user, w, partial(self.menu, entry.slug))
                self.nothing = tag("p", "cw-empty cw-cap", w("No Flow matches."))
        self.sift()

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

    def _tabs(self) -> list[tuple[str, str, str]]:
        w = self.w
        labels = {
            "live": w("Live"),
            "paused": w("Paused"),
            "draft": w("Draft"),
            "archived": w("Archived"),
            "bin": w("Bin"),
        }
        counts = {look: sum(entry.look == look for entry in self.found) for look in ORDER}
        shown = [look for look in ORDER if counts[look] or look in ACTIVE]
        return [("all", w("All"), ""), *((look, labels[look], str(counts[look] or "")) for look in shown)]

    def search(self, wish: str) -> None:
        """Show only what has `wish` in its name or in how it starts."""
        self.wish = wish
        self.sift()

    def choose_tab(self, tab: str) -> None:
        """Show only flows in one state."""
        self.tab = tab
        self.sift()

    def sift(self) -> None:
        """Hide the rows that neither tab nor search ask for."""
        looks = ACTIVE if self.tab == "all" else (self.tab,)
        wish = self.wish.casefold().strip()
        some = False
        for row in self.rows.values():
            entry = row.entry
            fits = entry.look in looks and wish in f"{entry.name} {self.w.text(entry.starts)}".casefold()
            row.root.set_visibility(fits)
            some = some or fits
        self.nothing.set_visibility(not some)
        self.bin_note.set_visibility(self.tab == "bin")

    async def refresh(self) -> None:
        """Numbers as they are now; the list is drawn again only if flows came, went or changed their state."""
        fresh = await fetch(entries, self.user.house, self.user.workspace)
        if self.root.is_deleted:
            return
        now = self.user.house.clock.now()
        if [_face(entry) for entry in fresh] == [_face(entry) for entry in self.found]:
            self.found = fresh
            for entry in fresh:
                self.rows[entry.slug].show(entry, now)
        else:
            self.found = fresh
            self.draw()

    def menu(self, slug: str, button: Tag) -> None:
        """What can be done with one flow."""
        w, entry = self.w, self.rows[slug].entry
        with open_menu(button):
            if entry.look in ("archived", "bin"):
                menu_item(w("Restore"), "unarchive", partial(self.restore, entry))
                menu_item(w("Duplicate"), "content_copy", partial(self.duplicate, entry))
                if entry.look == "archived":
                    menu_item(w("Move to the bin"), "delete", partial(self.put_away, entry, "bin"), bad=True)
                return
            menu_item(w("Rename"), "edit", partial(self.rename, entry))
            menu_item(w("Duplicate"), "content_copy", partial(self.duplicate, entry))
            if entry.look == "live":
                menu_item(w("Pause"), "pause", partial(self.pause, entry))
            elif entry.look == "paused":
                menu_item(w("Resume"), "play_arrow", partial(self.resume, entry))
            menu_item(w("Archive"), "archive", partial(self.leave, entry, "archive"))
            menu_item(w("Move to the bin"), "delete", partial(self.leave, entry, "bin"), bad=True)

    def rename(self, entry: Entry) -> None:
        """Ask for another name."""
        w = self.w

        async def save() -> None:
            name = str(field.value or "").strip()[:120]
            if not name:
                field.complain(w("Type a name"))
                return
            await act(self.user, deeds.rename, self.user, entry.slug, name)
            box.close()
            await self.refresh()

        with dialog(w("Rename the Flow"), close=w("Close")) as box:
            field = text_field(w("Name"), entry.name)
            field.control.on("keydown.enter", save, [])
            field.control.props("autofocus")
            with box.footer:
                tag("span", "cw-grow")
                button(w("Cancel"), box.close)
                button(w("Rename"), save, kind="primary")

    async def duplicate(self, entry: Entry) -> None:
        """A draft like it."""
        w = self.w
        slug = await act(self.user, deeds.duplicate, self.user, entry.slug, w("{name}, copy", name=entry.name)[:120])
        await self.refresh()
        toast(w("{name} was copied.", name=entry.name), action=w("Undo"), on_action=partial(self._unmake, slug))

    async def _unmake(self, slug: str) -> None:
        await act(self.user, deeds.put_away, self.user, slug, "bin")
        await self.refresh()

    async def pause(self, entry: Entry) -> None:
        """Send nothing for now."""
        w = self.w
        await act(self.user, deeds.pause, self.user, entry.slug)
        await self.refresh()
        said = w("{name} is paused. Nothing is sent from it; everyone stays where they are.", name=entry.name)
        toast(said, action=w("Undo"), on_action=partial(self.resume, entry))

    async def resume(self, entry: Entry) -> None:
        """Send again."""
        w = self.w
        await act(self.user, deeds.resume, self.user, entry.slug)
        await self.refresh()
        toast(w("{name} is live again.", name=entry.name), action=w("Undo"), on_action=partial(self.pause, entry))

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
            kept = w("Nothing more is sent from it. Everyone stays where they are, and you can go on later.")
            first = choice(w("Only pause it"), kept, chosen=pausing[0], on_click=partial(choose, True))
            first.set_visibility(entry.look == "live")
            gone = w("They stop here and get nothing more from it. They stay in your Contacts. This cannot be undone.")
            second = choice(w("Let everyone leave"), gone, chosen=not pausing[0], on_click=partial(choose, False))
            with box.footer:
                tag("span", "cw-grow")
                button(w("Not yet"), box.close)
                button(w("Go ahead"), go, kind="primary")

    async def put_away(self, entry: Entry, where: str) -> None:
        """Into the archive or the bin."""
        w = self.w
        before = await act(self.user, deeds.put_away, self.user, entry.slug, where)
        await self.refresh()
        said = (
            w("{name} is in the bin.", name=entry.name) if where == "bin" else w("{name} is archived.", name=entry.name)
        )
        toast(said, action=w("Undo"), on_action=partial(self.restore, entry, before))

    async def restore(self, entry: Entry, before: str = "") -> None:
        """Out of the archive or the bin."""
        await act(self.user, deeds.bring_back, self.user, entry.slug, before)
        await self.refresh()


def _face(entry: Entry) -> tuple[object, ...]:
    """What a row shows beside its numbers."""
    return entry.slug, entry.name, entry.look, entry.changed, entry.changed_at
