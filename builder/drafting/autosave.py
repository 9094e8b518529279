"""Saving what is drawn, by itself and in order, and saying honestly how that goes."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Literal

from runtime.desk import ChangedElsewhere, Draft

PAUSE = 0.4
"""Seconds between two saves of a draft. Every save is a file with two fsyncs, and one more generation."""
AGAIN = 5.0
"""Seconds until a save that failed is tried again."""

Document = dict[str, Any]
State = Literal["saved", "saving", "failed", "conflict"]
Store = Callable[[Document, int], Awaitable[Draft]]


class Autosave:
    """Stores the newest document, never an older one after it, and never over what somebody else saved.

    `store(document, rev)` saves what was made from `rev`. `on_stored(number, draft)` says that everything up to `number`
    is on disk, `on_state(state)` what to show. After a conflict nothing is stored until `go_on`.
    """

    def __init__(
        self,
        draft: Draft,
        store: Store,
        on_stored: Callable[[int, Draft], Any],
        on_state: Callable[[State], Any],
        *,
        pause: float = PAUSE,
        again: float = AGAIN,
    ) -> None:
        self.draft = draft
        self.state: State = "saved"
        self.theirs: Draft | None = None
        """What somebody else saved, while that is not settled."""
        self.failure: Exception | None = None
        self._store = store
        self._on_stored = on_stored
        self._on_state = on_state
        self._pause = pause
        self._again = again
        self._next: tuple[int, Document] | None = None
        self._task: asyncio.Task[None] | None = None
        self._hurry = asyncio.Event()

    @property
    def pending(self) -> Document | None:
        """What is not stored yet."""
        return self._next[1] if self._next is not None else None

    def put(self, number: int, document: Document) -> None:
        """Store this next. `number` counts the browser's changes."""
        self._next = (number, document)
        if self.state == "conflict":
            return
        self._show("saving" if self.state != "failed" else "failed")
        if self._task is None or self._task.done():
            self._hurry.clear()
            self._task = asyncio.create_task(self._run())

    async def flush(self) -> bool:
        """Store at once; whether everything is stored now."""
        if self._task is not None and not self._task.done() and self.state == "saving":
            self._hurry.set()
            await asyncio.shield(self._task)
        return self.state == "saved"

    def go_on(self, draft: Draft) -> None:
        """Forget what could not be stored and go on from `draft`."""
        self.draft, self.theirs, self._next = draft, None, None
        self._show("saved")

    async def _run(self) -> None:
        await self._wait(self._pause)
        while self._next is not None:
            number, document = self._next
            try:
                draft = await self._store(document, self.draft.rev)
            except ChangedElsewhere as changed:
                self.theirs = changed.draft
                self._show("conflict")
                return
            except Exception as failure:  # noqa: BLE001 - a full disk, a locked file: whatever it is, it is tried again
                self.failure = failure
                self._show("failed")
                await self._wait(self._again)
                continue
            self.draft, self.failure = draft, None
            if self._next == (number, document):
                self._next = None
            self._on_stored(number, draft)
            self._show("saved" if self._next is None else "saving")
            if self._next is not None:
                await self._wait(self._pause)

    async def _wait(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self._hurry.wait(), seconds)
        except TimeoutError:
            return

    def _show(self, state: State) -> None:
        self.state = state
        self._on_state(state)
