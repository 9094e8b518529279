"""A schedule may come by each contact's own clocks: a row of it for each zone, and contacts found by their zone."""

import sqlalchemy as sa
from alembic import op

from runtime.ledger.tables import Int

revision = "0017"
down_revision = "0016"

_KEPT = "id, workspace, flow, occasion, due_at, telling, after, told, missed_at, code"


def upgrade() -> None:
    # SQLite cannot take a constraint off a table, so it is made anew; there are a few rows a flow.
    op.rename_table("schedule", "schedule_before")
    op.drop_index("schedule_due", "schedule_before")
    op.create_table(
        "schedule",
        sa.Column("id", Int, autoincrement=False, nullable=False),
        sa.Column("workspace", Int, nullable=False),
        sa.Column("flow", Int, nullable=False),
        sa.Column("occasion", sa.Text(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("due_at", Int, nullable=True),
        sa.Column("telling", sa.Boolean(), nullable=False),
        sa.Column("after", Int, nullable=False),
        sa.Column("told", Int, nullable=False),
        sa.Column("came_at", Int, nullable=True),
        sa.Column("missed_at", Int, nullable=True),
        sa.Column("code", sa.Text(), nullable=True),
        # Under a name of its own: PostgreSQL keeps that of the renamed one until it is dropped.
        sa.PrimaryKeyConstraint("id", name="schedule_id"),
        sa.UniqueConstraint("flow", "occasion", "zone"),
    )
    op.execute(f"INSERT INTO schedule ({_KEPT}, zone) SELECT {_KEPT}, '' FROM schedule_before")  # noqa: S608 - our own words
    op.drop_table("schedule_before")
    op.create_index("schedule_due", "schedule", ["workspace", "due_at"])
    op.create_index("contact_zone", "contact", ["workspace", "zone", "id"])
