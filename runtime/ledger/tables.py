"""Every table of the ledger.

Instants are UTC microseconds since 1970 (`*_at`). Every row belongs to a workspace. States are small words, and the
partial indexes name them, so that what is finished costs nothing. Ids come from `ids.reserve`: one number line for all
tables, taken in blocks, so that a batch knows its ids before it is written.
"""

from collections.abc import Callable
from typing import Any

import orjson
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeEngine

metadata = MetaData()

Int = BigInteger().with_variant(Integer(), "sqlite")
"""64 bits on both; only "INTEGER PRIMARY KEY" is SQLite's own row number, which spares an index a table."""


class Json(TypeDecorator[Any]):
    """A JSON value: text on SQLite, JSONB on PostgreSQL. A `str` that is bound is taken as JSON already written."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(JSONB() if dialect.name == "postgresql" else Text())

    # Both replace JSONB's own: it would write our text once more.
    def bind_processor(self, dialect: Dialect) -> Callable[[Any], str | None]:
        return _write_json

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any]:
        return _read_json


def _write_json(value: Any) -> str | None:
    return value if value is None or isinstance(value, str) else orjson.dumps(value).decode()


def _read_json(value: Any) -> Any:
    return orjson.loads(value) if isinstance(value, str) else value


def _id() -> Column[int]:
    return Column("id", Int, primary_key=True, autoincrement=False)


def _partial(name: str, *columns: str, where: str, unique: bool = False) -> Index:
    """An index of only those rows for which `where` holds; used only by queries that repeat its words."""
    return Index(name, *columns, unique=unique, sqlite_where=text(where), postgresql_where=text(where))


def _workspace() -> Column[int]:
    return Column("workspace", Int, nullable=False)


counter = Table("counter", metadata, Column("name", Text, primary_key=True), Column("next", Int, nullable=False))

workspace = Table(
    "workspace",
    metadata,
    _id(),
    Column("slug", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("zone", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("currency", Text, nullable=False),
    Column("created_at", Int, nullable=False),
)

# ---- who

contact = Table(
    "contact",
    metadata,
    _id(),
    _workspace(),
    Column("email", Text),
    Column("phone", Text),
    Column("name", Text),
    Column("language", Text),
    Column("zone", Text),
    Column("fields", Json, nullable=False),
    Column("typed", Json, nullable=False),
    Column("tags", Json, nullable=False),
    Column("created_at", Int, nullable=False),
    Column("seen_at", Int, nullable=False),
    Index("contact_recent", "workspace", "seen_at"),
)

identity = Table(
    "identity",
    metadata,
    _workspace(),
    Column("kind", Text, nullable=False),
    Column("value", Text, nullable=False),
    Column("contact", Int, nullable=False),
    Column("since_at", Int, nullable=False),
    PrimaryKeyConstraint("workspace", "kind", "value"),
    Index("identity_contact", "contact"),
)

consent = Table(
    "consent",
    metadata,
    _id(),
    _workspace(),
    Column("contact", Int, nullable=False),
    Column("channel", Text, nullable=False),
    Column("answer", Text, nullable=False),
    Column("at", Int, nullable=False),
    Column("source", Text, nullable=False),
    Column("proof", Json, nullable=False),
    Index("consent_contact", "contact", "channel", "at"),
)

suppression = Table(
    "suppression",
    metadata,
    _workspace(),
    Column("channel", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", Int, nullable=False),
    Column("detail", Text, nullable=False, server_default=""),
    PrimaryKeyConstraint("workspace", "channel", "address"),
)

# ---- what happened

event = Table(
    "event",
    metadata,
    _id(),
    _workspace(),
    Column("name", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("contact", Int),
    Column("at", Int, nullable=False),
    Column("received_at", Int, nullable=False),
    Column("who", Json, nullable=False),
    Column("properties", Json, nullable=False),
    Column("typed", Json, nullable=False),
    Column("state", Text, nullable=False),
    _partial("event_new", "workspace", "id", where="state = 'new'"),
    Index("event_contact", "contact", "name", "at"),
    Index("event_named", "workspace", "name", "at"),
)

seen = Table(
    "seen",
    metadata,
    _workspace(),
    Column("digest", LargeBinary(16), nullable=False),
    PrimaryKeyConstraint("workspace", "digest"),
    sqlite_with_rowid=False,
)

# ---- what was drawn and published

flow = Table(
    "flow",
    metadata,
    _id(),
    _workspace(),
    Column("slug", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("version", Int),
    Column("since_at", Int, nullable=False),
    UniqueConstraint("workspace", "slug"),
)

version = Table(
    "version",
    metadata,
    _id(),
    _workspace(),
    Column("flow", Int, nullable=False),
    Column("number", Integer, nullable=False),
    Column("document", Json, nullable=False),
    Column("published_at", Int, nullable=False),
    Column("published_by", Text, nullable=False),
    UniqueConstraint("flow", "number"),
)

version_mail = Table(
    "version_mail",
    metadata,
    _workspace(),
    Column("version", Int, nullable=False),
    Column("block", Text, nullable=False),
    Column("marketing", Boolean, nullable=False),
    Column("document", Json, nullable=False),
    Column("compiled", Json, nullable=False),
    PrimaryKeyConstraint("version", "block"),
)

# ---- who is where


run = Table(
    "run",
    metadata,
    _id(),
    _workspace(),
    Column("flow", Int, nullable=False),
    Column("version", Int, nullable=False),
    Column("contact", Int, nullable=False),
    Column("key", Text, nullable=False),
    Column("state", Text, nullable=False),  # open, ended, left, replaced, failed
    Column("block", Text, nullable=False),
    Column("entry_event", Int),
    Column("event", Int),
    Column("hops", Integer, nullable=False),
    Column("messages", Integer, nullable=False),
    Column("entered_at", Int, nullable=False),  # the entry event's own time
    Column("arrived_at", Int, nullable=False),
    Column("wake_at", Int),
    Column("ended_at", Int),
    Column("code", Text),
    Column("args", Json),
    _partial("run_one_open", "flow", "contact", "key", unique=True, where="state = 'open'"),
    _partial("run_key", "flow", "key", where="state = 'open'"),
    _partial("run_due", "wake_at", where="state = 'open'"),
    _partial("run_here", "version", "block", "entered_at", where="state = 'open'"),
    Index("run_contact", "contact", "flow", "entered_at"),
    Index("run_flow", "flow", "entered_at"),
    Index("run_listed", "flow", "state", "entered_at"),
)

move = Table(
    "move",
    metadata,
    _id(),
    _workspace(),
    Column("flow", Int, nullable=False),
    Column("version", Int, nullable=False),
    Column("block", Text, nullable=False),
    Column("how", Text, nullable=False),  # keep, renew, to, leave
    Column("target", Text, nullable=False),  # the block they go to, for "to"
    UniqueConstraint("flow", "block"),
)
"""What publishing promised to do with those who stand at a block on an older version, until it is done."""

step = Table(
    "step",
    metadata,
    _workspace(),
    Column("run", Int, nullable=False),
    Column("hop", Integer, nullable=False),
    Column("block", Text, nullable=False),
    Column("at", Int, nullable=False),
    Column("outlet", Text, nullable=False),  # "" while it holds the contact or where the run ended
    Column("code", Text),
    Column("args", Json),
    PrimaryKeyConstraint("run", "hop"),
    sqlite_with_rowid=False,
)

occasion = Table(
    "occasion",
    metadata,
    _id(),
    _workspace(),
    Column("key", Text, nullable=False),
    Column("planned", Int),  # the last contact that has been looked at; nothing once all have been
    UniqueConstraint("workspace", "key"),
)
"""What live flows wait for the clock to bring: "a week before birthday". Of each there is one, however many flows share it."""

appointment = Table(
    "appointment",
    metadata,
    _workspace(),
    Column("occasion", Int, nullable=False),
    Column("contact", Int, nullable=False),
    Column("due_at", Int, nullable=False),
    PrimaryKeyConstraint("occasion", "contact"),
    Index("appointment_due", "workspace", "due_at"),
    sqlite_with_rowid=False,
)
"""When an occasion comes for a contact next."""

tally = Table(
    "tally",
    metadata,
    _workspace(),
    Column("flow", Int, nullable=False),
    Column("block", Text, nullable=False),
    Column("day", Integer, nullable=False),  # days since 1970 where the shop is
    Column("what", Text, nullable=False),
    Column("count", Int, nullable=False),
    PrimaryKeyConstraint("flow", "block", "day", "what"),
    sqlite_with_rowid=False,
)

# ---- what goes out

message = Table(
    "message",
    metadata,
    _id(),
    _workspace(),
    Column("flow", Int),
    Column("version", Int),
    Column("block", Text, nullable=False),
    Column("run", Int),
    Column("hop", Integer),
    Column("contact", Int),
    Column("event", Int),
    Column("channel", Text, nullable=False),
    Column("marketing", Boolean, nullable=False),
    Column("test", Boolean, nullable=False),
    Column("address", Text),
    Column("subject", Text),
    Column("state", Text, nullable=False),  # queued, sending, sent, failed, skipped, uncertain, cancelled
    Column("queued_at", Int, nullable=False),
    Column("due_at", Int, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("lease_by", Text),
    Column("lease_until", Int),
    Column("done_at", Int),
    Column("code", Text),
    Column("args", Json),
    UniqueConstraint("run", "hop"),
    _partial("message_due", "workspace", "flow", "due_at", "id", where="state = 'queued'"),
    _partial("message_leased", "lease_until", where="lease_until IS NOT NULL"),
    Index("message_contact", "contact", "queued_at"),
    Index("message_lately", "contact", "channel", "done_at"),  # what is not done yet has no time
    Index("message_recent", "workspace", "queued_at"),
    Index("message_here", "flow", "block", "state"),
)

attempt = Table(
    "attempt",
    metadata,
    _workspace(),
    Column("message", Int, nullable=False),
    Column("number", Integer, nullable=False),
    Column("at", Int, nullable=False),
    Column("carrier", Text, nullable=False),
    Column("answered_at", Int),
    Column("answer", Text),
    PrimaryKeyConstraint("message", "number"),
    sqlite_with_rowid=False,
)

body = Table(
    "body",
    metadata,
    _workspace(),
    Column("message", Int, primary_key=True, autoincrement=False),
    Column("packed", LargeBinary, nullable=False),
    Column("kept_until", Int, nullable=False),
    Index("body_kept", "kept_until"),
)

# ---- who may do what here

user = Table(
    "account",
    metadata,
    _id(),
    Column("email", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("password", Text),
    Column("language", Text, nullable=False),
    Column("created_at", Int, nullable=False),
)

session = Table(
    "session",
    metadata,
    Column("digest", LargeBinary(32), primary_key=True),
    Column("account", Int, nullable=False),
    Column("created_at", Int, nullable=False),
    Column("expires_at", Int, nullable=False),
    Index("session_account", "account"),
)

sign_in_link = Table(
    "sign_in_link",
    metadata,
    Column("digest", LargeBinary(32), primary_key=True),
    Column("account", Int, nullable=False),
    Column("expires_at", Int, nullable=False),
)

key = Table(
    "api_key",
    metadata,
    _id(),
    _workspace(),
    Column("kind", Text, nullable=False),  # ingest, api
    Column("name", Text, nullable=False),
    Column("digest", LargeBinary(32), nullable=False, unique=True),
    Column("hint", Text, nullable=False),
    Column("created_at", Int, nullable=False),
    Column("used_at", Int),
    Column("revoked_at", Int),
)

source = Table(
    "source",
    metadata,
    _id(),
    _workspace(),
    Column("kind", Text, nullable=False),  # shopify
    Column("slug", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("secret", LargeBinary, nullable=False),  # encrypted
    Column("created_at", Int, nullable=False),
    Column("used_at", Int),
    Column("revoked_at", Int),
)

setting = Table(
    "setting",
    metadata,
    _workspace(),
    Column("name", Text, nullable=False),
    Column("value", LargeBinary, nullable=False),  # JSON, encrypted where the setting is a secret
    Column("changed_at", Int, nullable=False),
    PrimaryKeyConstraint("workspace", "name"),
)

media = Table(
    "media",
    metadata,
    _id(),
    _workspace(),
    Column("file", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("size", Integer, nullable=False),
    Column("created_at", Int, nullable=False),
)

pulse = Table(
    "pulse",
    metadata,
    Column("name", Text, primary_key=True),
    Column("at", Int, nullable=False),
    Column("state", Json, nullable=False),
)
"""What a process says of itself: "worker" beats every few seconds, "mail" says since when mail does not go out and why."""
