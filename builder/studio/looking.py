"""Making the preview and asking the checks, one after the other, in threads, always for the newest state."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from nicegui import background_tasks
from nicegui.element import Element

from builder.access import Visitor, fetch
from builder.studio.checks import Checked, check
from builder.studio.marks import marked, unmarked
from builder.studio.people import Example
from runtime.delivery import preview
from runtime.engine.publishing.known import brand_of
from runtime.mail import Brand, EmailDocument, MailError, MergeField, Rendered
from runtime.words import words


@dataclass(frozen=True, slots=True)
class Asked:
    """What is looked at: an e-mail, as whom, and the fields it may use."""

    document: EmailDocument
    example: Example
    fields: Sequence[MergeField]


@dataclass(frozen=True, slots=True)
class Seen:
    """An e-mail (with marks) as one contact would get it, or why it cannot be made."""

    document: EmailDocument
    brand: Brand
    rendered: Rendered | None
    broken: MailError | None = None

    @property
    def size(self) -> int:
        """Of the HTML as it would be sent, in bytes."""
        return len(unmarked(self.rendered.html).encode()) if self.rendered is not None else 0


class Looking:
    """`ask` says what to look at, `on_seen` and `on_checked` show what came of it, in the page of `inside`."""

    def __init__(
        self,
        user: Visitor,
        inside: Element,
        ask: Callable[[], Asked],
        on_seen: Callable[[Seen], Any],
        on_checked: Callable[[Checked], Any],
    ) -> None:
        self._user = user
        self._inside = inside
        self._ask = ask
        self._on_seen = on_seen
        self._on_checked = on_checked
        self._stale = False
        self._task: asyncio.Task[Any] | None = None

    def soon(self) -> None:
        """Look anew; changes that come meanwhile are in the next look."""
        self._stale = True
        if self._task is None or self._task.done():
            self._task = background_tasks.create(self._look(), name="email-preview", context=self._inside)

    async def _look(self) -> None:
        while self._stale and not self._inside.is_deleted:
            self._stale = False
            asked = self._ask()
            seen = await fetch(self._make, asked)
            if self._inside.is_deleted:
                return
            with self._inside:
                self._on_seen(seen)
            if self._stale:
                continue
            checked = await fetch(check, asked.document, seen.brand, asked.fields, seen.size)
            if not self._stale and not self._inside.is_deleted:
                with self._inside:
                    self._on_checked(checked)

    def _make(self, asked: Asked) -> Seen:
        house, workspace = self._user.house, self._user.workspace
        brand = brand_of(house, workspace)
        example, w = asked.example, words(self._user.language)
        try:
            empty = w(
                "Empty, because what this is shown for holds no products. Choose another Contact or another Event above."
            )
            document = marked(asked.document, empty)
            rendered = preview(house, workspace, document, brand, example.contact, example.event)
        except MailError as broken:
            return Seen(asked.document, brand, None, broken)
        return Seen(asked.document, brand, rendered)
