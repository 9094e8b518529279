"""Runs are found by their key also when they have ended: a message of theirs may still wait."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
_KEYED = sa.text("key <> ''")


def upgrade() -> None:
    op.drop_index("run_key", table_name="run")
    op.create_index("run_key", "run", ["flow", "key"], sqlite_where=_KEYED, postgresql_where=_KEYED)
