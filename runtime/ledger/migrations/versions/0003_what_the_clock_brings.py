"""What live flows wait for the clock to bring, and when it comes for whom."""

import sqlalchemy as sa
from alembic import op

from runtime.ledger.tables import Int

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "occasion",
        sa.Column("id", Int, autoincrement=False, nullable=False),
        sa.Column("workspace", Int, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("planned", Int, nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("workspace", "key"),
    )
    op.create_table(
        "appointment",
        sa.Column("workspace", Int, nullable=False),
        sa.Column("occasion", Int, nullable=False),
        sa.Column("contact", Int, nullable=False),
        sa.Column("due_at", Int, nullable=False),
        sa.PrimaryKeyConstraint("occasion", "contact"),
        sqlite_with_rowid=False,
    )
    op.create_index("appointment_due", "appointment", ["workspace", "due_at"])
