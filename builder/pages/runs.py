"""Who is inside a flow, and one of its runs."""

from typing import get_args

from builder.access import fetch, visitor
from builder.adding.many import add_people
from builder.frame import frame, page_at, page_head
from builder.not_found import not_found, not_in_flow
from builder.parts.controls import button
from builder.parts.tag import icon, tag
from builder.runs.headline import Headline
from builder.runs.listing import List
from builder.runs.read import drawn, one, page, takes_people
from builder.runs.way import OneRun
from runtime.house import House
from runtime.insight.runs import State, Wish
from runtime.words import words


def register(house: House) -> None:
    """The list and the page of one run."""

    @page_at("/flows/{slug}/runs")
    async def flow_runs(slug: str, state: str = "inside", block: str = "", find: str = "") -> None:
        user = visitor()
        w = words(user.language)
        found = await fetch(drawn, user, slug, w)
        if found is None:
            title, text = w("Nobody has been in this Flow yet"), w("Once it is published, you see here who is where.")
            await not_in_flow(house, user, slug, title, text, back=f"/flows/{slug}")
            return
        of, counts = found
        chosen: State = next((one for one in get_args(State) if one == state), "inside")
        wish = Wish(of.flow, chosen, block, find)
        first = await fetch(page, of, wish, None)
        open_door = await fetch(takes_people, user, slug)
        with frame(house, user, title=w("Who is inside"), active="flows"):
            _crumb(f"/flows/{slug}", of.flow.name)
            line = Headline(of)
            head = page_head(w("Who is inside"), line=lambda: line.draw(counts))
            shown = List(of, counts, first, slug, wish, line.show)
            if open_door:
                with head:
                    button(
                        w("Add people"),
                        lambda: add_people(user, w, slug, of.flow.name, shown.again),
                        symbol="person_add",
                    )

    @page_at("/flows/{slug}/runs/{run}")
    async def one_run(slug: str, run: int) -> None:
        user = visitor()
        w = words(user.language)
        found = await fetch(one, user, run, w)
        if found is None or found[0].slug != slug:
            not_found(house, user, w("There is no such Run."), back=f"/flows/{slug}/runs", active="flows")
            return
        way, of = found
        with frame(house, user, title=way.entry.person.shown_name, active="flows"):
            _crumb(f"/flows/{slug}/runs", w("Who is inside {flow}", flow=f"“{way.flow_name}”"))
            OneRun(user, w, way, of)


def _crumb(href: str, text: str) -> None:
    with tag("a", "cw-crumb", href=href):
        icon("chevron_left", "s")
        tag("span", "cw-trunc", text)
