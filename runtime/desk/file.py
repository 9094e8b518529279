"""A workspace's drafts on disk: never half written, and with the states before it kept for when a disk lies.

A change is written to a new file, forced to disk and renamed over the old one, so that a reader sees either state and a
`kill -9` leaves the old one. The old file stays as a generation (a hard link: it costs no copying).
"""

import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
from tinydb.storages import Storage

GENERATIONS = 10
Tables = dict[str, dict[str, Any]]
_NEEDED = {"name": str, "rev": int, "state": str, "created_at": int, "changed_at": int, "document": dict}


class DeskDamaged(Exception):
    """The file cannot be read. The message says where it is, what is safe and what to do; `good` are the generations."""

    def __init__(self, path: Path, why: str, good: list[int]) -> None:
        if good:
            remedy = f"Generation {good[0]}, from before the last change, is whole and can be restored."
        else:
            remedy = "No earlier generation is kept. Put the file back from a backup."
        super().__init__(
            f"The drafts in {path} cannot be read: {why}. Nothing was changed. Published Flows, Contacts, Runs and "
            f"Messages are in the database and are safe. {remedy}"
        )
        self.path = path
        self.good = good


@dataclass(frozen=True, slots=True)
class Generation:
    """An earlier state. `written_at` is UTC microseconds; `drafts` is how many it holds, None if it is damaged too."""

    number: int
    written_at: int
    drafts: int | None


class DeskFile:
    """The file of one workspace and its generations. Whoever writes must hold the workspace's lock."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._earlier = path.with_suffix(".earlier")
        self._new = path.with_suffix(".new")

    def stamp(self) -> tuple[int, int, int] | None:
        """What tells one state of the file from another without reading it. None if there is no file."""
        try:
            found = self.path.stat()
        except FileNotFoundError:
            return None
        return found.st_mtime_ns, found.st_ino, found.st_size

    def read(self) -> Tables:
        """Every table. Empty where nothing was ever saved. Raises DeskDamaged."""
        try:
            return _parse(self.path.read_bytes())
        except FileNotFoundError:
            if not self._numbers():
                return {}
            raise DeskDamaged(self.path, "the file is gone", self._good()) from None
        except ValueError as why:
            raise DeskDamaged(self.path, str(why), self._good()) from None

    def write(self, tables: Mapping[str, Any]) -> None:
        """Replace the file. Returns when the new state would survive a power cut."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self._new.open("wb") as handle:
            handle.write(_dump(tables))
            handle.flush()
            os.fsync(handle.fileno())
        self._keep()
        self._new.replace(self.path)
        _sync_folder(self.path.parent)

    def generations(self) -> list[Generation]:
        """The earlier states, newest first."""
        found = []
        for number in self._numbers():
            file = self._file(number)
            try:
                drafts: int | None = sum(
                    len(table) for name, table in _parse(file.read_bytes()).items() if name != "spent"
                )
            except ValueError:
                drafts = None
            found.append(Generation(number, file.stat().st_mtime_ns // 1000, drafts))
        return found

    def read_generation(self, number: int) -> Tables:
        """An earlier state. Raises DeskDamaged if it cannot be read, KeyError if it is not kept."""
        file = self._file(number)
        try:
            return _parse(file.read_bytes())
        except FileNotFoundError:
            raise KeyError(f"There is no generation {number}") from None
        except ValueError as why:
            raise DeskDamaged(file, str(why), [good for good in self._good() if good != number]) from None

    def set_aside(self) -> None:
        """Move a damaged file out of the way, so that it does not become a generation and can still be looked at."""
        if self.path.exists():
            self.path.replace(self.path.with_suffix(".damaged"))

    def _keep(self) -> None:
        if not self.path.exists():
            return
        numbers = self._numbers()
        self._earlier.mkdir(exist_ok=True)
        kept = self._file(numbers[0] + 1 if numbers else 1)
        try:
            os.link(self.path, kept)
        except OSError:  # A folder shared into a container may not know hard links.
            shutil.copy2(self.path, kept)
        for old in numbers[GENERATIONS - 1 :]:
            self._file(old).unlink(missing_ok=True)

    def _file(self, number: int) -> Path:
        return self._earlier / f"{number}.json"

    def _numbers(self) -> list[int]:
        if not self._earlier.is_dir():
            return []
        return sorted((int(file.stem) for file in self._earlier.glob("*.json") if file.stem.isdigit()), reverse=True)

    def _good(self) -> list[int]:
        return [generation.number for generation in self.generations() if generation.drafts is not None]


class EditStorage(Storage):
    """What TinyDB reads and writes during one edit: the file is read once and written once, when the edit succeeded."""

    def __init__(self, file: DeskFile) -> None:
        self._file = file
        self._tables = file.read()
        self._changed = False

    def read(self) -> Tables | None:
        return self._tables or None

    def write(self, data: Tables) -> None:
        self._tables = data
        self._changed = True

    def commit(self) -> None:
        """Write what the edit changed, if anything."""
        if self._changed:
            self._file.write(self._tables)


def records(tables: Tables) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Every draft as (kind, slug, record)."""
    for kind, table in tables.items():
        if kind != "spent":
            for slug, record in table.items():
                yield kind, slug, record


def _parse(raw: bytes) -> Tables:
    if not raw.strip(b"\0 \n"):
        raise ValueError("it is empty")
    tables: Tables = orjson.loads(raw)
    if not isinstance(tables, dict) or not all(isinstance(table, dict) for table in tables.values()):
        raise ValueError("it is not a file of drafts")
    for kind, slug, record in records(tables):
        for key, type_ in _NEEDED.items():
            if not isinstance(record, dict) or not isinstance(record.get(key), type_):
                raise ValueError(f"{kind} {slug!r} has no {key}")
    return tables


def _dump(tables: Mapping[str, Any]) -> bytes:
    try:
        return orjson.dumps(tables, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    except TypeError:
        # A browser may cut an emoji in half; the lone half cannot be stored as UTF-8 and becomes "?".
        return orjson.dumps(whole(tables), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def whole(value: Any) -> Any:
    """The same JSON value without halves of characters."""
    match value:
        case str():
            return value.encode("utf-8", "replace").decode()
        case Mapping():
            return {whole(key): whole(inner) for key, inner in value.items()}
        case list() | tuple():
            return [whole(inner) for inner in value]
    return value


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
