"""The shop itself: workspaces, users, keys, settings, pictures, and what processes say of themselves."""

from sqlalchemy import Column, Index, Integer, LargeBinary, PrimaryKeyConstraint, Table, Text

from runtime.ledger.tables.columns import Int, Json, metadata, of_workspace, row_id

counter = Table("counter", metadata, Column("name", Text, primary_key=True), Column("next", Int, nullable=False))

workspace = Table(
    "workspace",
    metadata,
    row_id(),
    Column("slug", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("zone", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("currency", Text, nullable=False),
    Column("created_at", Int, nullable=False),
)

user = Table(
    "account",
    metadata,
    row_id(),
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
    row_id(),
    of_workspace(),
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
    row_id(),
    of_workspace(),
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
    of_workspace(),
    Column("name", Text, nullable=False),
    Column("value", LargeBinary, nullable=False),  # JSON, encrypted where the setting is a secret
    Column("changed_at", Int, nullable=False),
    PrimaryKeyConstraint("workspace", "name"),
)

media = Table(
    "media",
    metadata,
    row_id(),
    of_workspace(),
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
