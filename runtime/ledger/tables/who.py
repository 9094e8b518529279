"""Contacts, by what they are known, and what they agreed to."""

from sqlalchemy import Column, Index, LargeBinary, PrimaryKeyConstraint, Table, Text, UniqueConstraint

from runtime.ledger.tables.columns import Int, Json, metadata, of_workspace, partial, row_id

contact = Table(
    "contact",
    metadata,
    row_id(),
    of_workspace(),
    Column("email", Text),
    Column("phone", Text),
    Column("name", Text),
    Column("language", Text),
    Column("zone", Text),
    Column("fields", Json, nullable=False),
    Column("typed", Json, nullable=False),
    Column("tags", Json, nullable=False),
    Column("created_at", Int, nullable=False),
    Column("seen_at", Int, nullable=False),
    Index("contact_recent", "workspace", "seen_at"),
    Index("contact_zone", "workspace", "zone", "id"),
    # The order in which events and messages of contacts are kept: whoever looks through all of them goes through those once.
    Index("contact_in_order", "workspace", "id"),
)

identity = Table(
    "identity",
    metadata,
    of_workspace(),
    Column("kind", Text, nullable=False),
    Column("value", Text, nullable=False),
    Column("contact", Int, nullable=False),
    Column("since_at", Int, nullable=False),
    PrimaryKeyConstraint("workspace", "kind", "value"),
    Index("identity_contact", "contact"),
)

consent = Table(
    "consent",
    metadata,
    row_id(),
    of_workspace(),
    Column("contact", Int, nullable=False),
    Column("channel", Text, nullable=False),
    Column("answer", Text, nullable=False),
    Column("at", Int, nullable=False),
    Column("source", Text, nullable=False),
    Column("proof", Json, nullable=False),
    Index("consent_contact", "contact", "channel", "at"),
)

erasure = Table(
    "erasure",
    metadata,
    row_id(),
    of_workspace(),
    Column("contact", Int, nullable=False),
    Column("asked_at", Int, nullable=False),
    Column("asked_by", Text, nullable=False),
    Column("done_at", Int),
    UniqueConstraint("workspace", "contact"),
    partial("erasure_open", "workspace", "id", where="done_at IS NULL"),
)
"""Contacts that are to be forgotten, and since when they are. Of who they were it keeps nothing but the number."""

erased = Table(
    "erased",
    metadata,
    of_workspace(),
    Column("digest", LargeBinary(16), nullable=False),
    Column("at", Int, nullable=False),
    PrimaryKeyConstraint("workspace", "digest"),
    sqlite_with_rowid=False,
)
"""Salted hashes of the addresses of those who were erased: nothing brings marketing back to them."""

suppression = Table(
    "suppression",
    metadata,
    of_workspace(),
    Column("channel", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", Int, nullable=False),
    Column("detail", Text, nullable=False, server_default=""),
    PrimaryKeyConstraint("workspace", "channel", "address"),
)
