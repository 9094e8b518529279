"""Events are found by their contact only once they have one, which spares intake the writing of an index."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.drop_index("event_contact", "event")
    op.create_index(
        "event_contact",
        "event",
        ["contact", "name", "at"],
        sqlite_where=sa.text("contact IS NOT NULL"),
        postgresql_where=sa.text("contact IS NOT NULL"),
    )
