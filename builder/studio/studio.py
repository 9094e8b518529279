"""The e-mail studio: it holds the parts together and decides what is shown, stored and checked when."""

from collections.abc import Mapping
from typing import Any

from nicegui import ui

from builder.access import Visitor, act, fetch
from builder.drafting.autosave import Autosave, Document, State
from builder.drafting.banner import Banner
from builder.drafting.page import WholePage
from builder.drafting.pen import Pen
from builder.forms import Around
from builder.frame import Editor
from builder.parts.tag import tag
from builder.parts.toast import toast
from builder.studio import checks, contents, edits, panel, test_dialog
from builder.studio.bar import Bar
from builder.studio.contents import Contents
from builder.studio.fields import choices, field_words, fields_of
from builder.studio.history import History
from builder.studio.kit import Kit
from builder.studio.looking import Asked, Looking, Seen
from builder.studio.opened import Opened
from builder.studio.panel import HEAD, Panel
from builder.studio.people import Example, example_of
from builder.studio.preview_as import PreviewAs
from builder.studio.seat import EmailSeating
from builder.studio.shelf import Shelf
from builder.studio.stage import Stage
from builder.studio.undo_keys import UndoKeys
from runtime.delivery import has_mail_server, send_test
from runtime.desk import Draft
from runtime.engine.publishing.known import brand_of
from runtime.intake import media
from runtime.mail import Brand, EmailDocument, Section, TagBroken
from runtime.words import Words


class Studio(WholePage[EmailDocument]):
    """Builds the page into `frame`. `pen` says whether this page may change the draft, `back` is where "Done" leads."""

    bar: Bar

    def __init__(self, user: Visitor, opened: Opened, pen: Pen, frame: Editor, back: str, w: Words) -> None:
        super().__init__(user, opened.draft.slug, frame.work, w)
        self.example = opened.example
        self.chosen = HEAD
        self._opened = opened
        self._back = back
        self._history = History(opened.document)
        self._fields = opened.fields
        self._brand = Brand()
        self._number = 0
        self._panel_closed = False
        self.saving = Autosave(opened.draft, self._store, self._stored, self._show_saving)
        self.bar = Bar(frame, self.document.name, self, w)
        self.seating = EmailSeating(self, pen, Banner(frame), archived=opened.draft.state != "active")
        with frame.work:
            UndoKeys(self.undo, self.redo)
            self._shelf = Shelf(self)
            self._contents = Contents(w, self._asks_of_contents())
            with tag("section", "st-mid", aria_label=w("Preview")):
                self._stage = Stage(w, user.house.settings.own_url, self._edit_head, self._pick)
                with self._stage.tools:
                    self._preview_as = PreviewAs(user, w, self.example, self._preview_for)
                self._contents.phone_bar()
            self.panel = Panel(self._around(), self._asks_of_panel())
        self._looking = Looking(
            user,
            frame.work,
            lambda: Asked(self.document, self.example, self._fields),
            self._show_seen,
            self._show_checked,
        )
        self.make_readonly()
        self.seating.show()
        self._looking.soon()

    @property
    def document(self) -> EmailDocument:
        """The e-mail as it is now."""
        return self._history.value

    @property
    def readonly(self) -> bool:
        """Whether another page changes the draft, or it is put away."""
        return self.seating.readonly

    # ---- parts

    def _around(self) -> Around:
        house, sender = self.user.house, self._opened.sender
        kit = Kit(
            keep=self._keep_picture,
            brand=lambda: self._brand,
            own_url=house.settings.own_url,
            fields=lambda: choices(self._fields, self.document.language, self.w),
            words=field_words(self.w),
            usual={
                "from_name": sender.name or self.user.shop,
                "from_address": sender.address,
                "reply_to": sender.reply_to,
            },
        )
        return Around(self.w, known=lambda: self._opened.known, more=kit.as_more())

    def _asks_of_contents(self) -> contents.Asks:
        return contents.Asks(
            choose=self.choose, move=self.move, remove=self.remove, add=self.add, start=self.start, jump=self.jump
        )

    def _asks_of_panel(self) -> panel.Asks:
        return panel.Asks(
            change=self._typed,
            move=lambda by: self.move(self.chosen, edits.place_of(self.document, self.chosen) + by),
            duplicate=self.duplicate,
            delete=lambda: self.remove(self.chosen),
            close=self.close_panel,
        )

    async def _keep_picture(self, data: bytes, name: str) -> str:
        house = self.user.house
        kept = await act(self.user, media.keep, house, self.user.workspace, data, name)
        return house.settings.own_url.rstrip("/") + kept.path

    # ---- changing

    def put(self, document: EmailDocument, section: str, key: str = "", *, typed: bool = False) -> int:
        """The next state of the e-mail: shown, stored, looked at. Returns the number of the last change."""
        if not self.readonly and document != self.document:
            self._history.put(document, section, key)
            self._changed(typed=typed)
        return self._number

    def _changed(self, *, typed: bool = False) -> None:
        self._number += 1
        self.saving.put(self._number, self.document.model_dump(mode="json"))
        # What is being typed stays as it is in its field, though what is kept of it may be written a little differently.
        self._show_document(form=not typed)
        self._looking.soon()

    def _typed(self, section: str, settings: Mapping[str, Any], key: str) -> None:
        now = self.document
        changed = edits.change_head(now, settings) if section == HEAD else edits.change(now, section, settings)
        self.put(changed, section, f"{section}:{key}", typed=True)
        self._shelf.typed(section, settings, key, self._number)
        self.seating.show_saved()

    def rename(self, name: str) -> None:
        """Another name for the e-mail; recipients do not see it."""
        self.put(edits.change_head(self.document, {"name": name}), self.chosen, "name")

    def add(self, kind: str) -> None:
        """A new section below the chosen one."""
        if edits.is_full(self.document):
            toast(self.w("An e-mail has room for {n} sections.", n=len(self.document.sections)), kind="info")
            return
        document, made = edits.add(self.document, kind, self.chosen)
        self.put(document, made)
        self.choose(made)
        self.panel.focus()

    def start(self) -> None:
        """The usual sections, in an e-mail that has none."""
        if not self.document.sections:
            self.put(edits.start(self.document), HEAD)

    def duplicate(self) -> None:
        """The chosen section once more."""
        if edits.section_of(self.document, self.chosen) is None or edits.is_full(self.document):
            return
        document, made = edits.duplicate(self.document, self.chosen)
        self.put(document, made)
        self.choose(made)

    def move(self, section: str, to: int) -> None:
        """A section to another place."""
        if 0 <= to < len(self.document.sections):
            self.put(edits.move(self.document, section, to), section)

    def remove(self, section: str) -> None:
        """Without a section; it can be brought back."""
        removed, place = edits.section_of(self.document, section), edits.place_of(self.document, section)
        if removed is None or self.readonly:
            return
        self.put(edits.remove(self.document, section), section)
        if self.chosen == section:
            left = self.document.sections
            self.choose(left[min(place, len(left) - 1)].id if left else HEAD)
        toast(
            self.w("{section} removed.", section=self.w(removed.card.title)),
            action=self.w("Undo"),
            on_action=lambda: self._bring_back(section, place, removed),
        )

    def _bring_back(self, section: str, place: int, removed: Section) -> None:
        self.put(edits.put_back(self.document, removed, place), section)
        self.choose(section)

    def undo(self) -> None:
        """Take the last change back, and show where it was."""
        if self._history.can_undo and not self.readonly:
            self._step(self._history.undo())

    def redo(self) -> None:
        """Do again what was taken back, and show where it is."""
        if self._history.can_redo and not self.readonly:
            self._step(self._history.redo())

    def _step(self, place: str) -> None:
        if place == HEAD or edits.section_of(self.document, place) is not None:
            self.chosen = place
        self._changed()

    def load(self, content: EmailDocument) -> None:
        self._shelf.forget()
        if content != self.document:
            self._history.restart(content)
            self._show_document()
            self._looking.soon()

    # ---- showing

    def choose(self, section: str) -> None:
        """Open the form of a section (HEAD: of the e-mail) and lead the preview there."""
        self.chosen = section
        self._panel_closed = False
        self._contents.close()
        self._show_document(asked=True)

    def _pick(self, section: str) -> None:
        """A section was pressed in the preview, which may be a little behind the e-mail."""
        if edits.section_of(self.document, section) is not None:
            self.choose(section)

    def jump(self, section: str, field: str) -> None:
        """Lead to a problem."""
        self.choose(section)
        if field:
            self.panel.focus(field)

    def close_panel(self) -> None:
        """Give the room to the preview until something is chosen again."""
        self._panel_closed = True
        self.panel.close()

    def _edit_head(self) -> None:
        self.choose(HEAD)
        self.panel.focus()

    def _show_document(self, *, asked: bool = False, form: bool = True) -> None:
        document = self.document
        section = edits.section_of(document, self.chosen)
        if section is None:
            self.chosen = HEAD
        self._contents.show(document, self.chosen)
        self._stage.point(self.chosen)
        self.bar.show_name(document.name)
        self.bar.show_history(can_undo=self._history.can_undo, can_redo=self._history.can_redo)
        if self._panel_closed or not form:
            return
        if section is not None:
            self.panel.show_section(section)
        else:
            self.panel.show_head(document, rest=not asked)

    def make_readonly(self) -> None:
        """Let the parts follow whether this page may change the draft."""
        self.bar.make_readonly(readonly=self.readonly)
        self._contents.make_readonly(readonly=self.readonly)
        self.panel.make_readonly(readonly=self.readonly)
        self._show_document()
        self.seating.show_saved()

    # ---- looking at it

    def _show_checked(self, checked: checks.Checked) -> None:
        self._contents.show_checked(checked)
        self._contents.show(self.document, self.chosen)
        self.panel.tell(checked.problems)

    def _show_seen(self, seen: Seen) -> None:
        self._brand = seen.brand
        if seen.rendered is not None:
            sender = seen.document.from_name.strip() or self._opened.sender.name or seen.brand.name
            self._stage.show(seen.rendered, sender, seen.brand.background)
            self._stage.say("")
        elif isinstance(seen.broken, TagBroken):
            section, field = seen.broken.section, seen.broken.field
            self._stage.say(self.w.text(seen.broken.phrase), self.w("Show me"), lambda: self.jump(section, field))
        elif seen.broken is not None:
            self._stage.say(self.w.text(seen.broken.phrase))

    async def _preview_for(self, contact: int | None, event: int | None) -> None:
        events = self._opened.events
        self.example = await fetch(example_of, self.user, contact, events, event) if contact is not None else Example()
        self._fields = fields_of(self._opened.known, events, self.example.properties)
        self._preview_as.show(self.example)
        self._looking.soon()

    # ---- storing, testing, leaving

    async def _store(self, document: Document, rev: int) -> Draft:
        house = self.user.house
        drafts = house.desk.drafts(self.user.workspace)
        return await act(self.user, drafts.save, "email", self.slug, document, rev, self.user.email, house.clock.now())

    def _stored(self, number: int, draft: Draft) -> None:
        self._shelf.stored(number)
        self.seating.stored(draft)

    def _show_saving(self, state: State) -> None:
        if not self.gone:
            with self._work:
                self.seating.show_saving(state)

    async def send_test(self) -> None:
        """Ask for the address, then send it by the way that all mail goes."""
        house, workspace = self.user.house, self.user.workspace
        leaves = await fetch(has_mail_server, house, workspace)
        name = self.example.name or self.w("Somebody invented")
        test_dialog.ask(self.w, self.user.mailbox, name, leaves=leaves, send=self._send_test)

    async def _send_test(self, to: str) -> int:
        house, workspace, example = self.user.house, self.user.workspace, self.example
        brand = await fetch(brand_of, house, workspace)
        return await act(
            self.user, send_test, house, workspace, self.document, brand, to, example.contact, example.event
        )

    async def done(self) -> None:
        """Store what is not stored yet, and leave."""
        if not self.readonly and not await self.saving.flush():
            toast(self.w("Not everything is saved yet. Wait until it is."), kind="bad")
            return
        ui.navigate.to(self._back)
