"""With whom a flow began when it was published, and how far that is; for which day an occasion has come last."""

import sqlalchemy as sa
from alembic import op

from runtime.ledger.tables import Int

revision = "0019"
down_revision = "0018"


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
    if op.get_bind().dialect.name != "sqlite":
        op.alter_column("appointment", "due_at", nullable=True)
        op.add_column("appointment", sa.Column("day", sa.Integer()))
        return
    # SQLite cannot let a column be empty that could not be; so the table is made anew.
    op.rename_table("appointment", "appointment_before")
    op.create_table(
        "appointment",
        sa.Column("workspace", Int, nullable=False),
        sa.Column("occasion", Int, nullable=False),
        sa.Column("contact", Int, nullable=False),
        sa.Column("due_at", Int, nullable=True),
        sa.Column("day", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("occasion", "contact"),
        sqlite_with_rowid=False,
    )
    op.execute(
        "INSERT INTO appointment (workspace, occasion, contact, due_at)"
        " SELECT workspace, occasion, contact, due_at FROM appointment_before"
    )
    op.drop_table("appointment_before")
    op.create_index("appointment_due", "appointment", ["workspace", "due_at"])
