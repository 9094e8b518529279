"""Whose draft it is to change: one page at a time, and what happens when two have changed it after all.

The same for flows, e-mails and segments. What differs, the words and how a document is read and shown, is said by the
editors.
"""

import asyncio
from abc import ABC, abstractmethod
from typing import Generic

from nicegui import ui

from builder.access import SignedOut, act, fetch
from builder.drafting.autosave import Document, State
from builder.drafting.banner import Action, Banner
from builder.drafting.page import Content, Page, WholePage
from builder.drafting.pen import PRESENCE, Pen
from builder.parts.tag import Handler
from builder.parts.toast import toast
from runtime.desk import Draft
from runtime.words import Words


class Seating(ABC, Generic[Content]):
    """Banners and choices of one editor. `readonly` follows the pen."""

    longest_name = 120
    typing = 0.0
    """Seconds until what somebody types elsewhere has reached the server."""

    def __init__(self, page: Page, pen: Pen, banner: Banner, *, archived: bool) -> None:
        self._page = page
        self._pen = pen
        self._banner = banner
        self.w: Words = page.w
        self.archived = archived
        self.readonly = archived or not pen.in_hand
        pen.seat.moved = self._moved
        pen.seat.stored = self._follow
        pen.seat.flush = page.saving.flush

    # ---- what differs

    @abstractmethod
    def read(self, document: Document) -> Content | None:
        """What a document of the desk holds; None if it cannot be read."""

    @abstractmethod
    def copied(self, content: Content, name: str) -> Document:
        """It as a document of that name."""

    @abstractmethod
    def name(self, content: Content) -> str:
        """Its name."""

    @abstractmethod
    def put(self, content: Content, draft: Draft) -> None:
        """Show it in place of what is shown, to be changed from now on."""

    def put_in_place(self, content: Content, draft: Draft) -> None:
        """Show what somebody else stored while this page may change the draft."""
        self.put(content, draft)

    @abstractmethod
    def look_on(self, content: Content) -> None:
        """Show what another page has stored."""

    @abstractmethod
    def show_saved(self) -> None:
        """Say in the bar that everything is saved."""

    @abstractmethod
    def say_archived(self) -> tuple[str, *tuple[Action, ...]]:
        """That nothing can be changed, and what can be done about it."""

    @abstractmethod
    def say_held(self, who: str, time: str) -> str:
        """That somebody has it open since then."""

    @abstractmethod
    def say_failing(self, why: str) -> str:
        """That it cannot be stored just now."""

    @abstractmethod
    def say_changed(self, who: str, time: str) -> str:
        """That somebody stored something else meanwhile."""

    # ---- the pen

    def show(self) -> None:
        """Say who has it, if it is not this page's."""
        if self.archived:
            self._banner.show(*self.say_archived(), symbol="archive")
        elif not self._pen.in_hand:
            holder = PRESENCE.holder(self._pen.key)
            if holder is not None:
                said = self.say_held(holder.who, self.time(holder.since))
                self._banner.show(said, (self.w("Edit here instead"), self._take), symbol="visibility")
        else:
            self._banner.hide()

    async def _take(self) -> None:
        """Change it here from now on."""
        holder = PRESENCE.holder(self._pen.key)
        if holder is not None and holder is not self._pen.seat:
            await asyncio.sleep(self.typing)
            await holder.flush()
        self._pen.seat.since = self._page.user.house.clock.now()
        PRESENCE.take(self._pen.key, self._pen.seat)

    def _moved(self) -> None:
        had, has = self._pen.in_hand, PRESENCE.holder(self._pen.key) is self._pen.seat
        self._pen.in_hand = has
        if had != has and not self._page.gone:
            self._page.later(self._change_hands())

    async def _change_hands(self) -> None:
        self.readonly = self.archived or not self._pen.in_hand
        if self._pen.in_hand:
            await self._load()
        self._page.make_readonly()
        self.show()

    async def _load(self) -> None:
        """What is on the desk takes the place of what is shown here."""
        found = await fetch(self._read)
        if found is not None:
            draft, content = found
            self._page.saving.go_on(draft)
            self.put(content, draft)

    def _read(self) -> tuple[Draft, Content] | None:
        user = self._page.user
        draft = user.house.desk.drafts(user.workspace).get(self._pen.kind, self._page.slug)
        content = self._content(draft) if draft is not None else None
        return (draft, content) if draft is not None and content is not None else None

    def _content(self, draft: Draft) -> Content | None:
        return self.read({**draft.document, "name": draft.name})

    # ---- other pages

    def stored(self, draft: Draft) -> None:
        """Let the pages that look on see what was stored."""
        PRESENCE.tell(self._pen.key, self._pen.seat, draft)

    def _follow(self, draft: Draft) -> None:
        saving = self._page.saving
        # What is not saved here yet meets the other draft when it is saved, and the conflict is shown then.
        if self._page.gone or saving.state != "saved" or draft.rev <= saving.draft.rev:
            return
        content = self._content(draft)
        if content is None:
            return
        saving.go_on(draft)
        if self.readonly:
            self.look_on(content)
        else:
            self._page.later(self._give_way(content, draft))

    async def _give_way(self, content: Content, draft: Draft) -> None:
        """Show what somebody put in the place of this page's draft, and say who."""
        self.put_in_place(content, draft)
        toast(self.w("{who} brought another version back.", who=draft.changed_by), kind="info")

    # ---- what could not be saved

    def show_saving(self, state: State) -> None:
        """What the bar says, and above the work what needs a decision."""
        bar, saving, w = self._page.bar, self._page.saving, self.w
        match state:
            case "saving":
                bar.saved.show(w("Saving…"), busy=True)
            case "saved":
                self.show_saved()
                if not self.readonly:
                    self._banner.hide()
            case "failed":
                if isinstance(saving.failure, SignedOut):
                    self._pen.client.run_javascript("location.reload()")
                    return
                bar.saved.show(w("Not saved"), warn=True)
                why = getattr(saving.failure, "strerror", None) or str(saving.failure)
                self._banner.show(self.say_failing(why), symbol="cloud_off", warn=True)
            case "conflict":
                bar.saved.show(w("Not saved: changed elsewhere"), warn=True)
                if saving.theirs is not None:
                    said = self.say_changed(saving.theirs.changed_by, self.time(saving.theirs.changed_at))
                    self.offer_copy(said, self._keep_mine)

    def offer_copy(self, said: str, keep: Handler) -> None:
        """Say that two have changed it, and let this one's be kept beside theirs."""
        self._banner.show(
            said,
            (self.w("Keep mine as a copy"), keep),
            (self.w("Load theirs"), self.load_theirs),
            symbol="call_split",
            warn=True,
        )

    async def _keep_mine(self) -> None:
        pending = self._page.saving.pending
        content = self.read(pending) if pending is not None else None
        if content is not None:
            await self.copy(content)

    async def copy(self, content: Content) -> None:
        """Keep it as a draft of its own, and show here what is on the desk."""
        user, kind, w = self._page.user, self._pen.kind, self.w
        name = w("{name}, copy", name=self.name(content))[: self.longest_name]
        drafts, now = user.house.desk.drafts(user.workspace), user.house.clock.now()
        made = await act(user, drafts.create, kind, name, self.copied(content, name), user.email, now)
        await self.load_theirs()
        toast(
            w("Kept as “{name}”.", name=name),
            action=w("Open"),
            on_action=lambda: ui.navigate.to(f"/{kind}s/{made.slug}"),
        )

    async def load_theirs(self) -> None:
        """Show what is on the desk."""
        await self._load()
        self.show()

    def time(self, us: int) -> str:
        """The time of day, or the date if that was another day."""
        user = self._page.user
        today = self.w.date(user.house.clock.now(), user.zone, "medium")
        same = self.w.date(us, user.zone, "medium") == today
        return self.w.date(us, user.zone, "time" if same else "moment")


class WholeSeating(Seating[Content]):
    """The seat of a page that has the whole draft in its hands."""

    def __init__(self, page: WholePage[Content], pen: Pen, banner: Banner, *, archived: bool) -> None:
        super().__init__(page, pen, banner, archived=archived)
        self._whole = page

    def put(self, content: Content, draft: Draft) -> None:
        """Onto the page."""
        self._whole.load(content)

    def look_on(self, content: Content) -> None:
        """Onto the page, which cannot change it."""
        self._whole.load(content)

    def say_failing(self, why: str) -> str:
        """Only this page has what was typed."""
        return self.w(
            "Saving does not work just now: {why}. Leave this page open: saving is tried again every few seconds.",
            why=why,
        )
