"""An old version back as the draft: asked where e-mails are not what they were, and with an undo."""

from collections.abc import Awaitable, Callable
from functools import partial

from nicegui import ui

from builder.access import Visitor, act, fetch
from builder.drafting.pen import PRESENCE
from builder.flow_editor.trail import follow_replaced
from builder.parts.controls import button
from builder.parts.dialog import choice, dialog
from builder.parts.tag import Tag, icon, tag
from builder.parts.toast import toast
from runtime.desk import ChangedElsewhere
from runtime.engine.publishing.restore import Emails, NotOnTheDesk, OldEmail, Restored, other_emails, restore, take_back
from runtime.insight.versions import Version
from runtime.words import Words


class Deeds:
    """For one flow; `then` draws the page again."""

    def __init__(self, user: Visitor, w: Words, slug: str, then: Callable[[], Awaitable[None]]) -> None:
        self._user, self._w, self._slug, self._then = user, w, slug, then

    async def restore(self, version: Version) -> None:
        """Ask about its e-mails if need be, then do it."""
        drafts = self._user.house.desk.drafts(self._user.workspace)
        emails = await fetch(other_emails, drafts, version)
        if emails:
            self._ask(version, emails)
        else:
            await self._restore(version, "as_they_were")

    def _ask(self, version: Version, emails: list[OldEmail]) -> None:
        w = self._w
        chosen: list[Emails] = ["as_they_were"]
        changed = [one for one in emails if not one.gone]

        async def go() -> None:
            box.close()
            await self._restore(version, chosen[0])

        def choose(emails: Emails) -> None:
            chosen[0] = emails
            for card, name in cards:
                on = name == emails
                card.classes(add="is-on") if on else card.classes(remove="is-on")
                card.set(aria_checked="true" if on else "false")

        title = w("Make version {n} the draft again?", n=version.number)
        text = w("What is live now stays as it is until you publish.")
        with dialog(title, text, close=w("Close")) as box:
            with tag("ul", "ve-emails"):
                for one in emails:
                    with tag("li", "cw-row"):
                        icon("mail", "s")
                        tag("span", "cw-grow cw-trunc", one.name)
                        tag("span", "cw-cap", w("Gone since") if one.gone else w("Changed since"))
            cards: list[tuple[Tag, Emails]] = []
            if changed:
                with tag("div", "cw-grid", role="radiogroup", aria_label=w("E-mails")):
                    was = w("They come along as new drafts. Those of today stay for other Flows.")
                    now = w("The Flow sends them as they stand today.")
                    if len(changed) < len(emails):
                        now = w("The Flow sends them as they stand today. Those that are gone come back as new drafts.")
                    old: Emails = "as_they_were"
                    today: Emails = "as_they_are"
                    cards = [
                        (choice(w("E-mails as they were"), was, chosen=True, on_click=partial(choose, old)), old),
                        (
                            choice(w("E-mails as they are today"), now, chosen=False, on_click=partial(choose, today)),
                            today,
                        ),
                    ]
            else:
                tag("p", "cw-13", w("They come back as new drafts."))
            with box.footer:
                tag("span", "cw-grow")
                button(w("Not yet"), box.close)
                button(w("Restore"), go, kind="primary")

    async def _restore(self, version: Version, emails: Emails) -> None:
        user, w, n = self._user, self._w, version.number
        await self._let_editors_store()
        copied = w("{name} (version {n})", name="{name}", n=n)
        try:
            done = await act(
                user,
                restore,
                user.house,
                user.workspace,
                self._slug,
                n,
                user.email,
                emails=emails,
                copied=copied,
            )
        except NotOnTheDesk:
            toast(w("This Flow is archived or in the bin. Bring it back first, in the list of Flows."), kind="bad")
            return
        follow_replaced(user, self._slug, done.before, done.draft)
        PRESENCE.tell(self._key, None, done.draft)
        await self._then()
        said = w("Version {n} is the draft now. Nothing live has changed.", n=n)
        toast(said, action=w("Undo"), on_action=partial(self._take_back, done))

    async def _take_back(self, done: Restored) -> None:
        user, w = self._user, self._w
        await self._let_editors_store()
        try:
            draft = await act(user, take_back, user.house, user.workspace, done, user.email)
        except ChangedElsewhere as changed:
            text = w("{who} has changed the draft since, so it was left as it is.", who=changed.draft.changed_by)
            toast(text, action=w("Open"), on_action=lambda: ui.navigate.to(f"/flows/{self._slug}"), kind="bad")
            return
        follow_replaced(user, self._slug, done.draft, draft)
        PRESENCE.tell(self._key, None, draft)
        await self._then()
        toast(w("The draft is as it was."))

    @property
    def _key(self) -> tuple[int, str, str]:
        return self._user.workspace, "flow", self._slug

    async def _let_editors_store(self) -> None:
        """What an open editor has not stored yet belongs to the draft that the undo brings back."""
        holder = PRESENCE.holder(self._key)
        if holder is not None and holder.there():
            await holder.flush()
