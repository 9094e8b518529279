"""All messages: what waits, what went out, what did not and why."""

from nicegui import ui

from builder.access import Visitor, fetch, visitor
from builder.frame import frame, page_at, page_head
from builder.parts.controls import OneOf, button
from builder.parts.empty import empty
from builder.parts.fields import search_field
from builder.parts.loading import patiently, skeleton_rows
from builder.parts.message_state import state_node, state_word
from builder.parts.still import Node, Still, chip_node, node
from builder.parts.tag import tag
from runtime.delivery import held, outbox, told
from runtime.delivery.outbox import Cursor, Entry
from runtime.house import House
from runtime.reasons import reason_phrase
from runtime.words import Words, words

PAGE = 50
REFRESH_SECONDS = 5
TABS = ("queued", "sent", "skipped", "failed", "uncertain", "cancelled")


def _recent(house: House, workspace: int, state: str, wish: str, before: Cursor | None) -> list[Entry]:
    with house.ledger.read(workspace) as tx:
        found = outbox.recent(tx, PAGE, before, state=None if state == "all" else state, find=wish)
    return told(found, held(house, workspace), house.clock.now())


def register(house: House) -> None:
    """The list of messages."""

    @page_at("/messages")
    async def messages(state: str = "all") -> None:
        user = visitor()
        w = words(user.language)
        chosen = state if state in TABS else "all"
        first = await fetch(_recent, house, user.workspace, chosen, "", None)
        with frame(house, user, title=w("Messages"), active="messages"):
            text = w("All that your Flows send, to Contacts, to your team and to other apps, and what became of it.")
            page_head(w("Messages"), text)
            if first or chosen != "all":
                _List(user, w, first, chosen)
                return
            text = w("Once a Flow is live, all that it sends stands here, with the reason if it was not sent.")
            with tag("div", "cw-card"), empty(w("No Messages yet"), text):
                button(w("To the Flows"), kind="primary", href="/flows")


class _List:
    """The table, which grows downwards as more is asked for and upwards as more happens."""

    def __init__(self, user: Visitor, w: Words, first: list[Entry], state: str) -> None:
        self.user = user
        self.w = w
        self.state = state
        self.wish = ""
        self.asked = 0
        self.entries: list[Entry] = []
        with tag("div", "fl-bar"):
            search_field(w("Find by person or subject"), self.search).classes(add="is-wide")
            with tag("div", "scroll-x"):
                options = [("all", w("All"), ""), *((tab, state_word(tab, w), "") for tab in TABS)]
                OneOf(options, state, self.choose, label=w("Show"))
        with tag("div", "cw-card ct-list"):
            with tag("div", "ms-head"):
                tag("span", "", w("Message"))
                tag("span", "", w("To"))
                tag("span", "", w("State"))
                tag("span", "n", w("When"))
            self.rows = tag("div")
            self.nothing = tag("p", "cw-empty cw-cap", w("No Message matches."))
        self.more = button(w("Show more"), self.grow, classes="ct-more")
        self.show(first)
        ui.timer(REFRESH_SECONDS, self.refresh, immediate=False)

    def show(self, entries: list[Entry]) -> None:
        """Everything anew."""
        self.entries = entries
        self.rows.clear()
        self._add(entries)
        self.more.set_visibility(bool(entries) and len(entries) % PAGE == 0)
        self.nothing.set_visibility(not entries)

    async def search(self, wish: str) -> None:
        """Only those that match."""
        self.wish = wish
        await self._ask()

    async def choose(self, state: str) -> None:
        """Only those in one state."""
        self.state = state
        await self._ask()

    async def _ask(self) -> None:
        self.asked += 1
        mine = self.asked
        found = await patiently(self._read(None), self._wait)
        if mine == self.asked and not self.rows.is_deleted:
            self.show(found)

    async def _read(self, before: Cursor | None) -> list[Entry]:
        return await fetch(_recent, self.user.house, self.user.workspace, self.state, self.wish, before)

    def _wait(self) -> None:
        self.rows.clear()
        self.nothing.set_visibility(False)
        with self.rows:
            skeleton_rows(6)

    async def grow(self) -> None:
        """The next page below."""
        mine = self.asked
        found = await self._read(self.entries[-1].cursor)
        if mine != self.asked or self.rows.is_deleted:
            return
        self.entries += found
        self._add(found)
        self.more.set_visibility(len(found) == PAGE)

    async def refresh(self) -> None:
        """What is new, as long as only the first page is shown."""
        if len(self.entries) > PAGE:
            return
        mine = self.asked
        fresh = await self._read(None)
        if mine == self.asked and not self.rows.is_deleted and fresh != self.entries:
            self.show(fresh)

    def _nameless(self, entry: Entry) -> str:
        """A message has a subject once it is made for its contact, which is just before it is sent."""
        w = self.w
        if entry.channel == "team" and entry.flow_name:
            return w("Notice to the team from the Flow {flow}", flow=f"“{entry.flow_name}”")
        if entry.channel == "webhook" and entry.flow_name:
            return w("Call of another app from the Flow {flow}", flow=f"“{entry.flow_name}”")
        if entry.email_name:
            return w("E-mail {name}", name=f"“{entry.email_name}”")
        return w("E-mail of the Flow {flow}", flow=f"“{entry.flow_name}”") if entry.flow_name else w("E-mail")

    def _add(self, entries: list[Entry]) -> None:
        now = self.user.house.clock.now()
        with self.rows:
            Still("ul", [self._row(entry, now) for entry in entries])

    def _row(self, entry: Entry, now: int) -> Node:
        w = self.w
        subject, why = entry.subject or self._nameless(entry), self._why(entry, now)
        whom, to = (entry.contact_name or entry.to or "–", entry.to if entry.contact_name and entry.to else None)
        if entry.channel == "team":
            whom, to = (
                entry.to or w("The team"),
                w("About {contact}", contact=entry.contact_name) if entry.contact_name else None,
            )
        return node(
            "li",
            "ms-row",
            node(
                "span",
                "cw-grow",
                node("a", "cw-cover cw-strong cw-trunc cw-block-el", subject, href=f"/messages/{entry.id}"),
                node("span", "cw-cap ms-why", why, title=why),
            ),
            node(
                "span",
                "ms-to",
                node("span", "cw-trunc cw-block-el", whom),
                node("span", "cw-cap cw-trunc cw-block-el", to) if to else None,
            ),
            node(
                "span",
                "cw-row",
                state_node(entry.state, w, entry.code),
                chip_node(w("To the team"), tone="line") if entry.channel == "team" else None,
                chip_node(w("Test"), tone="line") if entry.test else None,
            ),
            node("span", "n cw-cap", w.ago(entry.done_at or entry.queued_at, now, self.user.zone)),
        )

    def _why(self, entry: Entry, now: int) -> str:
        w = self.w
        if entry.state in ("queued", "skipped", "failed", "cancelled") and entry.code:
            return w.text(reason_phrase(entry.code, entry.args), now)
        if entry.flow_name:
            return w("From the Flow {flow}", flow=f"“{entry.flow_name}”")
        return w("Sent as a test")
