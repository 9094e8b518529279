"""What publishing does with those who are inside."""

import sqlalchemy as sa
from alembic import op

from runtime.ledger.tables import Int

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "move",
        sa.Column("id", Int, autoincrement=False, nullable=False),
        sa.Column("workspace", Int, nullable=False),
        sa.Column("flow", Int, nullable=False),
        sa.Column("version", Int, nullable=False),
        sa.Column("block", sa.Text(), nullable=False),
        sa.Column("how", sa.Text(), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("flow", "block"),
    )
