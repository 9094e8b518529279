"""Notices to the team that are summed up in one e-mail."""

import sqlalchemy as sa
from alembic import op

from runtime.ledger.tables import Int

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.add_column("message", sa.Column("bundle", Int))
    bundled = sa.text("bundle IS NOT NULL")
    op.create_index("message_bundle", "message", ["bundle"], sqlite_where=bundled, postgresql_where=bundled)
