"""All e-mails, as small pictures of themselves."""

from functools import partial

from nicegui import ui

from builder.access import Visitor, act, fetch, visitor
from builder.email_list import deeds, thumbnails
from builder.email_list.entries import Entry, entries
from builder.frame import frame, page_head
from builder.mailbox import mail_frame
from builder.parts.bin import bin_note
from builder.parts.controls import button, chip, icon_button, segments
from builder.parts.dialog import dialog
from builder.parts.empty import empty
from builder.parts.fields import search_field, text_field
from builder.parts.menu import menu_item, open_menu
from builder.parts.tag import Tag, tag
from builder.parts.toast import toast
from runtime.accounts import workspaces
from runtime.house import House
from runtime.words import LANGUAGES, Words, words


def register(house: House) -> None:
    """The list of e-mails, and the pictures in it."""
    thumbnails.register(house)

    @ui.page("/emails")
    async def emails() -> None:
        user = visitor()
        w = words(user.language)
        found = await fetch(entries, house, user.workspace)
        brand = await fetch(thumbnails.brand_rev, house, user.workspace)
        with frame(house, user, title=w("E-mails"), active="emails"):
            _EmailsPage(user, w, found, brand)


class _EmailsPage:
    """What one visitor sees and does here."""

    def __init__(self, user: Visitor, w: Words, found: list[Entry], brand: int) -> None:
        self.user = user
        self.w = w
        self.found = found
        self.brand = brand
        self.tab = "all"
        self.wish = ""
        self.cards: dict[str, Tag] = {}
        self.root = tag("div")
        self.draw()

    def draw(self) -> None:
        """Everything anew, from `found`."""
        w = self.w
        self.root.clear()
        self.cards.clear()
        with self.root:
            with page_head(w("E-mails"), w("Composed once, sent by any of your Flows.")):
                button(w("Brand kit"), href="/brand", symbol="palette")
                button(w("New e-mail"), self.create, kind="primary", symbol="add")
            if not self.found:
                text = w("Compose one from sections: it looks right in every mail program, on phones too.")
                with tag("div", "cw-card"), empty(w("No e-mails yet"), text):
                    button(w("New e-mail"), self.create, kind="primary", symbol="add")
                return
            with tag("div", "fl-bar"):
                search_field(w("Find an e-mail"), self.search, self.wish)
                with tag("div", "scroll-x"):
                    segments(self._tabs(), self.tab, self.choose_tab, label=w("Show"))
            self.bin_note = bin_note(w)
            with tag("ul", "em-grid"):
                for entry in self.found:
                    self.cards[entry.slug] = self._card(entry)
            self.nothing = tag("p", "cw-empty cw-cap", w("No e-mail matches."))
        self.sift()

    def _tabs(self) -> list[tuple[str, str, str]]:
        w = self.w
        tabs = [("all", w("All"), ""), ("marketing", w("Marketing"), ""), ("transactional", w("Transactional"), "")]
        for state, word in (("archived", w("Archived")), ("bin", w("Bin"))):
            if count := sum(entry.state == state for entry in self.found):
                tabs.append((state, word, str(count)))
        return tabs

    def search(self, wish: str) -> None:
        """Show only what has `wish` in its name or subject."""
        self.wish = wish
        self.sift()

    def choose_tab(self, tab: str) -> None:
        """Show only one kind."""
        self.tab = tab
        self.sift()

    def sift(self) -> None:
        """Hide the cards that neither tab nor search ask for."""
        wish = self.wish.casefold().strip()
        some = False
        for entry in self.found:
            fits = self._in_tab(entry) and wish in f"{entry.name} {entry.subject}".casefold()
            self.cards[entry.slug].set_visibility(fits)
            some = some or fits
        self.nothing.set_visibility(not some)
        self.bin_note.set_visibility(self.tab == "bin")

    def _in_tab(self, entry: Entry) -> bool:
        match self.tab:
            case "archived" | "bin":
                return entry.state == self.tab
            case "marketing" | "transactional":
                return entry.state == "active" and entry.marketing == (self.tab == "marketing")
            case _:
                return entry.state == "active"

    def _card(self, entry: Entry) -> Tag:
        w = self.w
        card = tag("li", "cw-card em-card")
        with card:
            with tag("div", "em-art", aria_hidden="true"):
                address = f"/emails/{entry.slug}/small?v={entry.rev}.{self.brand}"
                mail_frame(address, entry.name, classes="em-small", lazy=True).set(tabindex="-1", scrolling="no")
            with tag("div", "em-text"):
                with tag("div", "cw-row"):
                    tag("a", "cw-cover cw-strong cw-trunc cw-grow", entry.name, href=f"/emails/{entry.slug}")
                    more = icon_button("more_horiz", w("More for {name}", name=entry.name))
                    more.classes(add="more")
                    more.on_click(lambda: self.menu(entry, more))
                tag("p", "cw-cap cw-trunc", entry.subject or w("No subject yet"))
                with tag("div", "cw-row em-foot"):
                    chip(w("Marketing") if entry.marketing else w("Transactional"))
                    tag("span", "cw-cap cw-trunc cw-grow", self._use(entry))
        return card

    def _use(self, entry: Entry) -> str:
        w = self.w
        if not entry.used_in:
            return w("In no Flow")
        if len(entry.used_in) == 1:
            return w("In {flow}", flow=entry.used_in[0])
        return w("In {n} Flow | In {n} Flows", n=len(entry.used_in))

    async def refresh(self) -> None:
        """Read and draw again."""
        self.found = await fetch(entries, self.user.house, self.user.workspace)
        if not self.root.is_deleted:
            self.draw()

    def menu(self, entry: Entry, beside: Tag) -> None:
        """What can be done with one e-mail."""
        w = self.w
        with open_menu(beside):
            if entry.state != "active":
                menu_item(w("Restore"), "unarchive", partial(self.restore, entry))
            else:
                menu_item(w("Rename"), "edit", partial(self.rename, entry))
            menu_item(w("Duplicate"), "content_copy", partial(self.duplicate, entry))
            if entry.state == "active":
                menu_item(w("Archive"), "archive", partial(self.put_away, entry, "archive"))
            if entry.state != "bin":
                menu_item(w("Move to the bin"), "delete", partial(self.put_away, entry, "bin"), bad=True)

    async def create(self) -> None:
        """A new one, in the shop's language where we have words for it; then to the studio."""
        shop = await fetch(workspaces.get, self.user.house, self.user.workspace)
        language = shop.language if shop is not None else "en"
        known = language if language in LANGUAGES else "en"
        slug = await act(self.user, deeds.create, self.user, self.w("New e-mail"), words(known))
        ui.navigate.to(f"/emails/{slug}")

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

        with dialog(w("Rename the e-mail"), close=w("Close")) as box:
            help_text = w("Only you see this name. Customers see the subject.")
            field = text_field(w("Name"), entry.name, help_text=help_text)
            field.control.on("keydown.enter", save, [])
            with box.footer:
                tag("span", "cw-grow")
                button(w("Cancel"), box.close)
                button(w("Rename"), save, kind="primary")

    async def duplicate(self, entry: Entry) -> None:
        """An e-mail like it."""
        w = self.w
        slug = await act(self.user, deeds.duplicate, self.user, entry.slug, w("{name}, copy", name=entry.name)[:120])
        await self.refresh()
        toast(w("{name} was copied.", name=entry.name), action=w("Undo"), on_action=partial(self._unmake, slug))

    async def _unmake(self, slug: str) -> None:
        await act(self.user, deeds.put_away, self.user, slug, "bin")
        await self.refresh()

    async def put_away(self, entry: Entry, where: str) -> None:
        """Into the archive or the bin."""
        w = self.w
        await act(self.user, deeds.put_away, self.user, entry.slug, where)
        await self.refresh()
        said = (
            w("{name} is in the bin.", name=entry.name) if where == "bin" else w("{name} is archived.", name=entry.name)
        )
        toast(said, action=w("Undo"), on_action=partial(self.restore, entry))

    async def restore(self, entry: Entry) -> None:
        """Out of the archive or the bin."""
        await act(self.user, deeds.bring_back, self.user, entry.slug)
        await self.refresh()
