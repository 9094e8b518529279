"""What the shop sells, how its prices and stock went lately, and who wants to hear of it."""

from sqlalchemy import Boolean, Column, Float, Index, Integer, PrimaryKeyConstraint, Table, Text, UniqueConstraint

from runtime.ledger.tables.columns import Int, Json, metadata, of_workspace, partial, row_id

product = Table(
    "product",
    metadata,
    row_id(),
    of_workspace(),
    Column("external", Text, nullable=False),  # the shop's own id of what is sold: of the variant, where there are some
    Column("parent", Text, nullable=False),  # the shop's id of the product that it is a variant of, else its own
    Column("sku", Text),
    Column("title", Text, nullable=False),
    Column("variant", Text),
    Column("url", Text),
    Column("picture", Text),
    Column("price", Float),
    Column("currency", Text),
    Column("stock", Int),  # nothing: not counted
    Column("kind", Text),
    Column("category", Text),
    Column("fields", Json, nullable=False),
    Column("stock_item", Text),  # by what the shop's store-room calls it
    Column("levels", Json),  # pieces by place, where the shop counts by place
    Column("told_at", Int, nullable=False),  # when the shop says that it was like this
    Column("changed_at", Int, nullable=False),
    UniqueConstraint("workspace", "external"),
    Index("product_parent", "workspace", "parent"),
    Index("product_stock_item", "workspace", "stock_item"),
)

product_change = Table(
    "product_change",
    metadata,
    row_id(),
    of_workspace(),
    Column("product", Int, nullable=False),
    Column("what", Text, nullable=False),  # price, stock
    Column("before", Float, nullable=False),
    Column("after", Float, nullable=False),
    Column("at", Int, nullable=False),
    Column("fresh", Boolean, nullable=False),  # the engine has not looked at it yet
    partial("product_change_fresh", "workspace", "id", where="fresh"),
    Index("product_change_of", "product", "what", "at"),
    Index("product_change_at", "at"),
)

interest = Table(
    "interest",
    metadata,
    of_workspace(),
    Column("name", Text, nullable=False),  # of the event
    Column("item", Text, nullable=False),  # the product in it, folded as rules compare texts
    Column("contact", Int, nullable=False),
    Column("since_at", Int, nullable=False),  # the first time since they were last told: their place in the line
    Column("at", Int, nullable=False),  # the latest time
    Column("told_at", Int),
    PrimaryKeyConstraint("workspace", "name", "item", "contact"),
    Index("interest_in_line", "workspace", "name", "item", "since_at", "contact"),
    Index("interest_of", "contact"),
    sqlite_with_rowid=False,
)
"""Whom an event of theirs ties to a product, for those events that live flows go by."""

interest_kept = Table(
    "interest_kept",
    metadata,
    of_workspace(),
    Column("name", Text, nullable=False),
    Column("upto_at", Int),  # how far older events have been looked at; nothing once all have been
    Column("upto_id", Int, nullable=False),
    PrimaryKeyConstraint("workspace", "name"),
    sqlite_with_rowid=False,
)
"""The events for which `interest` is kept."""

offer = Table(
    "offer",
    metadata,
    row_id(),
    of_workspace(),
    Column("occasion", Text, nullable=False),
    Column("product", Int, nullable=False),
    Column("before", Float, nullable=False),
    Column("at", Int, nullable=False),  # of the change
    Column("due_at", Int, nullable=False),
    Column("line", Integer, nullable=False),  # which line of people is being told, and how far it has come
    Column("after_at", Int, nullable=False),
    Column("after_contact", Int, nullable=False),
    Column("hour_at", Int, nullable=False),  # since when `told` are counted
    Column("told", Integer, nullable=False),
    UniqueConstraint("occasion", "product"),
    Index("offer_due", "workspace", "due_at"),
)
"""A change that people are being told of, those in line one after the other."""
