"""The page of one segment: it holds the parts together and decides what is stored, counted and shown when."""

import asyncio
from dataclasses import replace
from typing import Any

from blocks.contract import Known
from builder.access import Visitor, act, fetch
from builder.drafting.autosave import Autosave, Document, State
from builder.drafting.banner import Banner
from builder.drafting.page import WholePage
from builder.drafting.pen import Pen
from builder.forms import Around
from builder.forms.rule.tree import Node
from builder.frame import Editor
from builder.parts.controls import button
from builder.parts.loading import patiently
from builder.parts.tag import tag
from builder.parts.toast import toast
from builder.segment_editor import opened, publishing
from builder.segment_editor.bar import Bar
from builder.segment_editor.opened import Look, Opened
from builder.segment_editor.people import People
from builder.segment_editor.putting_on import put_on, take_off
from builder.segment_editor.rule_card import RuleCard
from builder.segment_editor.seat import SegmentSeating
from builder.segment_list.entries import differs
from runtime.desk import Draft
from runtime.ledger.halt import Halt, Halted
from runtime.people.contacts import Contact
from runtime.segments import publish
from runtime.words import Words

COUNT_AFTER = 0.3
"""Seconds after the last change until it is counted."""
WHILE_COUNTING = 2.0
"""Seconds between two looks while everybody is held against a rule that was just published."""


class SegmentEditor(WholePage[Document]):
    """Builds the page into `frame`. `pen` says whether this page may change the draft."""

    bar: Bar

    def __init__(self, user: Visitor, found: Opened, pen: Pen, frame: Editor, w: Words) -> None:
        super().__init__(user, found.draft.slug, frame.work, w)
        self.document: Document = {**found.draft.document, "name": found.draft.name}
        self.look: Look = found.look
        self.is_list = self.document.get("rule") is None
        self._number = 0
        self._looking: asyncio.Task[Any] | None = None
        self._again = False
        self._halt = Halt()
        self.saving = Autosave(found.draft, self._store, self._stored, self._show_saving)
        self.bar = Bar(frame, found.draft.name, self.rename, self.publish, w)
        self.seating = SegmentSeating(self, pen, Banner(frame), archived=found.draft.state != "active")
        self._rule: RuleCard | None = None
        frame.work.classes("sg-work")
        with frame.work, tag("div", "sg-grid is-list" if self.is_list else "sg-grid"):
            if self.is_list:
                self._people = People(user, w, w("Who is on it"), self._more, self._take_off)
                with self._people.tools:
                    self._add = button(w("Add people"), self._put_on, symbol="person_add", small=True)
            else:
                around = Around(w, known=self._others)
                self._rule = RuleCard(self.document["rule"], around, lambda rule: self.put(rule=rule))
                self._people = People(user, w, w("People who match now"), self._more)
        self.make_readonly()
        self.seating.show()
        self._follow_counting()

    @property
    def readonly(self) -> bool:
        """Whether another page changes the draft, or it is put away."""
        return self.seating.readonly

    def _others(self) -> Known:
        """What the workspace knows, without this segment: it cannot ask for itself."""
        known = self.look.known
        return replace(known, segments={slug: name for slug, name in known.segments.items() if slug != self.slug})

    # ---- changing

    def put(self, **parts: Any) -> None:
        """Change parts of the document: stored and counted soon."""
        changed = {**self.document, **parts}
        if self.readonly or changed == self.document:
            return
        self.document = changed
        self._number += 1
        self.saving.put(self._number, changed)
        self._look_soon()

    def rename(self, name: str) -> None:
        """Another name, for what is live as well."""
        if name:
            self.put(name=name)

    def load(self, content: Document) -> None:
        self.document = content
        self.bar.show_name(str(content.get("name", "")))
        rule: Node | None = content.get("rule")
        if self._rule is not None and rule is not None:
            self._rule.show_rule(rule)
        self._look_soon()

    # ---- looking at it

    def _look_soon(self, after: float = COUNT_AFTER) -> None:
        """Count a moment after the last change; one count at a time, and the last one is shown. A count of what is not
        there any more is broken off."""
        self._again = True
        if self._looking is None or self._looking.done():
            self._looking = self.later(self._look_on(after))
        else:
            self.later(fetch(self._halt.now))

    async def _look_on(self, after: float) -> None:
        while self._again and not self.gone:
            await asyncio.sleep(after)
            self._again = False
            document, self._halt = self.document, Halt()
            try:
                found = await patiently(fetch(opened.look, self.user, self.slug, document, self._halt), self._wait)
            except Halted:
                continue
            if document is self.document and not self.gone:
                self.look = found
                self.show()
        self._follow_counting()

    def _wait(self) -> None:
        if self._rule is not None and not self.gone:
            self._rule.wait()

    def _follow_counting(self) -> None:
        live = self.look.live
        if live is not None and live.counting and not self.gone:
            self.later(self._look_after_a_while())

    async def _look_after_a_while(self) -> None:
        await asyncio.sleep(WHILE_COUNTING)
        if not self.gone:
            self._look_soon(0)

    def show(self) -> None:
        """What was counted and found wrong."""
        w, look = self.w, self.look
        self.bar.show_state(look.live)
        self.bar.show_publish(offered=not self.readonly and (look.live is None or differs(self.document, look.live)))
        if self._rule is not None:
            self._rule.show(look)
            complete = look.rule is not None
            nothing = w("Nobody matches now.") if complete else w("Complete the condition to see who matches.")
        elif look.live is None:
            nothing = w("Publish the list, then people can be put on it.")
        else:
            nothing = w("Nobody is on it yet.")
        if self.is_list:
            self._add.set_visibility(look.live is not None and not self.readonly)
        self._people.show(look.people, nothing, readonly=self.readonly)
        self._show_saving(self.saving.state)

    def make_readonly(self) -> None:
        """Let the parts follow whether this page may change the draft."""
        self.bar.make_readonly(readonly=self.readonly)
        if self._rule is not None:
            self._rule.make_readonly(readonly=self.readonly)
        self.show()

    async def _more(self, after: int) -> list[Contact]:
        return await fetch(opened.more, self.user, self.slug, self.document, after)

    # ---- storing and publishing

    async def _store(self, document: Document, rev: int) -> Draft:
        return await act(self.user, self._keep, document, rev)

    def _keep(self, document: Document, rev: int) -> Draft:
        house, workspace, user = self.user.house, self.user.workspace, self.user
        drafts = house.desk.drafts(workspace)
        before = self.saving.draft.name
        draft = drafts.save("segment", self.slug, document, rev, user.email, house.clock.now())
        if draft.name != before:
            publish.call(house, workspace, self.slug, draft.name)
        return draft

    def _stored(self, number: int, draft: Draft) -> None:
        self.seating.stored(draft)

    def _show_saving(self, state: State) -> None:
        if not self.gone:
            with self._work:
                self.seating.show_saving(state)

    async def publish(self) -> None:
        """Store it, look at it, and ask."""
        w = self.w
        if not await self.saving.flush():
            toast(w("Not everything is saved yet. Wait until it is."), kind="bad")
            return
        self.look = await fetch(opened.look, self.user, self.slug, self.document)
        self.show()
        bad = [problem for problem in self.look.problems if problem.level == "bad"]
        if bad or (self._rule is not None and self.look.rule is None):
            first = w.text(bad[0].phrase) if bad else w("A condition is not complete yet.")
            toast(w("It is not published. {why}", why=first), kind="bad")
            return
        if self.look.rule is None:
            await self._publish()
            return
        found = await fetch(opened.change, self.user, self.slug, self.look.rule)
        name, live = str(self.document["name"]), self.look.live is not None
        publishing.ask(name, found, self.look.problems, live=live, confirm=self._publish, w=w)

    async def _publish(self) -> None:
        w = self.w
        try:
            await act(self.user, publish.publish, self.user.house, self.user.workspace, self.slug, self.user.email)
        except publish.NotPublishable as refused:
            toast(w("It is not published. {why}", why=w.text(refused.problems[0].phrase)), kind="bad")
            return
        toast(w("Published. Flows and splits can ask for it now."))
        self._look_soon(0)

    # ---- a list

    def _put_on(self) -> None:
        put_on(self.user, self.w, self.slug, str(self.document["name"]), self._people_changed)

    async def _take_off(self, one: Contact) -> None:
        await take_off(self.user, self.w, self.slug, one, self._people_changed)

    def _people_changed(self) -> None:
        self._look_soon(0)
