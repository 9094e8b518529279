"""The drafts of one workspace: look at them, change them."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import asdict
from typing import Any, cast

import orjson
from tinydb import TinyDB
from tinydb.table import Document, Table

from runtime.clock import DAY
from runtime.desk.draft import ChangedElsewhere, Draft, Kind, NoSuchDraft, SlugTaken, State
from runtime.desk.file import Tables, whole
from runtime.desk.slugs import slug_for

KEPT_IN_BIN = 30 * DAY
"""How long a draft stays in the bin before it is removed for good (microseconds)."""


class DraftTable(Table):
    """Documents under ids of ours: the draft's slug."""

    document_id_class = str  # type: ignore[assignment]


class Drafts:
    """The drafts of one workspace. Each change is one locked read-change-write of the file; reading needs no lock.

    `by` is whoever changes something (an e-mail address, or the name of a command), `now` UTC microseconds. Everything
    here raises DeskDamaged when the file cannot be read. A change is two fsyncs: a few milliseconds, so a page that
    must not stall calls it in a thread.
    """

    def __init__(self, read: Callable[[], Tables], edit: Callable[[], AbstractContextManager[TinyDB]]) -> None:
        self._read = read
        self._edit = edit

    def list(self, kind: Kind, state: State = "active") -> list[Draft]:
        """Drafts in this state, the one changed last first."""
        table = self._read().get(kind, {})
        found = [_draft(kind, slug, record) for slug, record in table.items() if record["state"] == state]
        return sorted(found, key=lambda draft: (-draft.changed_at, draft.slug))

    def get(self, kind: Kind, slug: str) -> Draft | None:
        """The draft, whatever its state, or None."""
        record = self._read().get(kind, {}).get(slug)
        return None if record is None else _draft(kind, slug, record)

    def create(
        self, kind: Kind, name: str, document: dict[str, Any], by: str, now: int, slug: str | None = None
    ) -> Draft:
        """A new draft. The slug is made from the name unless given; raises SlugTaken if the given one is not free."""
        with self._edit() as db:
            return _insert(db, kind, name, document, by, now, slug)

    def save(
        self, kind: Kind, slug: str, document: dict[str, Any], rev: int, by: str, now: int, name: str | None = None
    ) -> Draft:
        """Replace the document that was read at `rev`; 0 if there was none, and then it is created.

        Raises ChangedElsewhere if it was changed since `rev`, so that two tabs cannot overwrite one another, and
        NoSuchDraft if it was removed.
        """
        with self._edit() as db:
            table = _table(db, kind)
            if rev == 0 and _find(table, slug) is None:
                return _insert(db, kind, name or slug, document, by, now, slug)
            draft = _existing(table, kind, slug)
            if draft.rev != rev:
                raise ChangedElsewhere(draft)
            name = name or _own_name(document) or draft.name
            return _change(table, draft, by, now, document=_named(document, name), name=name)

    def rename(self, kind: Kind, slug: str, name: str, by: str, now: int) -> Draft:
        """Give it another name; the slug stays. Counts as published if it was."""
        with self._edit() as db:
            table = _table(db, kind)
            draft = _existing(table, kind, slug)
            document = _named(draft.document, name)
            return _change(table, draft, by, now, carry=True, name=name, document=document)

    def duplicate(self, kind: Kind, slug: str, name: str, by: str, now: int) -> Draft:
        """A new, unpublished draft with the same document."""
        with self._edit() as db:
            draft = _existing(_table(db, kind), kind, slug)
            return _insert(db, kind, name, draft.document, by, now, None)

    def archive(self, kind: Kind, slug: str, by: str, now: int) -> Draft:
        """Out of the way, kept for ever."""
        return self._move(kind, slug, "archived", by, now)

    def restore(self, kind: Kind, slug: str, by: str, now: int) -> Draft:
        """Back from the archive or the bin."""
        return self._move(kind, slug, "active", by, now)

    def bin(self, kind: Kind, slug: str, by: str, now: int) -> Draft:
        """Into the bin, from which `restore` brings it back for as long as `KEPT_IN_BIN`."""
        return self._move(kind, slug, "bin", by, now)

    def empty_bin(self, older_than: int) -> int:
        """Remove for good what was put into the bin before `older_than`. Returns how many drafts that were.

        Their slugs stay taken: the ledger remembers published flows by them.
        """
        with self._edit() as db:
            spent = db.table("spent", cache_size=0)
            removed = 0
            for kind in sorted(db.tables() - {"spent"}):
                table = _table(db, kind)
                old = [doc for doc in table.all() if doc["state"] == "bin" and doc["changed_at"] < older_than]
                for doc in old:
                    slug = cast(str, doc.doc_id)
                    spent.upsert(Document({}, cast(int, f"{kind}/{slug}")))
                    table.remove(doc_ids=[doc.doc_id])
                removed += len(old)
            return removed

    def mark_published(self, kind: Kind, slug: str, rev: int) -> Draft:
        """Note that the document of `rev` is what was published. Is no change of the draft."""
        with self._edit() as db:
            table = _table(db, kind)
            _existing(table, kind, slug)
            table.update({"published_rev": rev}, doc_ids=[cast(int, slug)])
            return _existing(table, kind, slug)

    def put(self, kind: Kind, slug: str, name: str, document: dict[str, Any], by: str, now: int) -> Draft:
        """Create it under this slug, or replace its document whatever its rev: for imports and samples."""
        with self._edit() as db:
            table = _table(db, kind)
            if _find(table, slug) is None:
                db.table("spent", cache_size=0).remove(doc_ids=[cast(int, f"{kind}/{slug}")])
                return _insert(db, kind, name, document, by, now, slug)
            draft = _existing(table, kind, slug)
            return _change(table, draft, by, now, document=_named(document, name), name=name, state="active")

    def _move(self, kind: Kind, slug: str, state: State, by: str, now: int) -> Draft:
        with self._edit() as db:
            table = _table(db, kind)
            draft = _existing(table, kind, slug)
            return draft if draft.state == state else _change(table, draft, by, now, carry=True, state=state)


def _table(db: TinyDB, kind: str) -> Table:
    return db.table(kind, cache_size=0)


def _find(table: Table, slug: str) -> Document | None:
    return table.get(doc_id=cast(int, slug))


def _existing(table: Table, kind: Kind, slug: str) -> Draft:
    record = _find(table, slug)
    if record is None:
        raise NoSuchDraft(kind, slug)
    return _draft(kind, slug, dict(record))


def _insert(db: TinyDB, kind: Kind, name: str, document: dict[str, Any], by: str, now: int, slug: str | None) -> Draft:
    table = _table(db, kind)
    prefix = f"{kind}/"
    spent = {str(doc.doc_id).removeprefix(prefix) for doc in db.table("spent", cache_size=0)}
    taken = {str(doc.doc_id) for doc in table} | spent
    if slug is not None and slug in taken:
        raise SlugTaken(kind, slug)
    slug = slug or slug_for(name, kind, taken)
    draft = Draft(kind, slug, name, whole(_named(document, name)), 1, "active", now, now, by)
    table.insert(Document(_record(draft), cast(int, slug)))
    return draft


def _change(table: Table, draft: Draft, by: str, now: int, *, carry: bool = False, **changes: Any) -> Draft:
    """Write the next rev. `carry`: what is published stays up to date, because the document's substance is the same."""
    published = draft.published_rev
    if carry and published == draft.rev:
        published = draft.rev + 1
    changes |= {"rev": draft.rev + 1, "changed_at": now, "changed_by": by, "published_rev": published}
    record = whole({**_record(draft), **changes})
    table.upsert(Document(record, cast(int, draft.slug)))
    return _draft(draft.kind, draft.slug, record)


def _own_name(document: dict[str, Any]) -> str | None:
    name = document.get("name")
    return name if isinstance(name, str) and name else None


def _named(document: dict[str, Any], name: str) -> dict[str, Any]:
    """A document that carries its own name, as a flow does, carries the draft's."""
    return {**document, "name": name} if "name" in document else document


def _record(draft: Draft) -> dict[str, Any]:
    record = asdict(draft)
    del record["kind"], record["slug"]
    # The document last: the file is read by people, too.
    return {**{key: value for key, value in record.items() if key != "document"}, "document": record["document"]}


def _draft(kind: str, slug: str, record: dict[str, Any]) -> Draft:
    return Draft(
        kind=cast(Kind, kind),
        slug=slug,
        name=record["name"],
        # A copy by way of JSON is several times faster than a deep copy, and the cache must not be changed by callers.
        document=orjson.loads(orjson.dumps(record["document"])),
        rev=record["rev"],
        state=record["state"],
        created_at=record["created_at"],
        changed_at=record["changed_at"],
        changed_by=record.get("changed_by", ""),
        published_rev=record.get("published_rev"),
    )
