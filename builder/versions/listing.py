"""The list of a flow's versions, newest first, below what is drafted."""

from collections.abc import Sequence
from functools import partial

from builder.access import Visitor, fetch
from builder.drafting.changes import Change, draw_change
from builder.parts.controls import button, chip
from builder.parts.picture import flow_picture
from builder.parts.tag import tag
from builder.versions.deeds import Deeds
from builder.versions.read import DRAFT, Page, Told, page
from runtime.words import Words

SHOWN = 5
"""Differences that are shown of a version before one asks for the rest."""


class List:
    """The content of the page, drawn again after something was restored."""

    def __init__(self, user: Visitor, w: Words, slug: str, found: Page) -> None:
        self._user, self._w, self._slug, self._found = user, w, slug, found
        self._deeds = Deeds(user, w, slug, self._again)
        self._root = tag("div", "ve-list")
        self._draw()

    async def _again(self) -> None:
        found = await fetch(page, self._user, self._slug, self._w)
        if found is not None and not self._root.is_deleted:
            self._found = found
            self._draw()

    def _draw(self) -> None:
        self._root.clear()
        with self._root:
            if self._found.unpublished:
                self._draft(self._found.unpublished)
            with tag("ol", "cw-card"):
                for told in self._found.told:
                    self._line(told)
            if self._found.older is not None:
                with tag("p", "cw-mt4"):
                    older = f"/flows/{self._slug}/versions?before={self._found.older}"
                    button(self._w("Older versions"), href=older, symbol="expand_more")

    def _draft(self, unpublished: Sequence[Change]) -> None:
        w, draft = self._w, self._found.draft
        if draft is None:
            return
        with tag("section", "cw-card ve-row"):
            flow_picture(draft.document, width=112)
            with tag("div", "ve-what"):
                with tag("div", "ve-head"):
                    tag("h3", "", w("Draft"))
                    chip(w("{n} change not published | {n} changes not published", n=len(unpublished)), tone="brand")
                tag("p", "cw-cap", self._when(draft.changed_at, draft.changed_by))
                self._changes(unpublished)
            with tag("div", "ve-deeds"):
                button(w("Compare"), href=self._compare(str(self._latest), DRAFT), symbol="compare_arrows", small=True)
                button(w("Open"), href=f"/flows/{self._slug}", symbol="edit", small=True)

    @property
    def _latest(self) -> int:
        return self._found.told[0].version.number

    def _line(self, told: Told) -> None:
        w, version = self._w, told.version
        with tag("li", "ve-row"):
            flow_picture(version.document, width=112)
            with tag("div", "ve-what"):
                with tag("div", "ve-head"):
                    tag("h3", "", w("Version {number}", number=version.number))
                    if version.live:
                        chip(w("New Runs take this one"), tone="ok")
                    if version.inside:
                        chip(w("{n} inside | {n} inside", n=version.inside), symbol="group")
                tag("p", "cw-cap", self._when(version.published_at, version.published_by))
                if told.changes is None:
                    tag("p", "cw-13", w("The first version"))
                elif told.changes:
                    self._changes(told.changes)
                else:
                    tag("p", "cw-13", w("Published again without a change"))
            with tag("div", "ve-deeds"):
                if told.changes is not None:
                    href = self._compare(str(version.number - 1), str(version.number))
                    button(w("Compare"), href=href, symbol="compare_arrows", small=True)
                if self._may_restore(told):
                    again = button(w("Restore"), partial(self._deeds.restore, version), symbol="history", small=True)
                    again.set(aria_label=w("Restore version {n} as the draft", n=version.number))

    def _may_restore(self, told: Told) -> bool:
        """Where it would change something: not for what is live while the draft is the same."""
        draft = self._found.draft
        if draft is None or draft.state != "active":
            return False
        return not told.version.latest or self._found.unpublished is None or bool(self._found.unpublished)

    def _changes(self, changes: Sequence[Change]) -> None:
        with tag("div", "ve-changes"):
            for change in changes[:SHOWN]:
                draw_change(change)
            if rest := changes[SHOWN:]:
                with tag("details"):
                    tag("summary", "cw-13", self._w("{n} more", n=len(rest)))
                    for change in rest:
                        draw_change(change)

    def _when(self, at: int, by: str) -> str:
        when = self._w.date(at, self._user.zone, "moment", self._user.house.clock.now())
        return self._w("{when} · {who}", when=when, who=self._found.people.get(by, by))

    def _compare(self, old: str, new: str) -> str:
        return f"/flows/{self._slug}/versions/compare?old={old}&new={new}"
