"""What runs keep, coupons, and messages that are told apart by their channel before they are counted."""

import sqlalchemy as sa
from alembic import op

from runtime.ledger.tables import Int, Json

revision = "0013"
down_revision = "0012"

_QUEUED = sa.text("state = 'queued'")


def upgrade() -> None:
    op.add_column("run", sa.Column("kept", Json))
    op.add_column("run", sa.Column("typed", Json))
    op.create_table(
        "coupon",
        sa.Column("id", Int, autoincrement=False, nullable=False),
        sa.Column("workspace", Int, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("contact", Int, nullable=False),
        sa.Column("flow", Int, nullable=False),
        sa.Column("run", Int, nullable=False),
        sa.Column("block", sa.Text(), nullable=False),
        sa.Column("issued_at", Int, nullable=False),
        sa.Column("expires_at", Int),
        sa.Column("used_at", Int),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("workspace", "code"),
        sa.UniqueConstraint("run", "block"),
    )
    op.create_index("coupon_contact", "coupon", ["contact"])
    op.create_table(
        "reply",
        sa.Column("workspace", Int, nullable=False),
        sa.Column("message", Int, autoincrement=False, nullable=False),
        sa.Column("run", Int, nullable=False),
        sa.Column("block", sa.Text(), nullable=False),
        sa.Column("queued_at", Int, nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kept", Json),
        sa.PrimaryKeyConstraint("message"),
    )
    op.create_index("reply_here", "reply", ["workspace", "message"])
    op.drop_index("message_due", "message")
    op.create_index(
        "message_due",
        "message",
        ["workspace", "flow", "channel", "due_at", "id"],
        sqlite_where=_QUEUED,
        postgresql_where=_QUEUED,
    )
