"""Messages, the attempts to send them, and what they said."""

from sqlalchemy import Boolean, Column, Index, Integer, LargeBinary, PrimaryKeyConstraint, Table, Text, UniqueConstraint

from runtime.ledger.tables.columns import Int, Json, State, metadata, of_workspace, partial, row_id

message = Table(
    "message",
    metadata,
    row_id(),
    of_workspace(),
    Column("flow", Int),
    Column("version", Int),
    Column("block", Text, nullable=False),
    Column("run", Int),
    Column("hop", Integer),
    Column("contact", Int),
    Column("event", Int),
    Column("channel", State, nullable=False),
    Column("marketing", Boolean, nullable=False),
    Column("test", Boolean, nullable=False),
    Column("address", Text),
    Column("subject", Text),
    Column("state", State, nullable=False),  # queued, sending, sent, failed, skipped, uncertain, cancelled
    Column("queued_at", Int, nullable=False),
    Column("due_at", Int, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("lease_by", Text),
    Column("lease_until", Int),
    Column("done_at", Int),
    Column("code", Text),
    Column("args", Json),
    Column("bundle", Int),  # the first of the notices that one e-mail to the team sums up
    UniqueConstraint("run", "hop"),
    partial("message_due", "workspace", "flow", "channel", "due_at", "id", where="state = 'queued'"),
    partial("message_inside", "version", where="state = 'queued'"),
    partial("message_leased", "lease_until", where="lease_until IS NOT NULL"),
    Index("message_contact", "contact", "queued_at"),
    Index("message_lately", "contact", "channel", "done_at"),  # what is not done yet has no time
    Index("message_recent", "workspace", "queued_at"),
    Index("message_here", "flow", "block", "state"),
    partial("message_bundle", "bundle", where="bundle IS NOT NULL"),
)

resumption = Table(
    "resumption",
    metadata,
    row_id(),
    of_workspace(),
    Column("flow", Int, nullable=False),
    Column("how", Text, nullable=False),  # spread, skip
    Column("at", Int, nullable=False),  # what was due by then is meant
    Column("span", Int, nullable=False),
    Column("total", Int, nullable=False),
    Column("done", Int, nullable=False),
    UniqueConstraint("flow"),
)
"""What is to become of messages that came due while a flow was paused, until that is done and the flow goes on."""

attempt = Table(
    "attempt",
    metadata,
    of_workspace(),
    Column("message", Int, nullable=False),
    Column("number", Integer, nullable=False),
    Column("at", Int, nullable=False),
    Column("carrier", Text, nullable=False),
    Column("answered_at", Int),
    Column("answer", Text),
    PrimaryKeyConstraint("message", "number"),
    sqlite_with_rowid=False,
)

reply = Table(
    "reply",
    metadata,
    of_workspace(),
    Column("message", Int, primary_key=True, autoincrement=False),
    Column("run", Int, nullable=False),
    Column("block", Text, nullable=False),
    Column("queued_at", Int, nullable=False),
    Column("outcome", Text, nullable=False),  # answered, failed
    Column("name", Text, nullable=False),  # under which the run keeps it, "" for nowhere
    Column("kept", Json),
    Index("reply_here", "workspace", "message"),
)
"""What became of messages that a run may wait for, until the engine has taken it in."""

body = Table(
    "body",
    metadata,
    of_workspace(),
    Column("message", Int, primary_key=True, autoincrement=False),
    Column("packed", LargeBinary, nullable=False),
    Column("kept_until", Int, nullable=False),
    Index("body_kept", "kept_until"),
)

engagement = Table(
    "engagement",
    metadata,
    of_workspace(),
    Column("message", Int, nullable=False),
    Column("what", Text, nullable=False),  # open, click
    Column("who", Text, nullable=False),  # person, else by what a machine was recognised
    Column("link", Text, nullable=False),  # where it leads; "" for an open
    Column("contact", Int, nullable=False),
    Column("version", Int, nullable=False),
    Column("block", Text, nullable=False),
    Column("first_at", Int, nullable=False),
    Column("last_at", Int, nullable=False),
    Column("count", Integer, nullable=False),
    Column("told", Integer, nullable=False),  # how often an event told of it
    PrimaryKeyConstraint("message", "what", "who", "link"),
    Index("engagement_contact", "contact", "what", "last_at"),
    Index("engagement_at", "workspace", "first_at"),
    sqlite_with_rowid=False,
)
"""Who opened a message and which of its links were followed: one row for each, however often."""
