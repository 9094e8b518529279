"""A page with all drafts of one kind: finding them, and what can be done with each."""

from abc import ABC, abstractmethod
from functools import partial
from typing import Generic, Literal, Protocol, TypeVar

from builder.access import Visitor, act
from builder.drafting import deeds
from builder.parts.bin import bin_note
from builder.parts.controls import OneOf, button
from builder.parts.dialog import dialog
from builder.parts.empty import empty
from builder.parts.fields import enter_presses, search_field, text_field
from builder.parts.menu import menu_item, open_menu
from builder.parts.tag import Handler, Tag, tag
from builder.parts.toast import toast
from runtime.desk import Kind
from runtime.words import Words

LONGEST_NAME = 120
Place = Literal["active", "archived", "bin"]


class Entry(Protocol):
    """A draft in the list."""

    @property
    def slug(self) -> str:
        """Which."""

    @property
    def name(self) -> str:
        """What its owner calls it."""


Listed = TypeVar("Listed", bound=Entry)


class ListPage(ABC, Generic[Listed]):
    """What one visitor sees and does there. The pages say what stands in it, and add what only their drafts can do."""

    kind: Kind

    def __init__(self, user: Visitor, w: Words, found: list[Listed]) -> None:
        self.user = user
        self.w = w
        self.found = found
        self.tab = "all"
        self.wish = ""
        self.shown: dict[str, Tag] = {}
        self.root = tag("div")
        self.draw()

    @property
    def head_kind(self) -> Literal["primary", ""]:
        """Of the button in the title: one is filled on a page, and while there is nothing yet that is the one in the middle."""
        return "primary" if self.found else ""

    # ---- what differs

    @abstractmethod
    def head(self) -> None:
        """Draw the title, and what begins a new one."""

    @abstractmethod
    def first_words(self) -> tuple[str, str]:
        """What is said while there is none: that, and what they are good for."""

    @abstractmethod
    def begin(self) -> None:
        """Draw the button that begins the first one."""

    @abstractmethod
    def find_words(self) -> tuple[str, str]:
        """Of the search: what it is called, and what is said when nothing matches."""

    @abstractmethod
    def tabs(self) -> list[tuple[str, str, str]]:
        """What the list can be narrowed to; "all" is one of them."""

    @abstractmethod
    def rows(self, no_match: str) -> Tag:
        """Draw all of `found` into `shown`. Returns the line that says `no_match`."""

    @abstractmethod
    def in_tab(self, entry: Listed) -> bool:
        """Whether it belongs to the chosen tab."""

    @abstractmethod
    def searched(self, entry: Listed) -> str:
        """The text that is looked through for what somebody searches."""

    @abstractmethod
    def place(self, entry: Listed) -> Place:
        """Where the draft is."""

    @abstractmethod
    def rename_words(self) -> tuple[str, str]:
        """Of the dialog that renames: its title, and the help at the field."""

    @abstractmethod
    async def refresh(self) -> None:
        """Read and draw again."""

    def more(self, entry: Listed) -> None:
        """Draw what else the menu of a draft in use offers."""

    def missed(self, entry: Listed) -> str:
        """What is to be known when it is put away: who still asks for it."""
        return ""

    # ---- the list

    def draw(self) -> None:
        """Everything anew, from `found`."""
        self.root.clear()
        self.shown.clear()
        with self.root:
            self.head()
            if not self.found:
                with tag("div", "cw-card"), empty(*self.first_words()):
                    self.begin()
                return
            find, no_match = self.find_words()
            tabs = self.tabs()
            if self.tab not in [value for value, _, _ in tabs]:  # what was in it has gone elsewhere
                self.tab = "all"
            with tag("div", "fl-bar"):
                search_field(find, self.search, self.wish)
                with tag("div", "scroll-x"):
                    OneOf(tabs, self.tab, self.choose_tab, label=self.w("Show"))
            self.bin_note = bin_note(self.w)
            with tag("div") as self.table:
                self.nothing = self.rows(no_match)
            w = self.w
            gone = w("All are archived or in the bin. You find them above, and can bring them back.")
            with tag("div", "cw-card") as self.none_left, empty(w("Nothing is in use"), gone):
                self.begin()
        self.sift()

    def search(self, wish: str) -> None:
        """Show only what has `wish` in it."""
        self.wish = wish
        self.sift()

    def choose_tab(self, tab: str) -> None:
        """Show only one kind."""
        self.tab = tab
        self.sift()

    def sift(self) -> None:
        """Hide what neither tab nor search ask for."""
        wish = self.wish.casefold().strip()
        some = False
        for entry in self.found:
            fits = self.in_tab(entry) and wish in self.searched(entry).casefold()
            self.shown[entry.slug].set_visibility(fits)
            some = some or fits
        all_put_away = not some and not wish and self.tab == "all"
        self.table.set_visibility(not all_put_away)
        self.none_left.set_visibility(all_put_away)
        self.nothing.set_visibility(not some)
        self.bin_note.set_visibility(self.tab == "bin")

    # ---- what can be done with one

    def menu(self, entry: Listed, beside: Tag) -> None:
        """Offer it."""
        w, place = self.w, self.place(entry)
        with open_menu(beside):
            if place == "active":
                menu_item(w("Rename"), "edit", partial(self.rename, entry))
            else:
                menu_item(w("Restore"), "unarchive", partial(self.restore, entry))
            menu_item(w("Duplicate"), "content_copy", partial(self.duplicate, entry))
            if place == "active":
                self.more(entry)
                menu_item(w("Archive"), "archive", partial(self.leave, entry, "archive"))
            if place != "bin":
                menu_item(w("Move to the bin"), "delete", partial(self.leave, entry, "bin"), bad=True)

    def rename(self, entry: Listed) -> None:
        """Ask for another name."""
        w = self.w

        async def save() -> None:
            name = str(field.value or "").strip()[:LONGEST_NAME]
            if not name:
                field.complain(w("Type a name"))
                return
            await self.call(entry, name)
            box.close()
            await self.refresh()

        title, help_text = self.rename_words()
        with dialog(title, close=w("Close")) as box:
            field = text_field(w("Name"), entry.name, help_text=help_text)
            field.control.props("autofocus")
            with box.footer:
                tag("span", "cw-grow")
                button(w("Cancel"), box.close)
                enter_presses(button(w("Rename"), save, kind="primary"), field)

    async def call(self, entry: Listed, name: str) -> None:
        """Give it another name."""
        await act(self.user, deeds.rename, self.user, self.kind, entry.slug, name)

    async def duplicate(self, entry: Listed) -> None:
        """A draft like it."""
        w, name = self.w, self.w("{name}, copy", name=entry.name)[:LONGEST_NAME]
        slug = await act(self.user, deeds.duplicate, self.user, self.kind, entry.slug, name)
        await self.refresh()
        toast(w("{name} was copied.", name=entry.name), action=w("Undo"), on_action=partial(self._unmake, slug))

    async def _unmake(self, slug: str) -> None:
        await act(self.user, deeds.put_away, self.user, self.kind, slug, "bin")
        await self.refresh()

    async def leave(self, entry: Listed, where: str) -> None:
        """It is to go into the archive or the bin."""
        await self.put_away(entry, where)

    async def put_away(self, entry: Listed, where: str) -> None:
        """Into the archive or the bin."""
        w = self.w
        back = await self.remove(entry, where)
        await self.refresh()
        said = (
            w("{name} is in the bin.", name=entry.name) if where == "bin" else w("{name} is archived.", name=entry.name)
        )
        said = " ".join(filter(None, (said, self.missed(entry))))
        toast(said, action=w("Undo"), on_action=back)

    async def remove(self, entry: Listed, where: str) -> Handler:
        """Do so on the desk. Returns what takes it back."""
        await act(self.user, deeds.put_away, self.user, self.kind, entry.slug, where)
        return partial(self.restore, entry)

    async def restore(self, entry: Listed) -> None:
        """Out of the archive or the bin."""
        await act(self.user, deeds.bring_back, self.user, self.kind, entry.slug)
        await self.refresh()
