"""Whose draft it is to change: one page at a time, and what happens when two have changed it after all."""

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nicegui import Client, ui

from blocks.flow import Flow
from builder.access import SignedOut, Visitor, act, fetch
from builder.canvas import read_flow
from builder.drafting.autosave import State
from builder.drafting.presence import Presence, Seat
from builder.flow_editor.banners import Banner
from builder.parts.toast import toast
from runtime.clock import SECOND
from runtime.desk import Draft, Kind
from runtime.words import Words

if TYPE_CHECKING:
    from builder.flow_editor.editor import FlowEditor

PRESENCE = Presence()
"""Of this process, which is the only one with pages."""
ARRIVING = 20 * SECOND
"""How long a page that was asked for may take until its browser speaks."""
TYPING = 0.3
"""Seconds until what somebody types elsewhere has reached the server: the pause of a field, and the way."""


@dataclass(eq=False)
class Pen:
    """This page's claim to change the draft, from before the editor is drawn until the page is gone."""

    user: Visitor
    slug: str
    client: Client
    seat: Seat
    kind: Kind = "flow"
    in_hand: bool = False

    @property
    def key(self) -> tuple[int, str, str]:
        """The draft."""
        return self.user.workspace, self.kind, self.slug

    def wanted(self) -> bool:
        """Whether another page has it, so that this one must wait to learn if it is the same tab loaded anew."""
        holder = PRESENCE.holder(self.key)
        return holder is not None and holder.there()

    async def let_others_store(self) -> None:
        """Return when what another page has not stored yet is on the desk: read the draft after this."""
        holder = PRESENCE.holder(self.key)
        if holder is not None:
            await holder.flush()

    def sit(self) -> None:
        """Take it if it is free."""
        self.seat.tab = self.client.tab_id or ""
        self.in_hand = PRESENCE.sit(self.key, self.seat) is None


def make_pen(user: Visitor, slug: str, kind: Kind = "flow") -> Pen:
    """For the page that is being built."""
    client = ui.context.client
    clock = user.house.clock
    opened = clock.now()
    pen = Pen(user, slug, client, Seat(user.name or user.email, opened), kind)

    def there() -> bool:
        arriving = not pen.seat.tab and clock.now() - opened < ARRIVING
        return not client.is_deleted and (client.has_socket_connection or arriving)

    def connected() -> None:
        pen.seat.tab = client.tab_id or ""

    pen.seat.there = there
    client.on_connect(connected)
    client.on_delete(lambda: PRESENCE.leave(pen.key, pen.seat))
    return pen


class Seating:
    """Banners and choices of one editor. `readonly` follows the pen."""

    def __init__(self, editor: "FlowEditor", pen: Pen, banner: Banner, *, archived: bool) -> None:
        self._editor = editor
        self._pen = pen
        self._banner = banner
        self._w: Words = editor.w
        self._archived = archived
        self.readonly = archived or not pen.in_hand
        pen.seat.moved = self._moved
        pen.seat.stored = self._follow
        pen.seat.flush = editor.saving.flush

    # ---- the pen

    def show(self) -> None:
        """Say who has it, if it is not this page's."""
        if self._archived:
            self._banner.show(
                self._w("This Flow is archived. It does nothing, and nothing can be changed."),
                (self._w("Bring it back"), self._editor.doing.bring_back),
                symbol="archive",
            )
        elif not self._pen.in_hand:
            holder = PRESENCE.holder(self._pen.key)
            if holder is not None:
                self._banner.show(
                    self._w(
                        "{who} has this Flow open in another tab since {time}. You are looking on.",
                        who=holder.who,
                        time=self._time(holder.since),
                    ),
                    (self._w("Edit here instead"), self._take),
                    symbol="visibility",
                )
        else:
            self._banner.hide()

    async def _take(self) -> None:
        """Change it here from now on."""
        holder = PRESENCE.holder(self._pen.key)
        if holder is not None and holder is not self._pen.seat:
            await asyncio.sleep(TYPING)
            await holder.flush()
        self._pen.seat.since = self._editor.user.house.clock.now()
        PRESENCE.take(self._pen.key, self._pen.seat)

    def _moved(self) -> None:
        had, has = self._pen.in_hand, PRESENCE.holder(self._pen.key) is self._pen.seat
        self._pen.in_hand = has
        if had != has and not self._editor.gone:
            self._editor.later(self._change_hands())

    async def _change_hands(self) -> None:
        editor = self._editor
        self.readonly = self._archived or not self._pen.in_hand
        editor.make_readonly()
        if self._pen.in_hand:
            found = await fetch(self._read)
            if found is not None:
                await self._go_on(*found)
        self.show()

    def _read(self) -> tuple[Draft, Flow] | None:
        editor = self._editor
        draft = editor.user.house.desk.drafts(editor.user.workspace).get("flow", editor.slug)
        flow = read_flow(draft.document) if draft is not None else None
        return (draft, flow) if draft is not None and flow is not None else None

    async def _go_on(self, draft: Draft, flow: Flow) -> None:
        """What is on the desk takes the place of what is drawn here."""
        self._editor.saving.go_on(draft)
        self._editor.canvas.load(flow.to_json(), draft.rev)
        self._editor.show_draft(flow)

    # ---- other pages

    def stored(self, draft: Draft) -> None:
        """Let the pages that look on see what was stored."""
        PRESENCE.tell(self._pen.key, self._pen.seat, draft)

    def _follow(self, draft: Draft) -> None:
        editor = self._editor
        flow = read_flow(draft.document)
        if self.readonly and flow is not None and not editor.gone and editor.saving.state == "saved":
            editor.saving.go_on(draft)
            editor.canvas.follow(flow.to_json())
            editor.show_draft(flow)

    # ---- what could not be saved

    def show_saving(self, state: State) -> None:
        """What the bar says, and above the canvas what needs a decision."""
        editor, w = self._editor, self._w
        saving = editor.saving
        match state:
            case "saving":
                editor.bar.show_saved(w("Saving…"))
            case "saved":
                editor.bar.show_saved(self._saved())
                if not self.readonly:
                    self._banner.hide()
            case "failed":
                if isinstance(saving.failure, SignedOut):
                    editor.canvas.client.run_javascript("location.reload()")
                    return
                editor.bar.show_saved(w("Not saved"), warn=True)
                why = getattr(saving.failure, "strerror", None) or str(saving.failure)
                self._banner.show(
                    w(
                        "Saving does not work just now: {why}. What you draw is kept in this browser, "
                        "and saving is tried again every few seconds.",
                        why=why,
                    ),
                    symbol="cloud_off",
                    warn=True,
                )
            case "conflict":
                editor.bar.show_saved(w("Not saved: changed elsewhere"), warn=True)
                if saving.theirs is not None:
                    self._banner.show(
                        w(
                            "{who} changed this Flow at {time}, while it was open here. Your last changes are not saved.",
                            who=saving.theirs.changed_by,
                            time=self._time(saving.theirs.changed_at),
                        ),
                        (w("Keep mine as a copy"), self._keep_mine),
                        (w("Load theirs"), self._load_theirs),
                        symbol="call_split",
                        warn=True,
                    )

    def drawn_without_pen(self, flow: Flow) -> None:
        """The browser sent a change although another page has the pen by now: it was cut off when that happened."""
        self._banner.show(
            self._w("Somebody else took over while this page was offline. Your last changes are not saved."),
            (self._w("Keep mine as a copy"), lambda: self._copy(flow)),
            (self._w("Load theirs"), self._load_theirs),
            symbol="call_split",
            warn=True,
        )

    async def found_other_draft(self) -> None:
        """The browser kept changes that rest on an older state than the desk has."""
        kept = await self._editor.canvas.other_draft()
        if kept is None or kept.to_json() == self._editor.flow.to_json():
            # Stored after all: the page was left before it could hear of it.
            self._editor.canvas.do("dropDraft")
            return
        self._banner.show(
            self._w("This browser kept changes that were not saved, and the Flow was changed elsewhere meanwhile."),
            (self._w("Keep them as a copy"), lambda: self._copy_kept(kept)),
            (self._w("Forget them"), self._forget_kept),
            symbol="history",
            warn=True,
        )

    async def _copy_kept(self, kept: Flow) -> None:
        self._editor.canvas.do("dropDraft")
        await self._copy(kept)

    def _forget_kept(self) -> None:
        self._editor.canvas.do("dropDraft")
        self.show()

    async def _keep_mine(self) -> None:
        flow = read_flow(self._editor.saving.pending)
        if flow is not None:
            await self._copy(flow)

    async def _copy(self, flow: Flow) -> None:
        editor, w = self._editor, self._w
        name = w("{name} (copy)", name=flow.name)[:120]
        document = {**flow.to_json(), "name": name}
        house = editor.user.house
        drafts = house.desk.drafts(editor.user.workspace)
        made = await act(editor.user, drafts.create, "flow", name, document, editor.user.email, house.clock.now())
        await self._load_theirs()
        toast(
            w("Kept as “{name}”.", name=name),
            action=w("Open"),
            on_action=lambda: ui.navigate.to(f"/flows/{made.slug}"),
        )

    async def _load_theirs(self) -> None:
        found = await fetch(self._read)
        if found is not None:
            await self._go_on(*found)
        self.show()

    # ---- words

    def _saved(self) -> str:
        editor, w = self._editor, self._w
        text = w("Draft saved {time}", time=self._time(editor.saving.draft.changed_at))
        live = editor.look.live
        if live is None or live.state == "archived":
            return text
        count = len(editor.look.changes)
        if not count:
            return text + " · " + w("all of it is published")
        return text + " · " + w("{n} change not published | {n} changes not published", n=count)

    def _time(self, us: int) -> str:
        """The time of day, or the date if that was another day."""
        user = self._editor.user
        today = self._w.date(user.house.clock.now(), user.zone, "medium")
        same = self._w.date(us, user.zone, "medium") == today
        return self._w.date(us, user.zone, "time" if same else "moment")
