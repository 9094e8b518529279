"""The desk: opens the drafts of a workspace, one writer at a time."""

import fcntl
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

from tinydb import TinyDB

from runtime.desk.drafts import Drafts, DraftTable
from runtime.desk.file import DeskFile, EditStorage, Generation, Tables, records

_GAP = 1000
"""More changes than a draft can have had within the generations that are kept."""


class _Book(TinyDB):
    table_class = DraftTable


class Desk:
    """The drafts of all workspaces, in `folder`: `<workspace>.json` each. Threads and processes may share the folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._cache: dict[int, tuple[tuple[int, int, int], Tables]] = {}
        self._held = threading.local()

    def drafts(self, workspace: int) -> Drafts:
        """The drafts of a workspace; each change is an edit of its own."""
        return Drafts(lambda: self._read(workspace), lambda: self._open(workspace))

    @contextmanager
    def edit(self, workspace: int) -> Iterator[Drafts]:
        """Several changes as one: the lock is held over reading, changing and writing, and nothing is written if the
        block raises. Others wait meanwhile, so do nothing slow inside. Raises DeskDamaged."""
        with self._open(workspace) as db:
            yield Drafts(lambda: db.storage.read() or {}, lambda: nullcontext(db))

    def generations(self, workspace: int) -> list[Generation]:
        """Earlier states of the workspace's file, newest first."""
        return self._file(workspace).generations()

    def restore_generation(self, workspace: int, number: int) -> None:
        """Go back to an earlier state. The present one becomes a generation or, if damaged, `<workspace>.damaged`.

        Raises KeyError if there is no such generation and DeskDamaged if it cannot be read either.
        """
        file = self._file(workspace)
        with self._lock(workspace):
            tables = file.read_generation(number)
            for _, _, record in records(tables):
                # A tab still open from before must not find its rev again on another document.
                if record.get("published_rev") == record["rev"]:
                    record["published_rev"] += _GAP
                record["rev"] += _GAP
            try:
                file.read()
            except Exception:  # noqa: BLE001 - whatever is wrong with it, it must not become a generation
                file.set_aside()
            file.write(tables)

    def _read(self, workspace: int) -> Tables:
        file = self._file(workspace)
        stamp = file.stamp()
        cached = self._cache.get(workspace)
        if stamp is not None and cached is not None and cached[0] == stamp:
            return cached[1]
        tables = file.read()
        # Only what was read between two equal stamps is known to belong to that stamp.
        if stamp is not None and file.stamp() == stamp:
            self._cache[workspace] = (stamp, tables)
        return tables

    @contextmanager
    def _open(self, workspace: int) -> Iterator[TinyDB]:
        with self._lock(workspace), _Book(self._file(workspace), storage=EditStorage) as db:
            yield db
            db.storage.commit()

    @contextmanager
    def _lock(self, workspace: int) -> Iterator[None]:
        held: set[int] = self._held.__dict__.setdefault("workspaces", set())
        if workspace in held:
            raise RuntimeError("This workspace's desk is being edited here already: use the drafts that edit() gave")
        self._folder.mkdir(parents=True, exist_ok=True)
        # A lock belongs to an open file description, so each edit opens its own: threads exclude one another too.
        lock = os.open(self._folder / f"{workspace}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            held.add(workspace)
            yield
        finally:
            held.discard(workspace)
            os.close(lock)

    def _file(self, workspace: int) -> DeskFile:
        return DeskFile(self._folder / f"{workspace}.json")
