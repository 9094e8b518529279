"""Open runs are found by whose they are, however many of that contact have ended."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
_OPEN = sa.text("state = 'open'")


def upgrade() -> None:
    op.drop_index("run_one_open", table_name="run")
    columns = ["contact", "flow", "key"]
    op.create_index("run_one_open", "run", columns, unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN)
