"""Runs, their steps, what the clock brings, and the counts of it all."""

from sqlalchemy import Boolean, Column, Index, Integer, PrimaryKeyConstraint, Table, Text, UniqueConstraint

from runtime.ledger.tables.columns import Int, Json, State, metadata, of_workspace, partial, row_id

run = Table(
    "run",
    metadata,
    row_id(),
    of_workspace(),
    Column("flow", Int, nullable=False),
    Column("version", Int, nullable=False),
    Column("contact", Int, nullable=False),
    Column("key", Text, nullable=False),
    Column("state", State, nullable=False),  # open, ended, left, departed (by a last way), replaced, failed
    Column("block", Text, nullable=False),
    Column("entry_event", Int),
    Column("event", Int),
    Column("hops", Integer, nullable=False),
    Column("messages", Integer, nullable=False),
    Column("entered_at", Int, nullable=False),  # the entry event's own time
    Column("arrived_at", Int, nullable=False),
    Column("wake_at", Int),
    Column("ended_at", Int),
    Column("code", Text),
    Column("args", Json),
    Column("kept", Json),  # what blocks keep for later ones; nothing for most
    Column("typed", Json),
    partial("run_one_open", "contact", "flow", "key", unique=True, where="state = 'open'"),
    partial("run_key", "flow", "key", where="key <> ''"),
    partial("run_due", "wake_at", where="state = 'open'"),
    partial("run_here", "version", "block", "entered_at", where="state = 'open'"),
    Index("run_contact", "contact", "flow", "entered_at"),
    Index("run_flow", "flow", "entered_at"),
    Index("run_listed", "flow", "state", "entered_at"),
)

coupon = Table(
    "coupon",
    metadata,
    row_id(),
    of_workspace(),
    Column("code", Text, nullable=False),  # in capitals
    Column("contact", Int, nullable=False),
    Column("flow", Int, nullable=False),
    Column("run", Int, nullable=False),
    Column("block", Text, nullable=False),
    Column("issued_at", Int, nullable=False),
    Column("expires_at", Int),
    Column("used_at", Int),
    UniqueConstraint("workspace", "code"),
    UniqueConstraint("run", "block"),
    Index("coupon_contact", "contact"),
)

move = Table(
    "move",
    metadata,
    row_id(),
    of_workspace(),
    Column("flow", Int, nullable=False),
    Column("version", Int, nullable=False),
    Column("block", Text, nullable=False),
    Column("how", Text, nullable=False),  # keep, renew, to, leave
    Column("target", Text, nullable=False),  # the block they go to, for "to"
    UniqueConstraint("flow", "block"),
)
"""What publishing promised to do with those who stand at a block on an older version, until it is done."""

step = Table(
    "step",
    metadata,
    of_workspace(),
    Column("run", Int, nullable=False),
    Column("hop", Integer, nullable=False),
    Column("block", Text, nullable=False),
    Column("at", Int, nullable=False),
    Column("outlet", Text, nullable=False),  # "" while it holds the contact or where the run ended
    Column("code", Text),
    Column("args", Json),
    PrimaryKeyConstraint("run", "hop"),
    sqlite_with_rowid=False,
)

occasion = Table(
    "occasion",
    metadata,
    row_id(),
    of_workspace(),
    Column("key", Text, nullable=False),
    Column("planned", Int),  # the last contact that has been looked at; nothing once all have been
    UniqueConstraint("workspace", "key"),
)
"""What live flows wait for the clock to bring: "a week before birthday". Of each there is one, however many flows share it."""

appointment = Table(
    "appointment",
    metadata,
    of_workspace(),
    Column("occasion", Int, nullable=False),
    Column("contact", Int, nullable=False),
    Column("due_at", Int),  # nothing where it is only kept in mind that it has come
    Column("day", Integer),  # for which day (since 1970) it has come last, where that has to be known
    PrimaryKeyConstraint("occasion", "contact"),
    Index("appointment_due", "workspace", "due_at"),
    sqlite_with_rowid=False,
)
"""When an occasion comes for a contact next."""

schedule = Table(
    "schedule",
    metadata,
    row_id(),
    of_workspace(),
    Column("flow", Int, nullable=False),
    Column("occasion", Text, nullable=False),
    Column("zone", Text, nullable=False),  # of the clocks it goes by, its flow's or a contact's; "" for the shop's
    Column("due_at", Int),  # when it comes next, or came for those who are being told; nothing if it comes no more
    Column("telling", Boolean, nullable=False),
    Column("after", Int, nullable=False),  # the last contact that has been told
    Column("told", Int, nullable=False),  # how many, this time or the last
    Column("came_at", Int),  # the last time that everybody was told
    Column("missed_at", Int),  # the last time that nobody was told, and why
    Column("code", Text),
    UniqueConstraint("flow", "occasion", "zone"),
    Index("schedule_due", "workspace", "due_at"),
)
"""When the time of a flow's schedule comes, and how far everybody has been told of it. One that goes by each contact's own
clocks has a row for each zone in which contacts live."""

beginning = Table(
    "beginning",
    metadata,
    row_id(),
    of_workspace(),
    Column("flow", Int, nullable=False),
    Column("key", Text, nullable=False),
    Column("since_at", Int, nullable=False),  # who has come to match, or has entered, since then is not one of them
    Column("after", Int, nullable=False),  # the last contact that has been looked at
    Column("told", Int, nullable=False),  # how many were let in
    Column("done_at", Int),  # nothing while there are more to look at
    UniqueConstraint("flow", "key"),
)
"""With whom a flow began when it was published, and how far that is: those who matched already."""

tally = Table(
    "tally",
    metadata,
    of_workspace(),
    Column("flow", Int, nullable=False),
    Column("block", Text, nullable=False),
    Column("day", Integer, nullable=False),  # days since 1970 where the shop is
    Column("what", Text, nullable=False),
    Column("count", Int, nullable=False),
    PrimaryKeyConstraint("flow", "block", "day", "what"),
    sqlite_with_rowid=False,
)
