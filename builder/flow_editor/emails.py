"""The e-mails of the desk, for the form of a block that sends one."""

from collections.abc import Callable
from typing import Any

from nicegui import ui

from blocks.phrase import say
from builder.access import Visitor, act
from builder.forms.around import EmailPicture
from runtime.desk import Drafts
from runtime.mail import EmailDocument
from runtime.mail.tags import glimpse
from runtime.words import Words


class DeskEmails:
    """`before_leaving` is awaited before the page leads to the e-mail studio, so that the draft is stored by then."""

    def __init__(self, user: Visitor, w: Words, back: str, before_leaving: Callable[[], Any]) -> None:
        self._user = user
        self._w = w
        self._back = back
        self._before_leaving = before_leaving

    def picture(self, slug: str) -> EmailPicture | None:
        """What the thumbnail shows."""
        draft = self._drafts().get("email", slug)
        if draft is None:
            return None
        sections = draft.document.get("sections") or []
        brand = self._drafts().get("brand", "brand")
        subject = glimpse(str(draft.document.get("subject") or ""))
        return EmailPicture(
            name=draft.name,
            subject=self._w.text(subject) if subject is not None else "",
            lines=[str(section.get("kind", "")) for section in sections if isinstance(section, dict)],
            colour=str(brand.document.get("primary", "")) if brand is not None else "",
        )

    def edit_href(self, slug: str) -> str:
        """The studio, which leads back here."""
        return f"/emails/{slug}?back={self._back}"

    async def new(self, then: Callable[[str], Any]) -> None:
        """Make an empty e-mail, choose it, and lead to the studio."""
        slug = await act(self._user, self._create)
        then(slug)
        await self._before_leaving()
        ui.navigate.to(self.edit_href(slug))

    def _create(self) -> str:
        house = self._user.house
        name = self._w.text(say("New e-mail"))
        document = EmailDocument(name=name).model_dump(mode="json")
        made = self._drafts().create("email", name, document, self._user.email, house.clock.now())
        return made.slug

    def _drafts(self) -> Drafts:
        return self._user.house.desk.drafts(self._user.workspace)
