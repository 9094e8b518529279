"""Products with their prices and stock, and who waits to hear of them."""

import sqlalchemy as sa
from alembic import op

from runtime.ledger.tables import Int
from runtime.ledger.tables.columns import Json

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.create_table(
        "product",
        sa.Column("id", Int, autoincrement=False, nullable=False),
        sa.Column("workspace", Int, nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("external", "parent")),
        sa.Column("sku", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=True) for name in ("variant", "url", "picture")),
        sa.Column("price", sa.Float(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column("stock", Int, nullable=True),
        *(sa.Column(name, sa.Text(), nullable=True) for name in ("kind", "category")),
        sa.Column("fields", Json(), nullable=False),
        sa.Column("stock_item", sa.Text(), nullable=True),
        sa.Column("levels", Json(), nullable=True),
        *(sa.Column(name, Int, nullable=False) for name in ("told_at", "changed_at")),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("workspace", "external"),
    )
    op.create_index("product_parent", "product", ["workspace", "parent"])
    op.create_index("product_stock_item", "product", ["workspace", "stock_item"])
    op.create_table(
        "product_change",
        sa.Column("id", Int, autoincrement=False, nullable=False),
        *(sa.Column(name, Int, nullable=False) for name in ("workspace", "product")),
        sa.Column("what", sa.Text(), nullable=False),
        *(sa.Column(name, sa.Float(), nullable=False) for name in ("before", "after")),
        sa.Column("at", Int, nullable=False),
        sa.Column("fresh", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "product_change_fresh",
        "product_change",
        ["workspace", "id"],
        sqlite_where=sa.text("fresh"),
        postgresql_where=sa.text("fresh"),
    )
    op.create_index("product_change_of", "product_change", ["product", "what", "at"])
    op.create_index("product_change_at", "product_change", ["at"])
    op.create_table(
        "interest",
        sa.Column("workspace", Int, nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("name", "item")),
        *(sa.Column(name, Int, nullable=False) for name in ("contact", "since_at", "at")),
        sa.Column("told_at", Int, nullable=True),
        sa.PrimaryKeyConstraint("workspace", "name", "item", "contact"),
        sqlite_with_rowid=False,
    )
    op.create_index("interest_in_line", "interest", ["workspace", "name", "item", "since_at", "contact"])
    op.create_index("interest_of", "interest", ["contact"])
    op.create_table(
        "interest_kept",
        sa.Column("workspace", Int, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("upto_at", Int, nullable=True),
        sa.Column("upto_id", Int, nullable=False),
        sa.PrimaryKeyConstraint("workspace", "name"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "offer",
        sa.Column("id", Int, autoincrement=False, nullable=False),
        sa.Column("workspace", Int, nullable=False),
        sa.Column("occasion", sa.Text(), nullable=False),
        sa.Column("product", Int, nullable=False),
        sa.Column("before", sa.Float(), nullable=False),
        *(sa.Column(name, Int, nullable=False) for name in ("at", "due_at")),
        sa.Column("line", sa.Integer(), nullable=False),
        *(sa.Column(name, Int, nullable=False) for name in ("after_at", "after_contact", "hour_at")),
        sa.Column("told", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("occasion", "product"),
    )
    op.create_index("offer_due", "offer", ["workspace", "due_at"])
