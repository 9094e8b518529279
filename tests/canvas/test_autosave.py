"""Saving by itself: the newest state, in order, never over somebody else's, and never a lie about it."""

import asyncio
from typing import Any

import pytest

from builder.drafting.autosave import Autosave
from runtime.desk import ChangedElsewhere, Draft

Document = dict[str, Any]


def draft(rev: int, document: Document | None = None, by: str = "Hannah") -> Draft:
    return Draft("flow", "cart", "Cart", document or {}, rev, "active", 0, rev, by)


class Shelf:
    """A desk with one draft on it, which can be slow, full, or changed by somebody else."""

    def __init__(self) -> None:
        self.draft = draft(1)
        self.written: list[Document] = []
        self.trouble: Exception | None = None
        self.busy = asyncio.Event()
        self.busy.set()

    async def store(self, document: Document, rev: int) -> Draft:
        await self.busy.wait()
        if self.trouble is not None:
            raise self.trouble
        if rev != self.draft.rev:
            raise ChangedElsewhere(self.draft)
        self.written.append(document)
        self.draft = draft(rev + 1, document)
        return self.draft


class Watched(Autosave):
    """Remembers what it said."""

    def __init__(self, shelf: Shelf) -> None:
        self.told: list[str] = []
        self.acked: list[int] = []
        super().__init__(
            shelf.draft,
            shelf.store,
            lambda number, _: self.acked.append(number),
            self.told.append,
            pause=0.01,
            again=0.02,
        )


async def until(condition: Any) -> None:
    async with asyncio.timeout(5):
        while not condition():
            await asyncio.sleep(0.005)


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


async def test_a_change_is_stored_and_said_to_be(shelf: Shelf) -> None:
    saving = Watched(shelf)
    saving.put(1, {"name": "Cart"})
    assert saving.told == ["saving"]
    await until(lambda: saving.state == "saved")
    assert shelf.written == [{"name": "Cart"}]
    assert saving.acked == [1]
    assert saving.pending is None


async def test_quick_changes_are_one_write_of_the_newest(shelf: Shelf) -> None:
    saving = Watched(shelf)
    for number in range(1, 20):
        saving.put(number, {"number": number})
    await until(lambda: saving.state == "saved")
    assert shelf.written == [{"number": 19}]
    assert saving.acked == [19]


async def test_what_is_drawn_while_the_disk_is_slow_is_stored_afterwards(shelf: Shelf) -> None:
    saving = Watched(shelf)
    shelf.busy.clear()
    saving.put(1, {"number": 1})
    await asyncio.sleep(0.03)
    saving.put(2, {"number": 2})
    shelf.busy.set()
    await until(lambda: saving.acked == [1, 2])
    assert saving.told[-1] == "saved"
    # It never said "saved" while something was not: after the first answer it was still saving.
    assert "saved" not in saving.told[:-1]


async def test_a_full_disk_is_said_and_tried_again_until_it_works(shelf: Shelf) -> None:
    saving = Watched(shelf)
    shelf.trouble = OSError(28, "No space left on device")
    saving.put(1, {"number": 1})
    await until(lambda: saving.state == "failed")
    assert saving.pending == {"number": 1}
    saving.put(2, {"number": 2})
    assert saving.state == "failed"
    shelf.trouble = None
    await until(lambda: str(saving.state) == "saved")
    assert shelf.written == [{"number": 2}]
    assert saving.failure is None


async def test_what_somebody_else_saved_is_not_overwritten(shelf: Shelf) -> None:
    saving = Watched(shelf)
    shelf.draft = draft(7, {"by": "Somchai"}, by="Somchai")
    saving.put(1, {"by": "Hannah"})
    await until(lambda: saving.state == "conflict")
    saving.put(2, {"by": "Hannah again"})
    await asyncio.sleep(0.05)
    assert shelf.written == []
    assert saving.theirs is not None
    assert saving.theirs.changed_by == "Somchai"
    assert saving.pending == {"by": "Hannah again"}
    saving.go_on(saving.theirs)
    saving.put(3, {"by": "Hannah, after Somchai"})
    await until(lambda: saving.state == "saved")
    assert shelf.written == [{"by": "Hannah, after Somchai"}]


async def test_flush_does_not_wait_for_the_pause(shelf: Shelf) -> None:
    saving = Autosave(shelf.draft, shelf.store, lambda *_: None, lambda _: None, pause=60)
    saving.put(1, {"number": 1})
    async with asyncio.timeout(2):
        assert await saving.flush()
    assert shelf.written == [{"number": 1}]
    assert await saving.flush()
