"""Segments, who is in them, and whose answer may change next."""

from sqlalchemy import Column, Index, PrimaryKeyConstraint, Table, Text, UniqueConstraint

from runtime.ledger.tables.columns import Int, Json, State, metadata, of_workspace, row_id

segment = Table(
    "segment",
    metadata,
    row_id(),
    of_workspace(),
    Column("slug", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("document", Json, nullable=False),
    Column("state", State, nullable=False),  # live, archived
    Column("planned", Int),  # the last contact that the rule as published was held against; nothing once all have been
    Column("since_at", Int, nullable=False),
    UniqueConstraint("workspace", "slug"),
)

member = Table(
    "member",
    metadata,
    of_workspace(),
    Column("segment", Int, nullable=False),
    Column("contact", Int, nullable=False),
    Column("since_at", Int, nullable=False),
    PrimaryKeyConstraint("segment", "contact"),
    Index("member_contact", "contact"),
    sqlite_with_rowid=False,
)

review = Table(
    "review",
    metadata,
    of_workspace(),
    Column("segment", Int, nullable=False),  # 0 for all of them: something has changed outside the engine
    Column("contact", Int, nullable=False),
    Column("due_at", Int, nullable=False),
    PrimaryKeyConstraint("contact", "segment"),
    Index("review_due", "workspace", "due_at"),
    sqlite_with_rowid=False,
)
"""When a contact has to be held against a rule again, because time alone may change the answer."""
