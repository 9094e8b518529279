"""What a contact got lately and what waits for them, found by index: for caps on how often."""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_index("message_lately", "message", ["contact", "channel", "done_at"])
