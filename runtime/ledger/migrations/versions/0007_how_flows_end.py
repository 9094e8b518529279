"""Why a flow is archived that nobody archived, and what becomes of what came due while one was paused."""

import sqlalchemy as sa
from alembic import op

from runtime.ledger.tables import Int

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.add_column("flow", sa.Column("code", sa.Text()))
    op.create_table(
        "resumption",
        sa.Column("id", Int, autoincrement=False, nullable=False),
        sa.Column("workspace", Int, nullable=False),
        sa.Column("flow", Int, nullable=False),
        sa.Column("how", sa.Text(), nullable=False),
        sa.Column("at", Int, nullable=False),
        sa.Column("span", Int, nullable=False),
        sa.Column("total", Int, nullable=False),
        sa.Column("done", Int, nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("flow"),
    )
