"""Two states of a flow side by side: their pictures with what differs lit, and the differences in words."""

from collections.abc import Callable
from urllib.parse import urlencode

from nicegui import ui

from builder.access import Visitor
from builder.drafting.changes import draw_change
from builder.forms import Box
from builder.forms.box import Option
from builder.parts.picture import Way, flow_picture
from builder.parts.tag import tag
from builder.versions.read import DRAFT, Pair, Side
from runtime.words import Words

WIDTH = 456


class Compared:
    """The content of the page."""

    def __init__(self, user: Visitor, w: Words, slug: str, pair: Pair) -> None:
        self._user, self._w, self._slug, self._pair = user, w, slug, pair
        with tag("div", "ve-pair"):
            # Choosing what stands on the other side lets the two change places.
            old, new = pair.before.id, pair.after.id
            self._side(pair.before, w("Before"), lambda one: self._go(one, old if one == new else new), hidden="added")
            self._side(pair.after, w("After"), lambda one: self._go(new if one == old else old, one), hidden="removed")
        count = len(pair.changes)
        with tag("section", "cw-card cw-mt4"):
            with tag("div", "cw-card-head"):
                tag("h3", "", w("{n} change | {n} changes", n=count) if count else w("They are the same"))
            if count:
                with tag("div", "cw-card-pad ve-changes"):
                    for change in pair.changes:
                        draw_change(change)

    def _side(self, side: Side, label: str, choose: Callable[[str], None], *, hidden: str) -> None:
        """One of them; differences of the kind `hidden` are only on the other."""
        w = self._w
        changed = {one.block for one in self._pair.changes if one.block and one.what != hidden}
        with tag("section", "cw-card cw-card-pad"):
            with tag("div", "cw-field"):
                tag("span", "cw-label", label)
                Box(side.id, choose, label=label, kind="select", options=self._options(), look="cw-input cw-select")
            way = Way(changed, []) if self._pair.changes else None
            flow_picture(side.document, width=WIDTH, classes="ve-picture", way=way)
            if side.version is not None:
                when = w.date(side.version.published_at, self._user.zone, "moment", self._user.house.clock.now())
                by = side.version.published_by
                tag("p", "cw-cap", w("{when} · {who}", when=when, who=self._pair.people.get(by, by)))
            else:
                tag("p", "cw-cap", w("As it is drawn now"))

    def _options(self) -> list[Option]:
        w = self._w
        draft: list[Option] = [{"value": DRAFT, "label": w("Draft")}] if self._pair.has_draft else []
        return draft + [{"value": str(n), "label": w("Version {number}", number=n)} for n in self._pair.numbers]

    def _go(self, old: str, new: str) -> None:
        ui.navigate.to(f"/flows/{self._slug}/versions/compare?{urlencode({'old': old, 'new': new})}")
