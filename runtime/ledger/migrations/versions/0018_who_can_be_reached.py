"""That somebody can be reached means from now on that they agreed, too: segments that ask for it are counted again.

As after publishing, nobody is told of who comes in or leaves by that.
"""

from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    op.execute("UPDATE segment SET planned = 0 WHERE state = 'live' AND CAST(document AS TEXT) LIKE '%\"reachable\"%'")
