"""Who is looked through for a rule is looked through in the order of their numbers, in which what they did is kept."""

from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    op.create_index("contact_in_order", "contact", ["workspace", "id"])
