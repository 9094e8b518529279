"""The brand kit: what makes every e-mail look like the shop, with an e-mail beside it that shows so at once."""

import asyncio
from collections.abc import Mapping
from typing import Any

from nicegui import background_tasks

from builder.access import SignedOut, Visitor, act, fetch
from builder.drafting.autosave import Autosave, Document, State
from builder.forms import Around, Form
from builder.forms.errors import wrongs
from builder.parts.controls import button
from builder.parts.tag import Tag, icon, tag
from builder.studio.edits import acceptable
from builder.studio.kit import Kit
from builder.studio.mail_frame import MailFrame
from builder.studio.marks import shown
from builder.studio.sample import sample_email
from builder.studio.widgets import BRAND_WIDGETS
from runtime.delivery import preview
from runtime.desk import Draft
from runtime.engine.publishing.known import brand_of, known_to
from runtime.intake import media
from runtime.mail import Brand, MailError
from runtime.words import Words

SLUG = "brand"
_LOOK = ("logo_url", "logo_width", "primary", "accent", "ink", "background", "surface", "heading_font", "body_font")
_SHOP = ("website", "postal_address", "support_email", "support_phone")
_CSS = ("css",)


def open_brand(user: Visitor) -> tuple[Draft, Brand]:
    """The brand kit as drafted, else a plain one, which is stored with the first change.

    Raises ValidationError for one that cannot be read.
    """
    brand = brand_of(user.house, user.workspace)
    draft = user.house.desk.drafts(user.workspace).get("brand", SLUG)
    return draft or Draft("brand", SLUG, user.shop, brand.model_dump(mode="json"), 0, "active", 0, 0, ""), brand


class BrandKit:
    """Draws itself where it is made; `saved` is where it says whether everything is stored."""

    def __init__(self, user: Visitor, w: Words, draft: Draft, brand: Brand, saved: Tag) -> None:
        self.user = user
        self.w = w
        self.brand = brand
        self._saved = saved
        self._dark = False
        self._number = 0
        self._stale = False
        self._looking: asyncio.Task[Any] | None = None
        self._saving = Autosave(draft, self._store, lambda number, stored: None, self._show_saving)
        self._banner = tag("div")
        with tag("div", "st-brand"):
            self._column = tag("div", "st-brand-forms")
            with tag("aside", "st-brand-seen", aria_label=w("How e-mails look")):
                with tag("div", "cw-row"):
                    tag("h2", "cw-grow cw-h4", w("How e-mails look"))
                    self._flip = button(w("Dark"), self._turn_dark, small=True, symbol="dark_mode")
                self._frame = MailFrame(label=w("How e-mails look"))
        self.forms: list[Form] = []
        self._draw()
        self._show_saving("saved")
        self._look_soon()

    # ---- forms

    def _draw(self) -> None:
        w = self.w
        self._column.clear()
        self.forms.clear()
        with self._column:
            self._card(w("Colours, fonts, logo"), _LOOK)
            self._card(
                w("Your shop"), _SHOP, w("The postal address stands in every marketing e-mail: the law asks for it.")
            )
            self._card(w("For those who write CSS"), _CSS)

    def _card(self, title: str, names: tuple[str, ...], text: str = "") -> None:
        with tag("section", "cw-card cw-card-pad"):
            tag("h3", "", title)
            if text:
                tag("p", "cw-sub", text)
            if names is _SHOP:
                w = self.w
                with tag("p", "cw-sub"):
                    tag("a", "cw-a", w("Its name, language and currency are in the settings"), href="/settings#shop")
            elsewhere = [name for name in Brand.model_fields if name not in names]
            form = Form(
                Brand,
                self.brand.model_dump(),
                self._around(),
                self._typed,
                leave_out=elsewhere,
                widgets=BRAND_WIDGETS,
            )
            self.forms.append(form)

    def _around(self) -> Around:
        house = self.user.house
        kit = Kit(keep=self._keep, brand=lambda: self.brand, own_url=house.settings.own_url)
        return Around(self.w, known=lambda: known_to(house, self.user.workspace), more=kit.as_more())

    async def _keep(self, data: bytes, name: str) -> str:
        house = self.user.house
        kept = await act(self.user, media.keep, house, self.user.workspace, data, name)
        return house.settings.own_url.rstrip("/") + kept.path

    def _typed(self, settings: Mapping[str, Any], key: str) -> None:
        brand = acceptable(self.brand, {key: settings[key]})
        if brand != self.brand:
            self.brand = brand
            self._number += 1
            self._saving.put(self._number, brand.model_dump(mode="json"))
            self._look_soon()
        self._show_saving(self._saving.state)

    # ---- the e-mail beside it

    def _turn_dark(self) -> None:
        self._dark = not self._dark
        self._flip.set(aria_pressed="true" if self._dark else "false")
        self._look_soon()

    def _look_soon(self) -> None:
        self._stale = True
        if self._looking is None or self._looking.done():
            self._looking = background_tasks.create(self._look(), name="brand-preview", context=self._column)

    async def _look(self) -> None:
        while self._stale and not self._column.is_deleted:
            self._stale = False
            page = await fetch(self._page, self.brand, self._dark)
            if page and not self._frame.is_deleted:
                self._frame.show(page, ground=self.brand.background)

    def _page(self, brand: Brand, dark: bool) -> str:
        house = self.user.house
        try:
            rendered = preview(house, self.user.workspace, sample_email(self.w, brand.language), brand)
        except MailError:
            return ""
        return shown(rendered.html, dark=dark, own_url=house.settings.own_url)

    # ---- storing

    async def _store(self, document: Document, rev: int) -> Draft:
        house = self.user.house
        drafts = house.desk.drafts(self.user.workspace)
        name = str(document["name"]) or self.user.shop
        return await act(self.user, drafts.save, "brand", SLUG, document, rev, self.user.email, house.clock.now(), name)

    def _show_saving(self, state: State) -> None:
        if self._saved.is_deleted:
            return
        w = self.w
        wrong = any(set(form.fields) & set(wrongs(Brand, form.settings)) for form in self.forms)
        match state:
            case "saving":
                self._say(w("Saving…"))
            case "saved" if wrong:
                self._say(w("Not all of it is saved: a setting is wrong"), warn=True)
            case "saved":
                rev = self._saving.draft.rev
                when = w.ago(self._saving.draft.changed_at, self.user.house.clock.now(), self.user.zone)
                self._say(w("Saved {ago}", ago=when) if rev else "")
            case "failed" if isinstance(self._saving.failure, SignedOut):
                self._column.client.run_javascript("location.reload()")
            case "failed":
                self._say(w("Not saved. It is tried again every few seconds."), warn=True)
            case "conflict":
                self._say(w("Not saved: changed elsewhere"), warn=True)
                self._show_conflict()

    def _say(self, text: str, *, warn: bool = False) -> None:
        self._saved.text = text
        self._saved.classes(replace="cw-cap cw-warn-t" if warn else "cw-cap")

    def _show_conflict(self) -> None:
        theirs = self._saving.theirs
        if theirs is None:
            return
        self._banner.clear()
        with self._banner, tag("div", "cw-banner is-warn", role="alert"):
            icon("call_split")
            text = self.w(
                "{who} changed the brand kit meanwhile. Your last change is not saved.", who=theirs.changed_by
            )
            tag("span", "cw-grow", text)
            button(self.w("Load theirs"), self._load_theirs, small=True)

    async def _load_theirs(self) -> None:
        draft, self.brand = await fetch(open_brand, self.user)
        self._banner.clear()
        self._draw()
        self._saving.go_on(draft)
        self._look_soon()
