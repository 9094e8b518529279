"""The versions of a flow, and two of them side by side."""

from builder.access import fetch, visitor
from builder.frame import frame, page_at, page_head
from builder.not_found import not_in_flow
from builder.parts.tag import icon, tag
from builder.versions.comparing import Compared
from builder.versions.listing import List
from builder.versions.read import page, pair
from runtime.house import House
from runtime.words import words


def register(house: House) -> None:
    """The list and the comparison."""

    @page_at("/flows/{slug}/versions")
    async def flow_versions(slug: str, before: int | None = None) -> None:
        user = visitor()
        w = words(user.language)
        found = await fetch(page, user, slug, w, before)
        if found is None:
            title, text = w("There is no version yet"), w("Each time this Flow is published, a version of it is kept.")
            await not_in_flow(house, user, slug, title, text, back=f"/flows/{slug}")
            return
        with frame(house, user, title=w("Versions"), active="flows"):
            _crumb(f"/flows/{slug}", found.name)
            page_head(w("Versions"), w("Each time it was published. What runs on an older one finishes there."))
            List(user, w, slug, found)

    @page_at("/flows/{slug}/versions/compare")
    async def compare_versions(slug: str, old: str = "", new: str = "") -> None:
        user = visitor()
        w = words(user.language)
        found = await fetch(pair, user, slug, old, new, w)
        if found is None:
            title, text = w("There are not two to compare"), w("Publish the Flow again, or change its draft.")
            await not_in_flow(house, user, slug, title, text, back=f"/flows/{slug}/versions")
            return
        with frame(house, user, title=w("Compare"), active="flows"):
            _crumb(f"/flows/{slug}/versions", w("Versions of {flow}", flow=f"“{found.name}”"))
            page_head(w("Compare"))
            Compared(user, w, slug, found)


def _crumb(href: str, text: str) -> None:
    with tag("a", "cw-crumb", href=href):
        icon("chevron_left", "s")
        tag("span", "cw-trunc", text)
