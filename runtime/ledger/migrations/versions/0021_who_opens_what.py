"""Who opened which message, and which of its links were followed."""

import sqlalchemy as sa
from alembic import op

from runtime.ledger.tables import Int

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    op.create_table(
        "engagement",
        sa.Column("workspace", Int, nullable=False),
        sa.Column("message", Int, nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("link", sa.Text(), nullable=False),
        sa.Column("contact", Int, nullable=False),
        sa.Column("version", Int, nullable=False),
        sa.Column("block", sa.Text(), nullable=False),
        sa.Column("first_at", Int, nullable=False),
        sa.Column("last_at", Int, nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("told", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("message", "what", "who", "link"),
        sqlite_with_rowid=False,
    )
    op.create_index("engagement_contact", "engagement", ["contact", "what", "last_at"])
    op.create_index("engagement_at", "engagement", ["workspace", "first_at"])
