"""Contacts that are erased, and the hashes that keep marketing from coming back to them."""

import sqlalchemy as sa
from alembic import op

from runtime.ledger.tables import Int

revision = "0011"
down_revision = "0007"


def upgrade() -> None:
    op.create_table(
        "erasure",
        sa.Column("id", Int, autoincrement=False, nullable=False),
        sa.Column("workspace", Int, nullable=False),
        sa.Column("contact", Int, nullable=False),
        sa.Column("asked_at", Int, nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("done_at", Int, nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("workspace", "contact"),
    )
    op.create_index(
        "erasure_open",
        "erasure",
        ["workspace", "id"],
        sqlite_where=sa.text("done_at IS NULL"),
        postgresql_where=sa.text("done_at IS NULL"),
    )
    op.create_table(
        "erased",
        sa.Column("workspace", Int, nullable=False),
        sa.Column("digest", sa.LargeBinary(16), nullable=False),
        sa.Column("at", Int, nullable=False),
        sa.PrimaryKeyConstraint("workspace", "digest"),
        sqlite_with_rowid=False,
    )
