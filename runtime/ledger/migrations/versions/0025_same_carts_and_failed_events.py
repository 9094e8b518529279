"""Events of others that count for a contact, because they are about the same cart, order or product; and those set aside are
found without looking through all."""

import sqlalchemy as sa
from alembic import op

from runtime.ledger.tables import Int

revision = "0025"
down_revision = "0024"
_FAILED = sa.text("state = 'failed'")


def upgrade() -> None:
    op.create_table(
        "overheard",
        sa.Column("workspace", Int, nullable=False),
        sa.Column("contact", Int, nullable=False),
        sa.Column("event", Int, nullable=False),
        sa.PrimaryKeyConstraint("contact", "event"),
        sqlite_with_rowid=False,
    )
    op.create_index("event_failed", "event", ["workspace"], sqlite_where=_FAILED, postgresql_where=_FAILED)
