"""Events, for whom else they count, and the ids that are never taken twice."""

from sqlalchemy import Column, Index, LargeBinary, PrimaryKeyConstraint, Table, Text

from runtime.ledger.tables.columns import Int, Json, State, metadata, of_workspace, partial, row_id

event = Table(
    "event",
    metadata,
    row_id(),
    of_workspace(),
    Column("name", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("contact", Int),
    Column("at", Int, nullable=False),
    Column("received_at", Int, nullable=False),
    Column("who", Json, nullable=False),
    Column("properties", Json, nullable=False),
    Column("typed", Json, nullable=False),
    Column("state", State, nullable=False),  # new, done, failed (set aside until the engine starts next)
    partial("event_new", "workspace", "id", where="state = 'new'"),
    partial("event_failed", "workspace", where="state = 'failed'"),
    # Not of those that nobody has looked at yet: intake then has one index less to write.
    partial("event_contact", "contact", "name", "at", where="contact IS NOT NULL"),
    Index("event_named", "workspace", "name", "at"),
)

EVENT_ROW = tuple(event.c.keys())
"""The columns of a whole event, in their order."""

overheard = Table(
    "overheard",
    metadata,
    of_workspace(),
    Column("contact", Int, nullable=False),
    Column("event", Int, nullable=False),
    PrimaryKeyConstraint("contact", "event"),
    sqlite_with_rowid=False,
)
"""Events of others that count for a contact whose run is about the same cart, order or product."""

seen = Table(
    "seen",
    metadata,
    of_workspace(),
    Column("digest", LargeBinary(16), nullable=False),
    PrimaryKeyConstraint("workspace", "digest"),
    sqlite_with_rowid=False,
)
