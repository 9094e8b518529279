"""One contact: what may be sent, what is known, and everything that happened, in words."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from blocks.clocks import place_name
from builder.access import Visitor, act, fetch, visitor
from builder.adding.one_contact import choose_flow
from builder.contact_page.erasing import ask_to_erase
from builder.contact_page.history import History, happened
from builder.frame import frame, page_at
from builder.not_found import not_found
from builder.parts.consent import consent_word
from builder.parts.controls import avatar, button, chip, icon_button
from builder.parts.dialog import dialog
from builder.parts.fields import text_field
from builder.parts.menu import menu_item, open_menu
from builder.parts.tag import Tag, icon, tag
from builder.parts.toast import toast
from builder.parts.values import field_value
from builder.runs.why import Flows
from runtime.house import House
from runtime.insight.why import Standing, standings
from runtime.people import consent, contacts, forgotten
from runtime.people.consent import BY_HAND
from runtime.people.telling import source_of
from runtime.reasons import reason_phrase
from runtime.segments.publish import segments_of
from runtime.words import Words, words
from runtime.words.names import language_name

SHOWN_ELSEWHERE = frozenset(
    {"name", "first_name", "last_name", "language", "locale", "zone", "timezone", "customer_id"}
)


@dataclass(frozen=True, slots=True)
class _Card:
    """What the page shows beside the timeline."""

    contact: contacts.Contact
    known_as: list[contacts.KnownAs]
    answer: consent.Standing | None
    blocked: str | None
    flows: list[Standing]
    segments: list[tuple[str, str]]


def _card(house: House, workspace: int, id_: int) -> _Card | None:
    with house.ledger.read(workspace) as tx:
        found = contacts.get(tx, id_)
        if found is None:
            return None
        blocked = consent.suppressed(tx, "email", [found.email] if found.email else [])
        return _Card(
            found,
            contacts.identities(tx, id_),
            consent.standing_of(tx, id_).get("email"),
            blocked.get(found.email or ""),
            standings(tx, id_),
            segments_of(tx, id_),
        )


def register(house: House) -> None:
    """The page of one contact."""

    @page_at("/contacts/{contact}")
    async def one_contact(contact: int) -> None:
        user = visitor()
        w = words(user.language)
        card = await fetch(_card, house, user.workspace, contact)
        if card is None:
            gone = await fetch(_erased, house, user.workspace, contact)
            title, text = _gone_words(gone, user, w)
            not_found(house, user, title, text, back="/contacts", active="contacts")
            return
        first = await fetch(happened, house, user.workspace, contact, None)
        with frame(house, user, title=card.contact.shown_name, active="contacts"):
            with tag("a", "cw-crumb", href="/contacts"):
                icon("chevron_left", "s")
                tag("span", "", w("Contacts"))
            side = _Side(user, w, card)
            side.then = History(user, w, card.contact, first, side.place).refresh


class _Side:
    """The head, and the cards at the left."""

    def __init__(self, user: Visitor, w: Words, card: _Card) -> None:
        self.user = user
        self.w = w
        self.id = card.contact.id
        self.then: Callable[[], Awaitable[None]] | None = None
        """What follows a change: the timeline tells of it."""
        self.head = tag("div", "cw-page-head co-head")
        with tag("div", "co-grid"):
            self.cards = tag("div", "cw-grid")
            self.place = tag("section", "cw-card")
        self.draw(card)

    def draw(self, card: _Card) -> None:
        """Everything beside the timeline."""
        self.head.clear()
        self.cards.clear()
        with self.head:
            self._head(card.contact)
        with self.cards:
            self._may_be_sent(card)
            zone = card.contact.zone or self.user.zone
            Flows(self.user, self.w, self.id, card.contact.shown_name, zone, card.flows)
            if card.segments:
                self._segments(card.segments)
            self._fields(card.contact)
            self._known_as(card)

    async def reload(self) -> None:
        """Read and draw again."""
        card = await fetch(_card, self.user.house, self.user.workspace, self.id)
        if card is not None:
            self.draw(card)
        if self.then is not None:
            await self.then()

    def _head(self, one: contacts.Contact) -> None:
        w = self.w
        avatar(one.shown_name, large=True)
        with tag("div", "cw-grow"):
            tag("h1", "", one.shown_name)
            with tag("div", "co-chips"):
                if one.language:
                    chip(language_name(one.language, w.language), symbol="translate")
                if one.zone:
                    there = w.date(self.user.house.clock.now(), one.zone, "time")
                    chip(w("{place}, {time} there", place=place_name(one.zone), time=there), symbol="schedule")
                for word in one.tags:
                    chip(word, tone="brand")
        button(w("Add to a Flow…"), lambda: self._add_to_flow(one), symbol="person_add")
        more = icon_button("more_horiz", w("More"))
        more.on_click(lambda: self._more(more, one))

    async def _add_to_flow(self, one: contacts.Contact) -> None:
        await choose_flow(self.user, self.w, one.id, one.shown_name, self.reload)

    def _more(self, beside: Tag, one: contacts.Contact) -> None:
        with open_menu(beside):
            menu_item(self.w("Erase…"), "person_remove", lambda: ask_to_erase(self.user, self.w, one), bad=True)

    def _may_be_sent(self, card: _Card) -> None:
        w, one = self.w, card.contact
        first_name = str(one.fields.get("first_name") or (one.name or "").split(" ")[0])
        title = w("What {name} may be sent", name=first_name) if first_name else w("What may be sent")
        with tag("section", "cw-card cw-card-pad"):
            tag("h3", "", title)
            with tag("div", "co-line"):
                icon("mail")
                with tag("span", "cw-grow"):
                    tag("span", "cw-strong cw-block-el", w("E-mail"))
                    for line in self._answer(card):
                        tag("span", "cw-cap cw-block-el", line)
                word, tone = consent_word(card.answer, card.blocked, bool(one.email), w)
                chip(word, tone=tone)
                if one.email:
                    more = icon_button("more_horiz", w("Change what may be sent"))
                    more.on_click(lambda: self._choices(more, card))

    def _answer(self, card: _Card) -> list[str]:
        w, zone = self.w, card.contact.zone or self.user.zone
        if not card.contact.email:
            return [w("There is no e-mail address.")]
        lines = []
        if card.blocked is not None:
            lines.append(w.text(reason_phrase(f"suppressed_{card.blocked}")))
        if card.answer is None:
            return [*lines, w("No answer yet")]
        day = w.date(card.answer.at, zone)
        lines.append(w("Yes, since {day}", day=day) if card.answer.answer == "yes" else w("Said no on {day}", day=day))
        return [*lines, w.text(source_of(card.answer.source))]

    def _choices(self, beside: Tag, card: _Card) -> None:
        w = self.w
        said = card.answer.answer if card.answer is not None else ""
        with open_menu(beside):
            if said != "yes":
                menu_item(w("They said yes"), "check_circle", lambda: self._ask("yes"))
            if said != "no":
                menu_item(w("They said no"), "do_not_disturb_on", lambda: self._ask("no"))
            if card.blocked is None:
                menu_item(w("Block this address"), "block", self._block, bad=True)
            elif card.blocked in ("manual", "erased"):
                menu_item(w("Allow this address again"), "undo", self._unblock)

    def _ask(self, answer: consent.Answer) -> None:
        """An answer that was given elsewhere is written down with how it was given: it may have to be proved."""
        w = self.w

        async def save() -> None:
            how = str(field.value or "").strip()[:500]
            if not how:
                field.complain(w("Say how, so that it can be shown later"))
                return
            await act(self.user, _record, self.user, self.id, answer, how)
            box.close()
            await self.reload()
            toast(w("Written down."))

        title = w("They said yes to e-mails") if answer == "yes" else w("They said no to e-mails")
        text = w("It counts from now on, and stays in what happened.")
        with dialog(title, text, close=w("Close")) as box:
            example = w("On the phone, on a form in the shop…")
            field = text_field(w("How did they say so?"), placeholder=example)
            with box.footer:
                tag("span", "cw-grow")
                button(w("Cancel"), box.close)
                button(w("Write down"), save, kind="primary")

    async def _block(self) -> None:
        w = self.w
        await act(self.user, _set_blocked, self.user, self.id, True)
        await self.reload()
        toast(w("Nothing goes to this address any more."), action=w("Undo"), on_action=self._unblock)

    async def _unblock(self) -> None:
        await act(self.user, _set_blocked, self.user, self.id, False)
        await self.reload()

    def _segments(self, segments: list[tuple[str, str]]) -> None:
        with tag("section", "cw-card cw-card-pad"):
            tag("h3", "cw-mb3", self.w("Segments"))
            with tag("div", "co-chips"):
                for slug, name in segments:
                    with tag("a", "cw-chip is-line", href=f"/segments/{slug}"):
                        icon("group_work")
                        tag("span", "cw-trunc", name)

    def _fields(self, one: contacts.Contact) -> None:
        w, zone = self.w, one.zone or self.user.zone
        shown = {name: value for name, value in one.fields.items() if name not in SHOWN_ELSEWHERE}
        with tag("section", "cw-card cw-card-pad"):
            tag("h3", "cw-mb3", w("Fields"))
            if not shown:
                # Name and language are fields, too; they stand above.
                nothing = w("Nothing is known yet. Fields come with the events of your shop.")
                if one.fields or one.name or one.language:
                    nothing = w("Nothing more is known yet. Fields come with the events of your shop.")
                tag("p", "cw-cap", nothing)
                return
            _pairs({name.replace("_", " "): field_value(value, zone, w) for name, value in shown.items()})

    def _known_as(self, card: _Card) -> None:
        w = self.w
        names = {"email": w("E-mail"), "phone": w("Phone"), "customer_id": w("Customer")}
        with tag("section", "cw-card cw-card-pad"):
            tag("h3", "cw-mb3", w("Known as"))
            with tag("dl", "cw-kv"):
                for known in card.known_as:
                    tag("dt", "", names.get(known.kind, known.kind))
                    tag("dd", "cw-tab", known.value)


def _erased(house: House, workspace: int, id_: int) -> forgotten.Erasure | None:
    with house.ledger.read(workspace) as tx:
        return forgotten.of(tx, id_)


def _gone_words(gone: forgotten.Erasure | None, user: Visitor, w: Words) -> tuple[str, str]:
    """What is said of a contact that is not there."""
    if gone is None:
        return w("There is no such Contact."), ""
    day = w.date(gone.asked_at, user.zone, "moment")
    if gone.done_at is None:
        return w("This Contact is being erased"), w("It was asked for on {day} and is done within a minute.", day=day)
    day = w.date(gone.done_at, user.zone, "moment")
    return w("This Contact was erased"), w("It was done on {day}. Only counts are left.", day=day)


def _pairs(values: Mapping[str, str]) -> None:
    with tag("dl", "cw-kv"):
        for name, value in values.items():
            tag("dt", "cw-capital", name)
            tag("dd", "", value)


def _record(user: Visitor, contact: int, answer: consent.Answer, how: str) -> None:
    now = user.house.clock.now()
    with user.house.ledger.write(user.workspace) as tx:
        consent.record(tx, contact, "email", answer, now, BY_HAND, {"text": how, "by": user.email})


def _set_blocked(user: Visitor, contact: int, blocked: bool) -> None:
    with user.house.ledger.write(user.workspace) as tx:
        found = contacts.get(tx, contact)
        if found is None or not found.email:
            return
        if blocked:
            consent.suppress(tx, "email", found.email, "manual", user.house.clock.now(), user.email)
        else:
            consent.unsuppress(tx, "email", found.email)
