"""Whose e-mail it is to change: one page at a time, and what happens when two have changed it after all."""

from typing import TYPE_CHECKING

from nicegui import ui

from builder.access import SignedOut, act, fetch
from builder.drafting.autosave import State
from builder.flow_editor.banners import Banner
from builder.flow_editor.seat import PRESENCE, Pen
from builder.parts.toast import toast
from builder.studio.opened import read
from runtime.desk import Draft
from runtime.mail import DocumentRefused, EmailDocument, read_document
from runtime.words import Words

if TYPE_CHECKING:
    from builder.studio.studio import Studio


class Seating:
    """Banners and choices of one studio. `readonly` follows the pen."""

    def __init__(self, studio: "Studio", pen: Pen, banner: Banner, *, archived: bool) -> None:
        self._studio = studio
        self._pen = pen
        self._banner = banner
        self.w: Words = studio.w
        self._archived = archived
        self.readonly = archived or not pen.in_hand
        pen.seat.moved = self._moved
        pen.seat.stored = self._follow
        pen.seat.flush = studio.saving.flush

    # ---- the pen

    def show(self) -> None:
        """Say who has it, if it is not this page's."""
        if self._archived:
            self._banner.show(self.w("This e-mail is put away. Bring it back to change it."), symbol="archive")
        elif not self._pen.in_hand:
            holder = PRESENCE.holder(self._pen.key)
            if holder is not None:
                self._banner.show(
                    self.w(
                        "{who} has this e-mail open in another tab since {time}. You are looking on.",
                        who=holder.who,
                        time=self._time(holder.since),
                    ),
                    (self.w("Edit here instead"), self._take),
                    symbol="visibility",
                )
        else:
            self._banner.hide()

    async def _take(self) -> None:
        holder = PRESENCE.holder(self._pen.key)
        if holder is not None and holder is not self._pen.seat:
            await holder.flush()
        self._pen.seat.since = self._studio.user.house.clock.now()
        PRESENCE.take(self._pen.key, self._pen.seat)

    def _moved(self) -> None:
        had, has = self._pen.in_hand, PRESENCE.holder(self._pen.key) is self._pen.seat
        self._pen.in_hand = has
        if had != has and not self._studio.gone:
            self._studio.later(self._change_hands())

    async def _change_hands(self) -> None:
        studio = self._studio
        self.readonly = self._archived or not self._pen.in_hand
        if self._pen.in_hand:
            await self._load()
        studio.make_readonly()
        self.show()

    async def _load(self) -> None:
        """What is on the desk takes the place of what is drawn here."""
        found = await fetch(self._read)
        if found is not None:
            self._studio.saving.go_on(found[0])
            self._studio.load(found[1])

    def _read(self) -> tuple[Draft, EmailDocument] | None:
        user = self._studio.user
        draft = user.house.desk.drafts(user.workspace).get("email", self._studio.slug)
        try:
            return (draft, read(draft)) if draft is not None else None
        except DocumentRefused:
            return None

    # ---- other pages

    def stored(self, draft: Draft) -> None:
        """Let the pages that look on see what was stored."""
        PRESENCE.tell(self._pen.key, self._pen.seat, draft)

    def _follow(self, draft: Draft) -> None:
        studio = self._studio
        if not self.readonly or studio.gone or studio.saving.state != "saved":
            return
        try:
            document = read(draft)
        except DocumentRefused:
            return
        studio.saving.go_on(draft)
        studio.load(document)

    # ---- what could not be saved

    def show_saving(self, state: State) -> None:
        """What the bar says, and above the work what needs a decision."""
        studio, w = self._studio, self.w
        saving = studio.saving
        match state:
            case "saving":
                studio.bar.show_saved(w("Saving…"))
            case "saved":
                self.show_saved()
                if not self.readonly:
                    self._banner.hide()
            case "failed":
                if isinstance(saving.failure, SignedOut):
                    ui.navigate.reload()
                    return
                studio.bar.show_saved(w("Not saved"), warn=True)
                why = getattr(saving.failure, "strerror", None) or str(saving.failure)
                self._banner.show(
                    w(
                        "Saving does not work just now: {why}. Leave this page open: saving is tried again every few "
                        "seconds.",
                        why=why,
                    ),
                    symbol="cloud_off",
                    warn=True,
                )
            case "conflict":
                studio.bar.show_saved(w("Not saved: changed elsewhere"), warn=True)
                if saving.theirs is not None:
                    self._banner.show(
                        w(
                            "{who} changed this e-mail at {time}, while it was open here. "
                            "Your last changes are not saved.",
                            who=saving.theirs.changed_by,
                            time=self._time(saving.theirs.changed_at),
                        ),
                        (w("Keep mine as a copy"), self._keep_mine),
                        (w("Load theirs"), self._load_theirs),
                        symbol="call_split",
                        warn=True,
                    )

    def show_saved(self) -> None:
        """Saved, and since when; or that something in the form cannot be saved as it stands."""
        studio, w = self._studio, self.w
        if studio.saving.state != "saved":
            return
        if studio.panel.wrong:
            studio.bar.show_saved(w("Not all of it is saved: a setting is wrong"), warn=True)
        else:
            studio.bar.show_saved(w("Saved {time}", time=self._time(studio.saving.draft.changed_at)))

    async def _keep_mine(self) -> None:
        pending = self._studio.saving.pending
        if pending is None:
            return
        user, w = self._studio.user, self.w
        document = read_document(pending)
        name = w("{name} (copy)", name=document.name)[:200]
        content = document.model_copy(update={"name": name}).model_dump(mode="json")
        drafts = user.house.desk.drafts(user.workspace)
        made = await act(user, drafts.create, "email", name, content, user.email, user.house.clock.now())
        await self._load_theirs()
        toast(
            w("Kept as “{name}”.", name=name),
            action=w("Open"),
            on_action=lambda: ui.navigate.to(f"/emails/{made.slug}"),
        )

    async def _load_theirs(self) -> None:
        await self._load()
        self.show()

    def _time(self, us: int) -> str:
        """The time of day, or the date if that was another day."""
        user = self._studio.user
        today = self.w.date(user.house.clock.now(), user.zone, "medium")
        same = self.w.date(us, user.zone, "medium") == today
        return self.w.date(us, user.zone, "time" if same else "moment")
