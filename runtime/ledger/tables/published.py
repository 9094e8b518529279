"""Flows and their versions, which never change."""

from sqlalchemy import Boolean, Column, Index, Integer, PrimaryKeyConstraint, Table, Text, UniqueConstraint

from runtime.ledger.tables.columns import Int, Json, State, metadata, of_workspace, row_id

flow = Table(
    "flow",
    metadata,
    row_id(),
    of_workspace(),
    Column("slug", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("state", State, nullable=False),  # live, paused, finishing, archived
    Column("version", Int),
    Column("since_at", Int, nullable=False),
    Column("code", Text),  # why it is in that state, where nobody put it there
    Column("revived", Integer, nullable=False, server_default="0"),  # how often somebody came back who was out of it
    UniqueConstraint("workspace", "slug"),
)

version = Table(
    "version",
    metadata,
    row_id(),
    of_workspace(),
    Column("flow", Int, nullable=False),
    Column("number", Integer, nullable=False),
    Column("document", Json, nullable=False),
    Column("published_at", Int, nullable=False),
    Column("published_by", Text, nullable=False),
    UniqueConstraint("flow", "number"),
)

version_mail = Table(
    "version_mail",
    metadata,
    of_workspace(),
    Column("version", Int, nullable=False),
    Column("block", Text, nullable=False),
    Column("marketing", Boolean, nullable=False),
    Column("document", Json, nullable=False),
    Column("compiled", Json, nullable=False),
    Column("email", Text, nullable=False, server_default=""),  # the slug of the e-mail it is made of
    PrimaryKeyConstraint("version", "block"),
    Index("version_mail_email", "workspace", "email", "version", "block"),
)
