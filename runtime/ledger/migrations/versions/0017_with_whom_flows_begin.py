"""With whom a flow began when it was published, and how far that is."""

import sqlalchemy as sa
from alembic import op

from runtime.ledger.tables import Int

revision = "0017"
down_revision = "0020"


def upgrade() -> None:
    op.create_table(
        "beginning",
        sa.Column("id", Int, autoincrement=False, nullable=False),
        sa.Column("workspace", Int, nullable=False),
        sa.Column("flow", Int, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("since_at", Int, nullable=False),
        sa.Column("after", Int, nullable=False),
        sa.Column("told", Int, nullable=False),
        sa.Column("done_at", Int, nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("flow", "key"),
    )
