"""The list of runs: who is where, since when and until when; one or many are chosen and something is done with them."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any, get_args

from nicegui import ui

from blocks.phrase import Moment, Phrase
from builder.access import Visitor, fetch
from builder.parts.controls import OneOf, button
from builder.parts.fields import search_field
from builder.parts.loading import patiently, skeleton_rows
from builder.parts.still import Node, Still, avatar_node, chip_node, icon_node, node
from builder.parts.tag import tag
from builder.runs.deeds import Deeds
from builder.runs.read import PAGE, Counts, Drawn, counted, everybody, page, why_not
from builder.runs.why import draw_why, why_words
from runtime.clock import DAY
from runtime.insight.runs import Cursor, Entry, State, Wish
from runtime.reasons import reason_phrase
from runtime.words import Words

REFRESH_SECONDS = 5
ALL = "*"


def state_words(entry: Entry, w: Words) -> tuple[str, Any]:
    """What became of a run, in a word with its tone."""
    match entry.state:
        case "open":
            return (w("Has left, on the last way"), "") if entry.leaving else (w("Inside"), "brand")
        case "ended":
            return w("Reached the end"), "ok"
        case "failed":
            return w("Failed"), "bad"
        case _:
            return w("Left early"), ""


class List:
    """The table, which grows downwards as more is asked for, and is brought up to date while nobody is chosen."""

    def __init__(
        self,
        of: Drawn,
        counts: Counts,
        first: list[Entry],
        slug: str,
        wish: Wish,
        on_counts: Callable[[Counts], None],
    ) -> None:
        """`on_counts` is told whenever other numbers are known."""
        self._of, self._w, self._user, self._slug = of, of.w, of.user, slug
        self._wish, self._counts, self._on_counts = wish, counts, on_counts
        self._asked = 0
        self._entries: list[Entry] = []
        self._chosen: dict[int, int] = {}
        self._boxes: dict[int, Any] = {}
        self._deeds = Deeds(of, lambda: self._chosen, self._version, self.again)
        w = self._w
        with tag("div", "fl-bar ru-bar"):
            search_field(w("Find by name or address"), self._search, wish.find)
            with tag("div", "scroll-x"):
                self._states = OneOf(self._tabs(), wish.state, self._choose_state, label=w("Show"))
            self._places = ui.select(
                self._blocks(), value=wish.block or ALL, on_change=lambda event: self._choose_block(event.value)
            )
            self._places.classes("ru-at").props["aria-label"] = w("Where they are")
        with tag("div", "cw-card ru-list"):
            self._head = tag("div")
            self._rows = tag("div")
            self._nothing = tag("div")
        self._more = button(w("Show more"), self._grow, classes="ct-more")
        self._show(first)
        ui.timer(REFRESH_SECONDS, self._refresh, immediate=False)

    # ---- what can be narrowed

    def _tabs(self) -> list[tuple[str, str, str]]:
        w, counts = self._w, self._counts
        words = {
            "inside": (w("Inside"), counts.inside),
            "failed": (w("Failed"), counts.failed),
            "left": (w("Left early"), 0),
            "ended": (w("Reached the end"), 0),
            "all": (w("All"), 0),
        }
        return [(state, word, w.number(n) if n else "") for state, (word, n) in words.items()]

    def _blocks(self) -> dict[str, str]:
        """Any, those of the latest version, and those of older ones at which somebody still stands."""
        of, people = self._of, dict[str, int]()
        said = of.blocks(of.latest)
        for (version, block), n in self._counts.standing.items():
            people[block] = people.get(block, 0) + n
            said.setdefault(block, of.say(version, block))
        named = {id_: f"{text} · {of.w.number(people[id_])}" if id_ in people else text for id_, text in said.items()}
        return {ALL: of.w("At any Block"), **named}

    async def _search(self, find: str) -> None:
        await self._ask(find=find)

    async def _choose_state(self, state: str) -> None:
        chosen: State = next(one for one in get_args(State) if one == state)
        await self._ask(state=chosen)

    async def _choose_block(self, block: str) -> None:
        await self._ask(block="" if block == ALL else block)

    async def _ask(self, **changes: Any) -> None:
        old = self._wish
        kept: dict[str, Any] = {"state": old.state, "block": old.block, "find": old.find}
        self._wish = Wish(old.flow, **(kept | changes))
        self._chosen.clear()
        self._asked += 1
        mine = self._asked
        found = await patiently(self._read(None), self._wait)
        if mine == self._asked and not self._rows.is_deleted:
            self._show(found)
            if not found and "@" in self._wish.find:
                await self._explain(mine)

    async def _read(self, before: Cursor | None) -> list[Entry]:
        return await fetch(page, self._of, self._wish, before)

    def _wait(self) -> None:
        self._rows.clear()
        self._nothing.clear()
        with self._rows:
            skeleton_rows(6)

    async def _grow(self) -> None:
        mine = self._asked
        found = await self._read(self._entries[-1].cursor)
        if mine == self._asked and not self._rows.is_deleted:
            self._entries += found
            self._add(found)
            self._more.set_visibility(len(found) == PAGE)

    async def _refresh(self) -> None:
        """What is new, as long as only the first page is shown and nobody is chosen; how many are inside in any case."""
        await self._count()
        if self._rows.is_deleted:
            return
        if len(self._entries) > PAGE or self._chosen:
            return
        mine = self._asked
        fresh = await self._read(None)
        unchanged = fresh == self._entries or mine != self._asked or self._chosen
        if not unchanged and not self._rows.is_deleted:
            self._show(fresh)

    async def again(self) -> None:
        """Read and draw anew, after something was done."""
        self._chosen = {}
        self._asked += 1
        mine = self._asked
        await self._count()
        found = await self._read(None)
        if mine == self._asked and not self._rows.is_deleted:
            self._show(found)

    async def _count(self) -> None:
        found = await fetch(counted, self._of)
        if found != self._counts and not self._rows.is_deleted:
            self._counts = found
            self._on_counts(found)
            self._states.count(self._tabs())
            self._places.set_options(self._blocks())

    # ---- choosing

    def _version(self) -> int:
        """Whose blocks those who are chosen may be moved to: the newest version that any of them is on."""
        numbers = self._of.flow.versions
        shown = [entry.version for entry in self._entries if entry.id in self._chosen]
        return max(shown, key=lambda id_: numbers.get(id_, 0)) if shown else self._of.latest

    def _choose(self, entry: Entry, on: bool) -> None:
        if on:
            self._chosen[entry.id] = entry.hops
        else:
            self._chosen.pop(entry.id, None)
        self._draw_head()

    def _choose_shown(self, on: bool) -> None:
        self._chosen = {entry.id: entry.hops for entry in self._entries} if on else {}
        self._check()

    async def _choose_all(self) -> None:
        self._chosen = await fetch(everybody, self._of, self._wish)
        self._check()

    def _check(self) -> None:
        for id_, box in self._boxes.items():
            ui.run_javascript(f"getHtmlElement({int(box.id)}).checked = {int(id_ in self._chosen)} === 1")
        self._draw_head()

    # ---- drawing

    def _show(self, entries: list[Entry]) -> None:
        self._entries = list(entries)
        self._boxes.clear()
        self._rows.clear()
        self._nothing.clear()
        self._draw_head()
        self._add(entries)
        self._more.set_visibility(bool(entries) and len(entries) % PAGE == 0)
        if not entries:
            self._say_nobody(self._w("Nobody is here."))

    def _say_nobody(self, text: str) -> None:
        self._nothing.clear()
        with self._nothing:
            tag("p", "cw-empty cw-cap", text)

    def _draw_head(self) -> None:
        w = self._w
        self._head.clear()
        with self._head:
            if not self._chosen:
                with tag("div", "ru-head"):
                    if self._entries:
                        self._tick(w("Choose everybody shown"), False, self._choose_shown)
                    else:
                        tag("span")
                    for word in (w("Who"), w("Where"), w("Since"), w("Until")):
                        tag("span", "", word)
                return
            with tag("div", "ru-head is-chosen", role="toolbar", aria_label=w("What to do with them")):
                self._tick(w("Choose nobody"), True, self._choose_shown)
                tag("strong", "", w("{n} chosen", n=len(self._chosen)))
                if len(self._chosen) >= PAGE and len(self._chosen) == len(self._entries):
                    button(w("Choose all who match"), self._choose_all, kind="quiet", small=True)
                tag("span", "cw-grow")
                state = self._wish.state
                self._deeds.draw(inside=state in ("inside", "all"), failed=state in ("failed", "all"))

    def _tick(self, label: str, on: bool, then: Any) -> Any:
        box = tag("input", "ru-tick", type="checkbox", aria_label=label, checked=True if on else None)
        box.on("change", lambda event: then(event.args is True), js_handler="(event) => emit(event.target.checked)")
        return box

    def _add(self, entries: list[Entry]) -> None:
        now = self._user.house.clock.now()
        with self._rows:
            for entry in entries:
                with tag("div", "ru-row"):
                    label = self._w("Choose {name}", name=entry.person.shown_name)
                    self._boxes[entry.id] = self._tick(label, entry.id in self._chosen, partial(self._choose, entry))
                    Still("div", self._row(entry, now), "ru-cells")

    def _row(self, entry: Entry, now: int) -> list[Node]:
        w, of = self._w, self._of
        person, (symbol, family) = entry.person, of.icon(entry.version, entry.block)
        also = person.email if person.name and person.email else ""
        on = w("version {n}", n=entry.number)
        reason = reason_phrase(entry.code or "", entry.args, of.kind(entry.version, entry.block))
        # In the zone of the columns beside it: a contact's own would seem to contradict them.
        told = [w.text(_here(reason, self._user.zone), now)] if entry.code else []
        word, tone = state_words(entry, w)
        told = [word, *told] if entry.leaving else told
        state = (
            chip_node(word, tone=tone)
            if entry.state != "open" or (self._wish.state == "all" and not entry.leaving)
            else None
        )
        return [
            node(
                "span",
                "ct-who",
                avatar_node(person.shown_name),
                node(
                    "span",
                    "cw-grow",
                    node(
                        "a",
                        "cw-cover cw-strong cw-trunc cw-block-el",
                        person.shown_name,
                        href=f"/flows/{self._slug}/runs/{entry.id}",
                    ),
                    node("span", "cw-cap cw-trunc cw-block-el", also) if also else None,
                ),
            ),
            node(
                "span",
                "ru-where",
                node("span", f"cw-tile cw-tile-s f-{family}", icon_node(symbol)),
                node(
                    "span",
                    "cw-grow",
                    node("span", "cw-trunc cw-block-el", of.say(entry.version, entry.block)),
                    node("span", "cw-cap cw-trunc cw-block-el", " · ".join([*told, on])),
                ),
            ),
            node("span", "ru-when", *_when(entry.arrived_at, now, self._user, w)),
            node("span", "ru-when", state, *_until(entry, now, self._user, w)),
        ]

    async def _explain(self, mine: int) -> None:
        """Why whoever was looked for is not here."""
        w = self._w
        address = self._wish.find.strip()
        person, why = await fetch(why_not, self._user, self._slug, address)
        if mine != self._asked or self._nothing.is_deleted:
            return
        if person is None:
            self._say_nobody(w("No Contact has the address {address}.", address=address))
        if person is None or why is None:
            return
        self._nothing.clear()
        with self._nothing, tag("div", "cw-card-pad"):
            tag("h3", "cw-mb3", why_words(why, person.shown_name, w))
            if why.run is not None:
                button(w("Open their Run"), href=f"/flows/{self._slug}/runs/{why.run}", small=True, classes="cw-mb3")
            draw_why(why, self._user, w)


def _here(phrase: Phrase, zone: str) -> Phrase:
    """The same sentence with its moments as they are in this zone."""
    moved = {name: replace(value, zone=zone) for name, value in phrase.args.items() if isinstance(value, Moment)}
    return Phrase(phrase.msgid, {**phrase.args, **moved})


def _when(at: int, now: int, user: Visitor, w: Words) -> list[Node | None]:
    """An instant where the shop is, and in words how far off it is."""
    apart = w.ago(at, now, user.zone) if abs(now - at) <= 7 * DAY else None
    return [
        node("span", "cw-block-el", w.date(at, user.zone, "moment", now)),
        node("span", "cw-cap cw-block-el", apart) if apart else None,
    ]


def _until(entry: Entry, now: int, user: Visitor, w: Words) -> list[Node | None]:
    if entry.state != "open":
        return [node("span", "cw-cap cw-block-el", w.date(entry.ended_at or now, user.zone, "moment", now))]
    return _when(entry.wake_at, now, user, w) if entry.wake_at is not None else [node("span", "cw-cap", "–")]
