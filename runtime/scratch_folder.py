"""The folders in which backtests keep their ledgers, and how those of killed ones are found: a lock ends with its process."""

import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PREFIX = "backtest-"
_LOCK = "in use"
_YOUNG = 60.0
"""Seconds within which a folder may not have its lock yet."""


@contextmanager
def scratch_folder(data: Path) -> Iterator[Path]:
    """A folder in the data folder that is gone afterwards, or at the next `sweep` if this process is killed."""
    with tempfile.TemporaryDirectory(prefix=PREFIX, dir=data) as name:
        lock = _locked(Path(name))
        try:
            yield Path(name)
        finally:
            if lock is not None:
                os.close(lock)


def sweep(data: Path) -> int:
    """Remove the folders that nobody uses any more. Returns how many there were."""
    removed = 0
    for folder in data.glob(f"{PREFIX}*"):
        try:
            if not folder.is_dir() or folder.is_symlink() or time.time() - folder.stat().st_mtime < _YOUNG:
                continue
            lock = _locked(folder)
        except FileNotFoundError:  # whoever used it has just removed it
            continue
        if lock is not None:
            shutil.rmtree(folder, ignore_errors=True)
            os.close(lock)
            removed += 1
    return removed


def _locked(folder: Path) -> int | None:
    """The lock of a folder, as an open file; None if somebody else has it."""
    lock = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        return None
    return lock
