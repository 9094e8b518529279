"""All e-mails, as small pictures of themselves."""

from nicegui import ui

from builder.access import Visitor, act, fetch, visitor
from builder.drafting.list_page import ListPage, Place
from builder.email_list import deeds, thumbnails
from builder.email_list.entries import Entry, entries
from builder.frame import frame, page_at, page_head
from builder.mailbox import mail_frame
from builder.parts.controls import button, chip, icon_button
from builder.parts.tag import Tag, tag
from runtime.accounts import workspaces
from runtime.house import House
from runtime.words import LANGUAGES, Words, words

_NAMED = 3
"""So many flows are named when an e-mail that they send is put away."""


def register(house: House) -> None:
    """The list of e-mails, and the pictures in it."""
    thumbnails.register(house)

    @page_at("/emails")
    async def emails() -> None:
        user = visitor()
        w = words(user.language)
        found = await fetch(entries, house, user.workspace)
        brand = await fetch(thumbnails.brand_rev, house, user.workspace)
        with frame(house, user, title=w("E-mails"), active="emails"):
            _EmailsPage(user, w, found, brand)


class _EmailsPage(ListPage[Entry]):
    """The list of e-mails."""

    kind = "email"

    def __init__(self, user: Visitor, w: Words, found: list[Entry], brand: int) -> None:
        self.brand = brand
        super().__init__(user, w, found)

    def head(self) -> None:
        """Title, brand kit, and a new one."""
        w = self.w
        with page_head(w("E-mails"), w("Composed once, sent by any of your Flows.")):
            button(w("Brand kit"), href="/brand", symbol="palette")
            button(w("New e-mail"), self.create, kind=self.head_kind, symbol="add")

    def first_words(self) -> tuple[str, str]:
        """What e-mails are good for."""
        w = self.w
        text = w("Compose one from sections: it looks right in every mail program, on phones too.")
        return w("No e-mails yet"), text

    def begin(self) -> None:
        """With a new one."""
        button(self.w("New e-mail"), self.create, kind="primary", symbol="add")

    def find_words(self) -> tuple[str, str]:
        """Of the search."""
        return self.w("Find an e-mail"), self.w("No e-mail matches.")

    def rename_words(self) -> tuple[str, str]:
        """Of the dialog that renames."""
        return self.w("Rename the e-mail"), self.w("Only you see this name. Customers see the subject.")

    def tabs(self) -> list[tuple[str, str, str]]:
        """By kind, and what was put away if there is any."""
        w = self.w
        tabs = [("all", w("All"), ""), ("marketing", w("Marketing"), ""), ("transactional", w("Transactional"), "")]
        for state, word in (("archived", w("Archived")), ("bin", w("Bin"))):
            if count := sum(entry.state == state for entry in self.found):
                tabs.append((state, word, str(count)))
        return tabs

    def in_tab(self, entry: Entry) -> bool:
        """Whether it belongs to the chosen tab."""
        match self.tab:
            case "archived" | "bin":
                return entry.state == self.tab
            case "marketing" | "transactional":
                return entry.state == "active" and entry.marketing == (self.tab == "marketing")
            case _:
                return entry.state == "active"

    def searched(self, entry: Entry) -> str:
        """Name and subject."""
        return f"{entry.name} {self._subject(entry)}"

    def place(self, entry: Entry) -> Place:
        """Where the draft is."""
        return entry.state

    def rows(self, no_match: str) -> Tag:
        """A card for each."""
        with tag("ul", "em-grid"):
            for entry in self.found:
                self.shown[entry.slug] = self._card(entry)
        return tag("p", "cw-empty cw-cap", no_match)

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
                tag("p", "cw-cap cw-trunc", self._subject(entry) or w("No subject yet"))
                with tag("div", "cw-row em-foot"):
                    chip(w("Marketing") if entry.marketing else w("Transactional"))
                    tag("span", "cw-cap cw-trunc cw-grow", self._use(entry))
        return card

    def _subject(self, entry: Entry) -> str:
        return self.w.text(entry.subject) if entry.subject is not None else ""

    def _use(self, entry: Entry) -> str:
        w = self.w
        if not entry.used_in:
            return w("In no Flow")
        if len(entry.used_in) == 1:
            return w("In {flow}", flow=entry.used_in[0])
        return w("In {n} Flow | In {n} Flows", n=len(entry.used_in))

    def missed(self, entry: Entry) -> str:
        """The flows that send it; what is published has a copy of its own."""
        w, shown = self.w, ", ".join(f"“{flow}”" for flow in entry.used_in[:_NAMED])
        if not shown:
            return ""
        if (more := len(entry.used_in) - _NAMED) > 0:
            shown = w("{items} and {n} more", items=shown, n=more)
        return w("It is used in {flows}. What is live goes on sending it.", flows=shown)

    async def refresh(self) -> None:
        """Read and draw again."""
        self.found = await fetch(entries, self.user.house, self.user.workspace)
        if not self.root.is_deleted:
            self.draw()

    async def create(self) -> None:
        """A new one, in the shop's language where we have words for it; then to the studio."""
        shop = await fetch(workspaces.get, self.user.house, self.user.workspace)
        language = shop.language if shop is not None else "en"
        known = language if language in LANGUAGES else "en"
        slug = await act(self.user, deeds.create, self.user, self.w("New e-mail"), words(known))
        ui.navigate.to(f"/emails/{slug}")
