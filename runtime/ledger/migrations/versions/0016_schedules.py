"""When the time of a flow's schedule comes, and how far everybody has been told of it."""

import sqlalchemy as sa
from alembic import op

from runtime.ledger.tables import Int

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.create_table(
        "schedule",
        sa.Column("id", Int, autoincrement=False, nullable=False),
        sa.Column("workspace", Int, nullable=False),
        sa.Column("flow", Int, nullable=False),
        sa.Column("occasion", sa.Text(), nullable=False),
        sa.Column("due_at", Int, nullable=True),
        sa.Column("telling", sa.Boolean(), nullable=False),
        sa.Column("after", Int, nullable=False),
        sa.Column("told", Int, nullable=False),
        sa.Column("missed_at", Int, nullable=True),
        sa.Column("code", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("flow", "occasion"),
    )
    op.create_index("schedule_due", "schedule", ["workspace", "due_at"])
