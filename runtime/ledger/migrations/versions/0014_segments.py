"""Segments, their members, and whose answer may change next; which e-mail a send block sends."""

import sqlalchemy as sa
from alembic import op

from runtime.ledger.tables import Int, Json

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.create_table(
        "segment",
        sa.Column("id", Int, autoincrement=False, nullable=False),
        sa.Column("workspace", Int, nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("document", Json(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("planned", Int, nullable=True),
        sa.Column("since_at", Int, nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("workspace", "slug"),
    )
    op.create_table(
        "member",
        sa.Column("workspace", Int, nullable=False),
        sa.Column("segment", Int, nullable=False),
        sa.Column("contact", Int, nullable=False),
        sa.Column("since_at", Int, nullable=False),
        sa.PrimaryKeyConstraint("segment", "contact"),
        sqlite_with_rowid=False,
    )
    op.create_index("member_contact", "member", ["contact"])
    op.create_table(
        "review",
        sa.Column("workspace", Int, nullable=False),
        sa.Column("segment", Int, nullable=False),
        sa.Column("contact", Int, nullable=False),
        sa.Column("due_at", Int, nullable=False),
        sa.PrimaryKeyConstraint("contact", "segment"),
        sqlite_with_rowid=False,
    )
    op.create_index("review_due", "review", ["workspace", "due_at"])
    op.add_column("version_mail", sa.Column("email", sa.Text(), nullable=False, server_default=""))
    sqlite = op.get_bind().dialect.name == "sqlite"
    slug = "json_extract(document, '$.slug')" if sqlite else "document ->> 'slug'"
    op.execute(f"UPDATE version_mail SET email = COALESCE({slug}, '')")  # noqa: S608 - our own words
    op.create_index("version_mail_email", "version_mail", ["workspace", "email", "version", "block"])
