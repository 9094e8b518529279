"""Runs are listed by state and by block, those who entered last first, along an index."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_index("run_listed", "run", ["flow", "state", "entered_at"])
    op.drop_index("run_here", "run")
    op.create_index(
        "run_here",
        "run",
        ["version", "block", "entered_at"],
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
