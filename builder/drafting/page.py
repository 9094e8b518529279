"""The page of one draft: what its seat has to know of it, and how it does what takes a while."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Coroutine
from typing import Any, Generic, Protocol, TypeVar

from nicegui import background_tasks
from nicegui.element import Element

from builder.access import Visitor
from builder.drafting.autosave import Autosave
from builder.drafting.saved import Saved
from runtime.words import Words

Content = TypeVar("Content")
"""What a draft holds: a flow, an e-mail, the document of a segment."""


class Bar(Protocol):
    """Where a page says whether everything is saved."""

    saved: Saved


class Page(ABC):
    """What draws itself into `work`, an editor of the draft with this slug."""

    saving: Autosave
    bar: Bar

    def __init__(self, user: Visitor, slug: str, work: Element, w: Words) -> None:
        self.user = user
        self.slug = slug
        self.w = w
        self._work = work

    @property
    @abstractmethod
    def readonly(self) -> bool:
        """Whether another page changes the draft, or it is put away."""

    @abstractmethod
    def make_readonly(self) -> None:
        """Let the parts follow whether this page may change the draft."""

    @property
    def gone(self) -> bool:
        """Whether the page was closed."""
        return self._work.is_deleted

    def later(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[None]:
        """Do something that takes a while, with the page as its context."""

        async def here() -> None:
            with self._work:
                await work

        return background_tasks.create(here(), name=type(self).__name__, context=self._work)


class WholePage(Page, Generic[Content]):
    """A page that has the whole draft in its hands. (A flow's is in those of the browser.)"""

    @abstractmethod
    def load(self, content: Content) -> None:
        """Another document in place of this one: theirs after a conflict, or what another page has stored."""
