"""The versions on which a message waits are found without looking through all that waits; and that somebody has come back to
a version is seen by every process."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
_QUEUED = sa.text("state = 'queued'")


def upgrade() -> None:
    op.create_index("message_inside", "message", ["version"], sqlite_where=_QUEUED, postgresql_where=_QUEUED)
    op.add_column("flow", sa.Column("revived", sa.Integer(), nullable=False, server_default="0"))
