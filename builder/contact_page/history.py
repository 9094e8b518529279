"""What happened to a contact, by day, newest first."""

from collections.abc import Mapping
from itertools import groupby

from nicegui import ui

from builder.access import Visitor, fetch
from builder.parts.controls import OneOf, button
from builder.parts.still import Node, Still, icon_node, node
from builder.parts.tag import Tag, tag
from runtime.clock import DAY
from runtime.house import House
from runtime.people import contacts, timeline
from runtime.words import Words

PAGE = 40
REFRESH_SECONDS = 15


def happened(house: House, workspace: int, id_: int, before: timeline.Cursor | None) -> list[timeline.Entry]:
    """A page of it, older than `before`."""
    with house.ledger.read(workspace) as tx:
        return timeline.timeline(tx, id_, PAGE, before)


class History:
    """What happened, by day, newest first."""

    FILTERS: Mapping[str, frozenset[str]] = {
        "all": frozenset(),
        "messages": frozenset({"message", "machine", "answer", "blocked"}),
        "shop": frozenset({"event"}),
    }

    def __init__(self, user: Visitor, w: Words, one: contacts.Contact, first: list[timeline.Entry], place: Tag) -> None:
        self.user = user
        self.w = w
        self.id = one.id
        self.zone = one.zone or user.zone
        self.entries = first
        self.complete = len(first) < PAGE
        self.filter = "all"
        with place:
            with tag("div", "cw-card-head"):
                tag("h3", "cw-grow", w("What happened"))
                options = [("all", w("All"), ""), ("messages", w("Messages"), ""), ("shop", w("Shop"), "")]
                OneOf(options, "all", self.choose, label=w("Show"))
            self.body = tag("div", "cw-card-pad")
            self.more = button(w("Show more"), self.grow, classes="ct-more")
        self.draw()
        ui.timer(REFRESH_SECONDS, self.refresh, immediate=False)

    def choose(self, name: str) -> None:
        """Only one kind of thing."""
        self.filter = name
        self.draw()

    async def grow(self) -> None:
        """Further back."""
        before = self.entries[-1].cursor if self.entries else None
        found = await fetch(happened, self.user.house, self.user.workspace, self.id, before)
        self.complete = len(found) < PAGE
        self.entries += found
        self.draw()

    async def refresh(self) -> None:
        """What came in since."""
        fresh = await fetch(happened, self.user.house, self.user.workspace, self.id, None)
        if self.body.is_deleted or fresh == self.entries[: len(fresh)]:
            return
        last = fresh[-1].cursor if fresh else None
        self.entries = fresh + [entry for entry in self.entries if last is not None and entry.cursor < last]
        self.draw()

    def draw(self) -> None:
        """All entries that are read so far."""
        w = self.w
        kinds = self.FILTERS[self.filter]
        shown = [entry for entry in self.entries if not kinds or entry.kind in kinds]
        self.body.clear()
        self.more.set_visibility(not self.complete)
        with self.body:
            if not shown:
                tag("p", "cw-cap", w("Nothing yet."))
            for day, entries in groupby(shown, lambda entry: self._day(entry.at)):
                tag("p", "cw-day", day)
                Still("ol", [self._entry(entry) for entry in entries], "cw-time")

    def _day(self, at: int) -> str:
        w, now = self.w, self.user.house.clock.now()
        full = w.date(at, self.zone, "full")
        if full == w.date(now, self.zone, "full"):
            return w("Today, {day}", day=full)
        if full == w.date(now - DAY, self.zone, "full"):
            return w("Yesterday, {day}", day=full)
        return full

    def _entry(self, entry: timeline.Entry) -> Node:
        w, now = self.w, self.user.house.clock.now()
        what = w.text(entry.what, now)
        if entry.kind == "message":
            said = node("a", "what cw-grow", what, href=f"/messages/{entry.id}")
        else:
            said = node("p", "what cw-grow", what)
        when = node("span", "when", w.date(entry.at, self.zone, "time"))
        why = node("p", "why", w.text(entry.why, now)) if entry.why is not None else None
        tile = node("span", f"cw-tile f-{entry.tone}", icon_node(entry.icon))
        return node("li", "", tile, node("div", "", node("div", "cw-row is-base", said, when), why))
