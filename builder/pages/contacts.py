"""All contacts, those seen last first."""

from dataclasses import dataclass

from builder.access import Visitor, fetch, visitor
from builder.frame import frame, page_at, page_head
from builder.parts.consent import consent_word
from builder.parts.controls import button
from builder.parts.empty import empty
from builder.parts.fields import search_field
from builder.parts.loading import patiently, skeleton_rows
from builder.parts.rich import strong
from builder.parts.seen import seen_words
from builder.parts.still import Node, Still, avatar_node, chip_node, node
from builder.parts.tag import tag
from runtime.house import House
from runtime.people import consent, contacts
from runtime.words import Words, words
from runtime.words.names import language_name

PAGE = 50


@dataclass(frozen=True, slots=True)
class _Line:
    """One contact of the list, with the answer that counts and why the address is blocked."""

    contact: contacts.Contact
    answer: consent.Standing | None
    blocked: str | None


def _lines(house: House, workspace: int, wish: str, before: contacts.Cursor | None) -> list[_Line]:
    with house.ledger.read(workspace) as tx:
        found = contacts.search(tx, wish, PAGE, before)
        answers = consent.standing(tx, [one.id for one in found], "email")
        blocked = consent.suppressed(tx, "email", [one.email for one in found if one.email])
        return [_Line(one, answers.get(one.id), blocked.get(one.email or "")) for one in found]


def _count(house: House, workspace: int) -> int:
    with house.ledger.read(workspace) as tx:
        return contacts.count(tx)


def register(house: House) -> None:
    """The list of contacts."""

    @page_at("/contacts")
    async def list_contacts() -> None:
        user = visitor()
        w = words(user.language)
        total = await fetch(_count, house, user.workspace)
        first = await fetch(_lines, house, user.workspace, "", None)
        with frame(house, user, title=w("Contacts"), active="contacts"):
            text = w("{number} person is known. | {number} people are known.", n=total, number=strong(w.number(total)))
            with page_head(w("Contacts"), text if total else ""):
                # A phone has no room for them in its bar.
                button(w("Segments"), href="/segments", symbol="group_work", classes="show-s")
            if total:
                _List(user, w, first)
            else:
                _nobody(w)


def _nobody(w: Words) -> None:
    text = w("People appear here as soon as your shop tells of them. Connect it, or send an event with a key.")
    with tag("div", "cw-card"), empty(w("No Contacts yet"), text):
        button(w("Connect your shop"), kind="primary", href="/settings#keys")


class _List:
    """The table, which grows downwards as more is asked for."""

    def __init__(self, user: Visitor, w: Words, first: list[_Line]) -> None:
        self.user = user
        self.w = w
        self.wish = ""
        self.asked = 0
        with tag("div", "fl-bar"):
            search_field(w("Find by name, address or number"), self.search).classes(add="is-wide")
        with tag("div", "cw-card ct-list"):
            with tag("div", "ct-head"):
                tag("span", "", w("Contact"))
                tag("span", "", w("E-mail"))
                tag("span", "hide-s", w("Tags"))
                tag("span", "hide-m", w("Language"))
                tag("span", "n", w("Last seen"))
            self.rows = tag("div")
            self.nothing = tag("p", "cw-empty cw-cap", w("Nobody matches."))
        self.more = button(w("Show more"), self.grow, classes="ct-more")
        self.last: contacts.Cursor | None = None
        self.add(first)

    def add(self, lines: list[_Line]) -> None:
        """More rows at the end."""
        now = self.user.house.clock.now()
        with self.rows:
            Still("ul", [self._row(line, now) for line in lines])
        if lines:
            end = lines[-1].contact
            self.last = (end.seen_at, end.id)
        self.more.set_visibility(len(lines) == PAGE)
        self.nothing.set_visibility(self.last is None)

    async def search(self, wish: str) -> None:
        """Only those who match. A slower answer to an earlier question is thrown away."""
        self.asked += 1
        mine, self.wish = self.asked, wish
        found = await patiently(fetch(_lines, self.user.house, self.user.workspace, wish, None), self._wait)
        if mine == self.asked and not self.rows.is_deleted:
            self.rows.clear()
            self.last = None
            self.add(found)

    def _wait(self) -> None:
        self.rows.clear()
        self.nothing.set_visibility(False)
        with self.rows:
            skeleton_rows(6)

    async def grow(self) -> None:
        """The next page below."""
        mine = self.asked
        found = await fetch(_lines, self.user.house, self.user.workspace, self.wish, self.last)
        if mine == self.asked and not self.rows.is_deleted:
            self.add(found)

    def _row(self, line: _Line, now: int) -> Node:
        w, one = self.w, line.contact
        name = node("a", "cw-cover cw-strong cw-trunc cw-block-el", one.shown_name, href=f"/contacts/{one.id}")
        other = one.email if one.email and one.email != one.shown_name else None
        address = node("span", "cw-cap cw-trunc cw-block-el", other) if other else None
        word, tone = consent_word(line.answer, line.blocked, bool(one.email), w)
        tags = [chip_node(text, tone="brand") for text in one.tags[:2]]
        more = node("span", "cw-cap", f"+{len(one.tags) - 2}") if len(one.tags) > 2 else None
        language = language_name(one.language, w.language) if one.language else "–"
        return node(
            "li",
            "ct-row",
            node("span", "ct-who", avatar_node(one.shown_name), node("span", "cw-grow", name, address)),
            node("span", "", chip_node(word, tone=tone)),
            node("span", "hide-s ct-tags", *tags, more),
            node("span", "hide-m cw-trunc", language),
            node("span", "n cw-cap", seen_words(w, one.seen_at, now, self.user.zone)),
        )
