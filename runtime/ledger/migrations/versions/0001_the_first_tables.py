"""The first tables."""

import sqlalchemy as sa
from alembic import op

from runtime.ledger.schema import start_numbers
from runtime.ledger.tables import Int, Json

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "account",
        sa.Column("id", Int, autoincrement=False, nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("password", sa.Text(), nullable=True),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("created_at", Int, nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("email"),
    )
    op.create_table(
        "api_key",
        sa.Column("id", Int, autoincrement=False, nullable=False),
        sa.Column("workspace", Int, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("hint", sa.Text(), nullable=False),
        sa.Column("created_at", Int, nullable=False),
        sa.Column("used_at", Int, nullable=True),
        sa.Column("revoked_at", Int, nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("digest"),
    )
    op.create_table(
        "attempt",
        sa.Column("workspace", Int, nullable=False),
        sa.Column("message", Int, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", Int, nullable=False),
        sa.Column("carrier", sa.Text(), nullable=False),
        sa.Column("answered_at", Int, nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("message", "number"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "body",
        sa.Column("workspace", Int, nullable=False),
        sa.Column("message", Int, autoincrement=False, nullable=False),
        sa.Column("packed", sa.LargeBinary(), nullable=False),
        sa.Column("kept_until", Int, nullable=False),
        sa.PrimaryKeyConstraint("message"),
    )
    op.create_index("body_kept", "body", ["kept_until"], unique=False)
    op.create_table(
        "consent",
        sa.Column("id", Int, autoincrement=False, nullable=False),
        sa.Column("workspace", Int, nullable=False),
        sa.Column("contact", Int, nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("at", Int, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("proof", Json(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("consent_contact", "consent", ["contact", "channel", "at"], unique=False)
    op.create_table(
        "contact",
        sa.Column("id", Int, autoincrement=False, nullable=False),
        sa.Column("workspace", Int, nullable=False),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("zone", sa.Text(), nullable=True),
        sa.Column("fields", Json(), nullable=False),
        sa.Column("typed", Json(), nullable=False),
        sa.Column("tags", Json(), nullable=False),
        sa.Column("created_at", Int, nullable=False),
        sa.Column("seen_at", Int, nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("contact_recent", "contact", ["workspace", "seen_at"], unique=False)
    op.create_table(
        "counter",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("next", Int, nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "event",
        sa.Column("id", Int, autoincrement=False, nullable=False),
        sa.Column("workspace", Int, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("contact", Int, nullable=True),
        sa.Column("at", Int, nullable=False),
        sa.Column("received_at", Int, nullable=False),
        sa.Column("who", Json(), nullable=False),
        sa.Column("properties", Json(), nullable=False),
        sa.Column("typed", Json(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("event_contact", "event", ["contact", "name", "at"], unique=False)
    op.create_index("event_named", "event", ["workspace", "name", "at"], unique=False)
    op.create_index(
        "event_new",
        "event",
        ["workspace", "id"],
        unique=False,
        sqlite_where=sa.text("state = 'new'"),
        postgresql_where=sa.text("state = 'new'"),
    )
    op.create_table(
        "flow",
        sa.Column("id", Int, autoincrement=False, nullable=False),
        sa.Column("workspace", Int, nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("version", Int, nullable=True),
        sa.Column("since_at", Int, nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("workspace", "slug"),
    )
    op.create_table(
        "identity",
        sa.Column("workspace", Int, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("contact", Int, nullable=False),
        sa.Column("since_at", Int, nullable=False),
        sa.PrimaryKeyConstraint("workspace", "kind", "value"),
    )
    op.create_index("identity_contact", "identity", ["contact"], unique=False)
    op.create_table(
        "media",
        sa.Column("id", Int, autoincrement=False, nullable=False),
        sa.Column("workspace", Int, nullable=False),
        sa.Column("file", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("created_at", Int, nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("file"),
    )
    op.create_table(
        "message",
        sa.Column("id", Int, autoincrement=False, nullable=False),
        sa.Column("workspace", Int, nullable=False),
        sa.Column("flow", Int, nullable=True),
        sa.Column("version", Int, nullable=True),
        sa.Column("block", sa.Text(), nullable=False),
        sa.Column("run", Int, nullable=True),
        sa.Column("hop", sa.Integer(), nullable=True),
        sa.Column("contact", Int, nullable=True),
        sa.Column("event", Int, nullable=True),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("marketing", sa.Boolean(), nullable=False),
        sa.Column("test", sa.Boolean(), nullable=False),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("queued_at", Int, nullable=False),
        sa.Column("due_at", Int, nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("lease_by", sa.Text(), nullable=True),
        sa.Column("lease_until", Int, nullable=True),
        sa.Column("done_at", Int, nullable=True),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("args", Json(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("run", "hop"),
    )
    op.create_index("message_contact", "message", ["contact", "queued_at"], unique=False)
    op.create_index(
        "message_due",
        "message",
        ["workspace", "flow", "due_at", "id"],
        unique=False,
        sqlite_where=sa.text("state = 'queued'"),
        postgresql_where=sa.text("state = 'queued'"),
    )
    op.create_index("message_here", "message", ["flow", "block", "state"], unique=False)
    op.create_index(
        "message_leased",
        "message",
        ["lease_until"],
        unique=False,
        sqlite_where=sa.text("lease_until IS NOT NULL"),
        postgresql_where=sa.text("lease_until IS NOT NULL"),
    )
    op.create_index("message_recent", "message", ["workspace", "queued_at"], unique=False)
    op.create_table(
        "pulse",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("at", Int, nullable=False),
        sa.Column("state", Json(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "run",
        sa.Column("id", Int, autoincrement=False, nullable=False),
        sa.Column("workspace", Int, nullable=False),
        sa.Column("flow", Int, nullable=False),
        sa.Column("version", Int, nullable=False),
        sa.Column("contact", Int, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("block", sa.Text(), nullable=False),
        sa.Column("entry_event", Int, nullable=True),
        sa.Column("event", Int, nullable=True),
        sa.Column("hops", sa.Integer(), nullable=False),
        sa.Column("messages", sa.Integer(), nullable=False),
        sa.Column("entered_at", Int, nullable=False),
        sa.Column("arrived_at", Int, nullable=False),
        sa.Column("wake_at", Int, nullable=True),
        sa.Column("ended_at", Int, nullable=True),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("args", Json(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("run_contact", "run", ["contact", "flow", "entered_at"], unique=False)
    op.create_index(
        "run_due",
        "run",
        ["wake_at"],
        unique=False,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index("run_flow", "run", ["flow", "entered_at"], unique=False)
    op.create_index(
        "run_here",
        "run",
        ["version", "block"],
        unique=False,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index(
        "run_key",
        "run",
        ["flow", "key"],
        unique=False,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index(
        "run_one_open",
        "run",
        ["flow", "contact", "key"],
        unique=True,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_table(
        "seen",
        sa.Column("workspace", Int, nullable=False),
        sa.Column("digest", sa.LargeBinary(length=16), nullable=False),
        sa.PrimaryKeyConstraint("workspace", "digest"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "session",
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("account", Int, nullable=False),
        sa.Column("created_at", Int, nullable=False),
        sa.Column("expires_at", Int, nullable=False),
        sa.PrimaryKeyConstraint("digest"),
    )
    op.create_index("session_account", "session", ["account"], unique=False)
    op.create_table(
        "setting",
        sa.Column("workspace", Int, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.Column("changed_at", Int, nullable=False),
        sa.PrimaryKeyConstraint("workspace", "name"),
    )
    op.create_table(
        "sign_in_link",
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("account", Int, nullable=False),
        sa.Column("expires_at", Int, nullable=False),
        sa.PrimaryKeyConstraint("digest"),
    )
    op.create_table(
        "source",
        sa.Column("id", Int, autoincrement=False, nullable=False),
        sa.Column("workspace", Int, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", Int, nullable=False),
        sa.Column("used_at", Int, nullable=True),
        sa.Column("revoked_at", Int, nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("slug"),
    )
    op.create_table(
        "step",
        sa.Column("workspace", Int, nullable=False),
        sa.Column("run", Int, nullable=False),
        sa.Column("hop", sa.Integer(), nullable=False),
        sa.Column("block", sa.Text(), nullable=False),
        sa.Column("at", Int, nullable=False),
        sa.Column("outlet", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("args", Json(), nullable=True),
        sa.PrimaryKeyConstraint("run", "hop"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "suppression",
        sa.Column("workspace", Int, nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", Int, nullable=False),
        sa.Column("detail", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("workspace", "channel", "address"),
    )
    op.create_table(
        "tally",
        sa.Column("workspace", Int, nullable=False),
        sa.Column("flow", Int, nullable=False),
        sa.Column("block", sa.Text(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("count", Int, nullable=False),
        sa.PrimaryKeyConstraint("flow", "block", "day", "what"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "version",
        sa.Column("id", Int, autoincrement=False, nullable=False),
        sa.Column("workspace", Int, nullable=False),
        sa.Column("flow", Int, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("document", Json(), nullable=False),
        sa.Column("published_at", Int, nullable=False),
        sa.Column("published_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("flow", "number"),
    )
    op.create_table(
        "version_mail",
        sa.Column("workspace", Int, nullable=False),
        sa.Column("version", Int, nullable=False),
        sa.Column("block", sa.Text(), nullable=False),
        sa.Column("marketing", sa.Boolean(), nullable=False),
        sa.Column("document", Json(), nullable=False),
        sa.Column("compiled", Json(), nullable=False),
        sa.PrimaryKeyConstraint("version", "block"),
    )
    op.create_table(
        "workspace",
        sa.Column("id", Int, autoincrement=False, nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("created_at", Int, nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("slug"),
    )
    start_numbers(op.get_bind())
